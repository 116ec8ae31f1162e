import type { Entity, RelationField } from '../../model/app-model.ts';
import { THIS } from '../../model/expr.ts';
import { SCALARS } from '../../model/scalars.ts';
import { SEARCH_CONFIG } from '../../model/search-column.ts';
import type { ConnectionPage, OrderKey, PlanColumn, ReadPlan, SearchPlan, Slice } from '../read/read-plan.ts';
import { columnsToRead } from './columns-to-read.ts';
import { hasIndexInOrder } from './has-index-in-order.ts';
import { arrivesAsJson, jsonValue } from './json-value.ts';
import { cursorValue, placeCondition, type SortOperand } from './keyset.ts';
import { exprToSql } from './predicate-to-sql.ts';
import { linkToKey, type Pairs } from './row-path.ts';
import { allOf, columnOf, ident, join, param, raw, type Sql, sql } from './sql.ts';
import { type RowInScope, type SqlEnv, tableAs } from './sql-env.ts';
import { columnInfo } from './sql-type.ts';
import { valueToSql } from './value-to-sql.ts';

/** Where the rows of a plan come from: a whole table, or one relation of one parent. */
export interface RowSource {
  readonly row: RowInScope;
  readonly tables: Sql;
  readonly where: readonly Sql[];
  /** Where they are the far rows of a many-to-many relation, with `where` for its pairs alone. */
  readonly pairs?: Pairs | undefined;
}

export function allRows(entity: Entity, env: SqlEnv): RowSource {
  const row = { alias: env.namer.next(entity.singular), entity };
  return { row, tables: raw(tableAs(entity, row.alias)), where: [] };
}

/** Rows of `relation` for the parent whose key (or id) is `key`. */
export function relatedRows(relation: RelationField, key: Sql, env: SqlEnv): RowSource {
  const link = linkToKey(key, relation, env);
  return { row: link.row, tables: link.tables, where: [link.on] };
}

/** A plan joined to its source: the pieces that every statement about these rows is made of. */
export interface PlacedPlan {
  readonly plan: ReadPlan;
  readonly source: RowSource;
  /** `this` is the source's row. */
  readonly env: SqlEnv;
  readonly where: readonly Sql[];
  readonly keys: readonly SortOperand[];
}

export function placePlan(plan: ReadPlan, source: RowSource, env: SqlEnv): PlacedPlan {
  const inside = env.with(THIS, source.row);
  const search = plan.search ? [searchCondition(plan.search, source.row)] : [];
  const where = [...source.where, ...search, exprToSql(plan.where, inside)];
  const keys = plan.order.map((key) => sortOperand(key, plan, source.row, inside));
  return { plan, source, env: inside, where, keys };
}

function sortOperand(key: OrderKey, plan: ReadPlan, row: RowInScope, env: SqlEnv): SortOperand {
  if (key.value.kind !== 'rank') return { ...key, ...valueToSql(key.value, env) };
  if (!plan.search) throw new Error('Only a search has a rank');
  const rank = sql`ts_rank_cd(${searchVector(plan.search, row)}, ${searchQuery(plan.search)})`;
  const type = { pg: 'float4', list: false, scalar: SCALARS.Float, enumValues: undefined };
  return { ...key, sql: rank, type };
}

function searchVector(search: SearchPlan, row: RowInScope): Sql {
  return join(
    search.columns.map((column) => columnOf(row.alias, column)),
    ' || ',
  );
}

function searchQuery(search: SearchPlan): Sql {
  return sql`plainto_tsquery(${raw(`'${SEARCH_CONFIG}'`)}, ${param(search.text, 'text')})`;
}

function searchCondition(search: SearchPlan, row: RowInScope): Sql {
  if (search.columns.length === 0) return raw('FALSE');
  return sql`(${searchVector(search, row)}) @@ ${searchQuery(search)}`;
}

/** `SELECT …` of one slice of the rows, in order. */
export function selectSlice(placed: PlacedPlan, slice: Slice): Sql {
  const offset = slice.offset > 0 ? sql` OFFSET ${param(slice.offset, 'int8')}` : raw('');
  const limit = sql` LIMIT ${param(slice.limit, 'int8')}${offset}`;
  return selectFirst(placed, { columns: columnList(placed), where: placed.where, keys: placed.keys, limit });
}

/**
 * `SELECT …` of a page and one row more, which tells whether there is more. From the end, rows come in reverse order.
 * With `cursorOf`, each row carries its cursor as `$cursor`.
 */
export function selectPage(placed: PlacedPlan, page: ConnectionPage, cursorOf: string | undefined): Sql {
  const cursor =
    cursorOf === undefined ? [] : [sql`${cursorValue(placed.keys, cursorOf)} AS ${ident(CURSOR)}`];
  const columns = join([columnList(placed), ...cursor]);
  const keys = page.fromEnd ? placed.keys.map(reversed) : placed.keys;
  const where = [...placed.where, ...betweenCursors(placed, page)];
  return selectFirst(placed, { columns, where, keys, limit: sql` LIMIT ${param(page.size + 1, 'int8')}` });
}

interface FirstRows {
  readonly columns: Sql;
  readonly where: readonly Sql[];
  readonly keys: readonly SortOperand[];
  readonly limit: Sql;
}

/** The first rows of an order. Where no index has it, they are found before anything is made of their columns. */
function selectFirst(placed: PlacedPlan, { columns, where, keys, limit }: FirstRows): Sql {
  const { plan, source } = placed;
  if (hasIndexInOrder(plan.entity, plan.order))
    return sql`${selectFrom(placed, columns, where)}${orderBy(keys)}${limit}`;
  const { alias } = source.row;
  const read = columnsToRead(alias, columns, keys);
  const found = sql`${selectFrom(placed, read.columns, where)}${orderBy(keys)}${limit}`;
  return sql`SELECT ${columns} FROM (${found}) AS ${ident(alias)}${orderBy(read.keys)}`;
}

export const CURSOR = '$cursor';

/** The conditions that keep a page between its cursors. */
export function betweenCursors(placed: PlacedPlan, page: ConnectionPage): readonly Sql[] {
  return [
    ...(page.after ? [placeCondition(placed.keys, page.after, 'after')] : []),
    ...(page.before ? [placeCondition(placed.keys, page.before, 'before')] : []),
  ];
}

/** Whether there are rows at or beyond a cursor, on the side that the page does not reach. */
export function existsBeyond(placed: PlacedPlan, page: ConnectionPage): { previous: Sql; next: Sql } {
  const exists = (condition: Sql) =>
    sql`EXISTS (SELECT FROM ${placed.source.tables} WHERE ${allOf([...placed.where, condition])})`;
  return {
    previous: page.after ? exists(placeCondition(placed.keys, page.after, 'atOrBefore')) : raw('FALSE'),
    next: page.before ? exists(placeCondition(placed.keys, page.before, 'atOrAfter')) : raw('FALSE'),
  };
}

/** `(SELECT count(*) …)` over all rows of the plan, whatever the page. */
export function countAll(placed: PlacedPlan): Sql {
  return sql`(SELECT count(*) FROM ${placed.source.tables} WHERE ${allOf(placed.where)})`;
}

export function selectFrom(placed: PlacedPlan, columns: Sql, where: readonly Sql[]): Sql {
  return sql`SELECT ${columns} FROM ${placed.source.tables} WHERE ${allOf(where)}`;
}

export function columnList({ plan, env }: Pick<PlacedPlan, 'plan' | 'env'>): Sql {
  return join(
    plan.columns.map((column) => sql`${columnValue(column, env)} AS ${ident(column.as)}`),
    ', ',
  );
}

/** One property of a row as the API answers it. */
export function columnValue(column: PlanColumn, env: SqlEnv): Sql {
  if ('condition' in column) return sql`coalesce(${exprToSql(column.condition, env)}, FALSE)`;
  const { sql: value, type } = valueToSql(column.value, env);
  return jsonValue(value, type);
}

/** Names of the columns whose text has to be parsed as JSON. */
export function jsonColumns(plan: ReadPlan, env: SqlEnv): readonly string[] {
  return plan.columns.flatMap((column) => {
    if ('condition' in column) return [];
    const value = column.value.kind === 'guarded' ? column.value.value : column.value;
    const info = value.kind === 'column' ? columnInfo(env.app, plan.entity, value.field) : undefined;
    return info && arrivesAsJson(info.type) ? [column.as] : [];
  });
}

/** Empty where any order will do. */
export function orderBy(keys: readonly SortOperand[]): Sql {
  if (keys.length === 0) return raw('');
  const list = join(
    keys.map((key) => {
      const nulls =
        key.nullable && key.nullsFirst !== key.descending
          ? ` NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`
          : '';
      return sql`${key.sql}${raw(`${key.descending ? ' DESC' : ''}${nulls}`)}`;
    }),
  );
  return sql` ORDER BY ${list}`;
}

/** The same key the other way round. */
export function reversed(key: SortOperand): SortOperand {
  return { ...key, descending: !key.descending, nullsFirst: !key.nullsFirst };
}
