import { ident, join, type Sql, sql } from '../sql/sql.ts';
import { planCreate } from '../write/plan/plan-create.ts';
import { cellsOfNewRow } from '../write/run/column-cells.ts';
import type { CreatePlan } from '../write/write-plan.ts';
import type { BuiltStatement } from './build-statement.ts';
import { type Connected, connectedTargets } from './connected-targets.ts';
import {
  type BuildWrite,
  compiledInput,
  rootOf,
  rulesToWrite,
  type WriteAsk,
  writerOf,
  writtenAndAnswered,
} from './one-row.ts';

/**
 * A mutation that creates one row and connects others by id at most.
 * @throws ViewerError for the input
 */
export function compileCreate(ask: WriteAsk): BuildWrite | undefined {
  return compiledInput(ask, planCreate, build);
}

function build(ask: WriteAsk, plan: CreatePlan | undefined): BuiltStatement | undefined {
  const { scope, entity } = ask;
  const connected = plan && connectedTargets(scope, plan);
  if (!plan || !connected) return undefined;
  return writtenAndAnswered(ask, rootOf(ask), {
    write: () => insertSql(ask, plan, connected),
    rules: rulesToWrite(scope, plan),
    conditions: connected.conditions,
    mayHide: true,
    outdated: new Set([entity.table]),
  });
}

function insertSql({ scope, entity, made }: WriteAsk, plan: CreatePlan, { keys }: Connected): Sql {
  const givenId = plan.values.get('id');
  const id = givenId === undefined ? made?.id : String(givenId);
  const cells = [...cellsOfNewRow(writerOf(scope), plan, id, keys)];
  const columns = join(cells.map(([column]) => ident(column)));
  return sql`INSERT INTO ${ident(entity.table)} (${columns}) VALUES (${join(cells.map(([, cell]) => cell))})`;
}
