import { isConstant } from '../../model/expr.ts';
import { type DateBucket, GROUP, type GroupOrder, type GroupPlan } from '../read/group-plan.ts';
import { aggregateOperand, itemList, itemName, type ValueTable, valueTable } from './aggregate-to-sql.ts';
import { jsonValue, type RenderValue } from './json-value.ts';
import { sliceSql } from './limit.ts';
import type { Operand } from './operand.ts';
import { exprToSql } from './predicate-to-sql.ts';
import type { RowSource } from './select-rows.ts';
import { ident, join, raw, type Sql, sql } from './sql.ts';
import type { SqlEnv } from './sql-env.ts';

/** `SELECT …` of one row per group: `key.<name>` columns, then the items. */
export function selectGroups(
  plan: GroupPlan,
  source: RowSource,
  env: SqlEnv,
  render: RenderValue = jsonValue,
): Sql {
  const table = valueTable(plan.rows, source, env);
  const keys = new Map(
    plan.keys.map(({ name, bucket }) => [name, bucketed(plannedValue(table, name), bucket)]),
  );
  const columns = [...keys].map(
    ([name, key]) => sql`${render(key.sql, key.type, true)} AS ${ident(`key.${name}`)}`,
  );
  const items = plan.rows.items.length === 0 ? [] : [itemList(plan.rows.items, table, render)];
  const groupBy = join([...keys.values()].map((key) => key.sql));
  const order = join(plan.order.map((one) => orderEntry(one, keys, table)));
  return sql`SELECT ${join([...columns, ...items])} FROM ${table.from} GROUP BY ${groupBy}${having(plan, source, table, env)} ORDER BY ${order}${sliceSql(plan.slice)}`;
}

function plannedValue(table: ValueTable, name: string): Operand {
  const value = table.values.get(name);
  if (!value) throw new Error(`${name} was not planned`);
  return value;
}

/** The start of the hour, day, … in UTC. */
function bucketed(value: Operand, bucket: DateBucket | undefined): Operand {
  if (!bucket) return value;
  const unit = raw(`'${bucket.toLowerCase()}'`);
  if (value.type.pg === 'date')
    return { ...value, sql: sql`date_trunc(${unit}, ${value.sql}::timestamp)::date` };
  return { ...value, sql: sql`date_trunc(${unit}, ${value.sql}, 'UTC')` };
}

function having(plan: GroupPlan, source: RowSource, table: ValueTable, env: SqlEnv): Sql {
  if (isConstant(plan.having, true)) return raw('');
  const virtual = new Map(plan.rows.items.map((item) => [itemName(item), aggregateOperand(item, table)]));
  const group = { alias: GROUP, entity: source.row.entity, virtual };
  return sql` HAVING ${exprToSql(plan.having, env.with(GROUP, group))}`;
}

function orderEntry(order: GroupOrder, keys: ReadonlyMap<string, Operand>, table: ValueTable): Sql {
  const value = 'key' in order.by ? keys.get(order.by.key) : aggregateOperand(order.by.item, table);
  if (!value) throw new Error('An order names a key that is not grouped by');
  return sql`${value.sql} ${raw(`${order.descending ? 'DESC' : 'ASC'} NULLS ${order.nullsFirst ? 'FIRST' : 'LAST'}`)}`;
}
