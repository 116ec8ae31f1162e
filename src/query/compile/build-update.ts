import type { Expr } from '../../model/expr.ts';
import type { RequestScope } from '../request-scope.ts';
import { ident, join, raw, type Sql, sql } from '../sql/sql.ts';
import { type SqlEnv, tableAs } from '../sql/sql-env.ts';
import { planUpdate } from '../write/plan/plan-update.ts';
import { idOf } from '../write/roots/write-root.ts';
import type { Cells } from '../write/run/column-cells.ts';
import { toldBy } from '../write/run/told-fields.ts';
import { cellsOfUpdate } from '../write/run/update-rows.ts';
import type { UpdatePlan } from '../write/write-plan.ts';
import type { BuiltStatement } from './build-statement.ts';
import { connectedTargets } from './connected-targets.ts';
import {
  type BuildWrite,
  compiledInput,
  rootOf,
  rulesToWrite,
  type WriteAsk,
  writerOf,
  writtenAndAnswered,
} from './one-row.ts';
import { type Expected, expectedVersion, rowToWrite } from './row-to-write.ts';

/**
 * A mutation that updates one row by its id, and connects or disconnects others by id at most.
 * @throws ViewerError for the input
 */
export function compileUpdate(ask: WriteAsk): BuildWrite | undefined {
  return compiledInput(ask, planUpdate, build);
}

function build(ask: WriteAsk, plan: UpdatePlan | undefined): BuiltStatement | undefined {
  const { scope, entity } = ask;
  const root = rootOf(ask);
  const id = idOf(entity, root.args.id);
  const connected = plan && connectedTargets(scope, plan);
  if (!plan || !connected) return undefined;
  const cells = cellsOfUpdate(writerOf(scope), plan, connected.keys);
  // Nothing is set, and so nothing written.
  if (cells.size === 0) return undefined;
  const after = rulesToWrite(scope, plan);
  const expected = expectedVersion(scope, entity, root.args.expectVersion);
  const before = [...after, scope.rowRule(entity, 'read'), ...readRules(scope, plan)];
  return writtenAndAnswered(ask, root, {
    write: (env, isAlone) => updateSql(ask, cells, { id, before, expected, env, isAlone }),
    rules: after,
    conditions: connected.conditions,
    mayHide: true,
    outdated: new Set([entity.table]),
  });
}

/** What the outcome tells of is read as well. */
function readRules(scope: RequestScope, plan: UpdatePlan): readonly Expr[] {
  return toldBy(plan).flatMap(({ name }) => scope.fieldRule(plan.entity, name, 'read') ?? []);
}

interface Place {
  readonly id: string;
  readonly before: readonly Expr[];
  readonly expected: Expected | undefined;
  readonly env: SqlEnv;
  readonly isAlone: boolean;
}

function updateSql({ entity }: WriteAsk, cells: Cells, place: Place): Sql {
  const row = { alias: place.env.namer.next(entity.singular), entity };
  const where = rowToWrite(row, place);
  const sets = [...cells].map(([column, cell]) => sql`${ident(column)} = ${cell}`);
  return sql`UPDATE ${raw(tableAs(entity, row.alias))} SET ${join(sets)} WHERE ${where}`;
}
