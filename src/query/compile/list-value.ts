import { THIS } from '../../model/expr.ts';
import { makePlan, sliceOf } from '../read/make-plan.ts';
import type { ReadPlan, Slice } from '../read/read-plan.ts';
import { hasIndexInOrder } from '../sql/has-index-in-order.ts';
import { sliceSql } from '../sql/limit.ts';
import { placePlan } from '../sql/select-rows.ts';
import { type Sql, sql } from '../sql/sql.ts';
import type { BuildContext } from './build-context.ts';
import { entityMembers, type RowPlace } from './entity-members.ts';
import { FromLevel } from './from-level.ts';
import { type JsonText, listFrom, type Member, objectText, type RowsToWrite } from './json-text.ts';
import { longPage, type RowsAsk } from './rows-ask.ts';
import { objectSteps, SentColumns } from './sent-columns.ts';

/** A list field. */
export function listValue(context: BuildContext, ask: RowsAsk): JsonText {
  const plan = makePlan(context.scope, ask.entity, ask.args, []);
  const slice = sliceOf(context.scope, ask.args);
  const { members, select } = selectRows(context, ask, { plan, slice, isOnly: false });
  return { ...listFrom(select(asObject(members))), inRow: { rows: () => rowsOf(members, select) } };
}

/** The one row, if any, that a condition finds. */
export function rowValue(
  context: BuildContext,
  ask: RowsAsk,
  plan: ReadPlan,
  limit: 1 | undefined,
): JsonText {
  const slice = limit === undefined ? undefined : { limit, offset: 0 };
  const found = { plan, slice, isOnly: ask.isAskedOnce };
  const { members, select } = selectRows(context, ask, found);
  return { sql: sql`(${select(asObject(members))})`, nullable: true };
}

function rowsOf(members: readonly Member[], select: (columns: Sql) => Sql): RowsToWrite | undefined {
  const columns = new SentColumns();
  const list = objectSteps(members, columns);
  return columns.areTooMany ? undefined : { select: select(columns.sql), form: { parts: [{ list }] } };
}

function asObject(members: readonly Member[]): Sql {
  return sql`${objectText(members)} AS o`;
}

interface Found extends Pick<RowPlace, 'isOnly'> {
  readonly plan: ReadPlan;
  readonly slice: Slice | undefined;
}

interface SelectedRows {
  readonly members: readonly Member[];
  /** `SELECT columns FROM …` of them. */
  readonly select: (columns: Sql) => Sql;
}

function selectRows(context: BuildContext, ask: RowsAsk, { plan, slice, isOnly }: Found): SelectedRows {
  const { type, nodes, env } = ask;
  const placed = placePlan(plan, ask.source(), env);
  const { row } = placed.source;
  const level = new FromLevel(slice && longPage(context, ask, row, slice.limit));
  const inside = placed.env.with(THIS, row);
  const members = entityMembers(context, type, nodes, {
    entity: plan.entity,
    row,
    env: inside,
    level,
    isOnly,
  });
  const { source, where, keys } = placed;
  const areSorted = slice !== undefined && ask.isAskedOnce && !hasIndexInOrder(plan.entity, plan.order);
  const rows = { source, where, keys, limit: sliceSql(slice), areSorted };
  return { members, select: (columns) => level.select(columns, rows, env) };
}
