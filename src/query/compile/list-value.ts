import { THIS } from '../../model/expr.ts';
import { makePlan, sliceOf } from '../read/make-plan.ts';
import type { ReadPlan, Slice } from '../read/read-plan.ts';
import { sliceSql } from '../sql/limit.ts';
import { orderBy, placePlan } from '../sql/select-rows.ts';
import { type Sql, sql } from '../sql/sql.ts';
import type { BuildContext } from './build-context.ts';
import { entityMembers } from './entity-members.ts';
import { FromLevel, whereOf } from './from-level.ts';
import { type JsonText, listFrom, objectText } from './json-text.ts';
import type { RowsAsk } from './rows-ask.ts';

/** A list field. */
export function listValue(context: BuildContext, ask: RowsAsk): JsonText {
  const plan = makePlan(context.scope, ask.entity, ask.args, []);
  return listFrom(selectObjects(context, ask, plan, sliceOf(context.scope, ask.args)));
}

/** The one row, if any, that a condition finds. */
export function rowValue(
  context: BuildContext,
  ask: RowsAsk,
  plan: ReadPlan,
  limit: 1 | undefined,
): JsonText {
  const slice = limit === undefined ? undefined : { limit, offset: 0 };
  return { sql: sql`(${selectObjects(context, ask, plan, slice)})`, nullable: true };
}

function selectObjects(
  context: BuildContext,
  { type, nodes, env, source }: RowsAsk,
  plan: ReadPlan,
  slice: Slice | undefined,
): Sql {
  const placed = placePlan(plan, source(), env);
  const { row, tables } = placed.source;
  const level = new FromLevel();
  const inside = placed.env.with(THIS, row);
  const members = entityMembers(context, type, nodes, { entity: plan.entity, row, env: inside, level });
  return sql`SELECT ${objectText(members)} AS o FROM ${level.from(tables)}${whereOf(placed.where)}${orderBy(placed.keys)}${sliceSql(slice)}`;
}
