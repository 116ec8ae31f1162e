import { THIS } from '../../model/expr.ts';
import { makePlan, sliceOf } from '../read/make-plan.ts';
import type { ReadPlan, Slice } from '../read/read-plan.ts';
import { sliceSql } from '../sql/limit.ts';
import { placePlan } from '../sql/select-rows.ts';
import { type Sql, sql } from '../sql/sql.ts';
import type { BuildContext } from './build-context.ts';
import { entityMembers, type RowPlace } from './entity-members.ts';
import { FromLevel } from './from-level.ts';
import { type JsonText, listFrom, objectText } from './json-text.ts';
import { isLongPage, type RowsAsk } from './rows-ask.ts';

/** A list field. */
export function listValue(context: BuildContext, ask: RowsAsk): JsonText {
  const plan = makePlan(context.scope, ask.entity, ask.args, []);
  const slice = sliceOf(context.scope, ask.args);
  return listFrom(selectObjects(context, ask, { plan, slice, isOnly: false }));
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
  return { sql: sql`(${selectObjects(context, ask, found)})`, nullable: true };
}

interface Found extends Pick<RowPlace, 'isOnly'> {
  readonly plan: ReadPlan;
  readonly slice: Slice | undefined;
}

function selectObjects(context: BuildContext, ask: RowsAsk, { plan, slice, isOnly }: Found): Sql {
  const { type, nodes, env } = ask;
  const placed = placePlan(plan, ask.source(), env);
  const { row, tables } = placed.source;
  const level = new FromLevel(slice && isLongPage(ask, slice.limit) ? row : undefined);
  const inside = placed.env.with(THIS, row);
  const members = entityMembers(context, type, nodes, {
    entity: plan.entity,
    row,
    env: inside,
    level,
    isOnly,
  });
  const rows = { row, tables, where: placed.where, keys: placed.keys, limit: sliceSql(slice) };
  return level.select(sql`${objectText(members)} AS o`, rows, env);
}
