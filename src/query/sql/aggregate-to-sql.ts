import { assertNever } from '../../kit/assert-never.ts';
import { THIS } from '../../model/expr.ts';
import { SCALARS, type ScalarType, scalarType } from '../../model/scalars.ts';
import type { AggregateItem, AggregatePlan } from '../read/aggregate-plan.ts';
import { jsonValue, type RenderValue } from './json-value.ts';
import type { Operand } from './operand.ts';
import { exprToSql } from './predicate-to-sql.ts';
import type { RowSource } from './select-rows.ts';
import { allOf, columnOf, ident, join, raw, type Sql, sql } from './sql.ts';
import type { SqlEnv } from './sql-env.ts';
import type { SqlType } from './sql-type.ts';
import { valueToSql } from './value-to-sql.ts';

/** The rows to aggregate as a derived table with one column per value, so that each value is computed once per row. */
export interface ValueTable {
  readonly from: Sql;
  /** The values by field name, as columns of the derived table. */
  readonly values: ReadonlyMap<string, Operand>;
}

export function valueTable(plan: AggregatePlan, source: RowSource, env: SqlEnv): ValueTable {
  const inside = env.with(THIS, source.row);
  const alias = env.namer.next('value');
  const values = new Map<string, Operand>();
  const columns = [...plan.values].map(([field, value], index) => {
    const operand = valueToSql(value, inside);
    values.set(field, { sql: columnOf(alias, `v${index}`), type: operand.type });
    return sql`${operand.sql} AS ${ident(`v${index}`)}`;
  });
  const where = allOf([...source.where, exprToSql(plan.where, inside)]);
  return {
    from: sql`(SELECT ${join(columns)} FROM ${source.tables} WHERE ${where}) AS ${ident(alias)}`,
    values,
  };
}

const COUNT: SqlType = { pg: 'int4', list: false, scalar: SCALARS.Int, enumValues: undefined };

/** One number over the rows of a value table. */
export function aggregateOperand(item: AggregateItem, table: ValueTable): Operand {
  if (item.fn === 'count') return { sql: raw('count(*)::int4'), type: COUNT };
  const value = table.values.get(item.field);
  if (!value) throw new Error(`${item.field} was not planned`);
  switch (item.fn) {
    case 'countDistinct':
      return { sql: sql`count(DISTINCT ${value.sql})::int4`, type: COUNT };
    case 'sum':
    case 'avg':
      return sumOrAverage(item.fn, value);
    case 'min':
    case 'max':
      return extreme(item.fn, value);
    default:
      return assertNever(item.fn);
  }
}

/** Sums and averages come in the scalar that the API names for them, which is wider than the values'. */
function sumOrAverage(fn: 'sum' | 'avg', value: Operand): Operand {
  const name = value.type.scalar?.[fn];
  const scalar: ScalarType = scalarType(name ?? 'Float') ?? SCALARS.Float;
  // A sum of int8 is numeric and may not fit int8 again: it stays numeric and leaves as text.
  const pg = scalar.postgres === 'int8' ? 'numeric' : scalar.postgres;
  return {
    sql: sql`${raw(fn)}(${value.sql})::${raw(pg)}`,
    type: { pg, list: false, scalar, enumValues: undefined },
  };
}

/** PostgreSQL has no min and max for uuid and boolean; their text and their logic order the same. */
function extreme(fn: 'min' | 'max', value: Operand): Operand {
  if (value.type.pg === 'uuid') return { sql: sql`${raw(fn)}(${value.sql}::text)::uuid`, type: value.type };
  if (value.type.pg === 'bool') {
    return { sql: sql`${raw(fn === 'min' ? 'bool_and' : 'bool_or')}(${value.sql})`, type: value.type };
  }
  return { sql: sql`${raw(fn)}(${value.sql})`, type: value.type };
}

/** Name of an item's column in the answer. */
export function itemName(item: AggregateItem): string {
  return item.field === '' ? item.fn : `${item.fn}.${item.field}`;
}

/** `SELECT …` of all items in one row. */
export function selectAggregate(plan: AggregatePlan, source: RowSource, env: SqlEnv): Sql {
  const table = valueTable(plan, source, env);
  return sql`SELECT ${itemList(plan.items, table)} FROM ${table.from}`;
}

export function itemList(
  items: readonly AggregateItem[],
  table: ValueTable,
  render: RenderValue = jsonValue,
): Sql {
  return join(
    items.map((item) => {
      const { sql: value, type } = aggregateOperand(item, table);
      return sql`${render(value, type, true)} AS ${ident(itemName(item))}`;
    }),
  );
}
