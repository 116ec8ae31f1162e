import { THIS } from '../../model/expr.ts';
import { makePlan, sliceOf } from '../read/make-plan.ts';
import type { ReadPlan, Slice } from '../read/read-plan.ts';
import { orderBy, placePlan } from '../sql/select-rows.ts';
import { param, raw, type Sql, sql } from '../sql/sql.ts';
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

/** The limit stands in the text: a plan for an unknown limit would be one for all rows. It was checked to be a number. */
function sliceSql(slice: Slice | undefined): Sql {
  if (!slice) return raw('');
  const offset = slice.offset > 0 ? sql` OFFSET ${param(slice.offset, 'int8')}` : raw('');
  return sql` ${limitSql(slice.limit)}${offset}`;
}

/** `LIMIT n`. @throws Error for anything but a whole number */
export function limitSql(limit: number): Sql {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new Error('A limit is a whole number');
  return raw(`LIMIT ${limit}`);
}
