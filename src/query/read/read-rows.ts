import type { Row } from '../../data/index.ts';
import type { Entity, RelationField } from '../../model/app-model.ts';
import type { RequestScope } from '../request-scope.ts';
import {
  allRows,
  CURSOR,
  countAll,
  existsBeyond,
  jsonColumns,
  type PlacedPlan,
  placePlan,
  type RowSource,
  relatedRows,
  selectPage,
  selectSlice,
} from '../sql/select-rows.ts';
import { columnOf, ident, join, param, type Sql, sql } from '../sql/sql.ts';
import type { SqlEnv } from '../sql/sql-env.ts';
import { entityOf, idType, type SqlType } from '../sql/sql-type.ts';
import { orderMark } from './cursor.ts';
import type { ConnectionPage, ReadPlan, Slice } from './read-plan.ts';
import { runStatement, statementEnv } from './run-statement.ts';

/** A row of ours: a property per field name with the value that the API answers, keys under their names, `id` always. */
export type ReadRow = Record<string, unknown>;

/** The parents that related rows are read for: the relation, and each parent's key (or id, where the key is elsewhere). */
export interface Parents {
  readonly owner: Entity;
  readonly relation: RelationField;
  readonly keys: readonly string[];
}

/** Rows of a plan over its whole table, in order. One statement. */
export async function readRows(scope: RequestScope, plan: ReadPlan, slice: Slice): Promise<ReadRow[]> {
  if (slice.limit === 0) return [];
  const env = statementEnv(scope);
  const rows = await runStatement(scope, selectSlice(placePlan(plan, allRows(plan.entity, env), env), slice));
  return decodeRows(rows, jsonColumns(plan, env));
}

/** Rows of a plan for every parent, each with its own slice; one statement however many parents and rows. */
export async function readRelated(
  scope: RequestScope,
  plan: ReadPlan,
  slice: Slice,
  parents: Parents,
): Promise<ReadRow[][]> {
  if (slice.limit === 0) return parents.keys.map(() => []);
  const env = statementEnv(scope);
  const statement = perParent(env, scope, parents, (source) =>
    selectSlice(placePlan(plan, source, env), slice),
  );
  return byParent(await runStatement(scope, statement), parents, jsonColumns(plan, env));
}

/** What a connection answers beside its rows; only what is asked for is computed. */
export interface ConnectionAsk {
  readonly rows: boolean;
  readonly cursors: boolean;
  readonly totalCount: boolean;
  readonly pageInfo: boolean;
}

export interface ConnectionResult {
  readonly rows: readonly ReadRow[];
  readonly cursors: readonly string[];
  readonly totalCount: number;
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

/** A connection over a whole table (`parents` undefined), or one per parent. At most two statements in either case. */
export async function readConnections(
  scope: RequestScope,
  plan: ReadPlan,
  page: ConnectionPage,
  ask: ConnectionAsk,
  parents: Parents | undefined,
): Promise<ConnectionResult[]> {
  const [rows, facts] = await Promise.all([
    ask.rows || ask.cursors || ask.pageInfo ? readPages(scope, plan, page, ask, parents) : undefined,
    readFacts(scope, plan, page, ask, parents),
  ]);
  const count = parents?.keys.length ?? 1;
  return Array.from({ length: count }, (_, index) => connectionOf(rows?.[index] ?? [], page, facts?.[index]));
}

function connectionOf(
  found: readonly ReadRow[],
  page: ConnectionPage,
  facts: Row | undefined,
): ConnectionResult {
  const more = found.length > page.size;
  const kept = found.slice(0, page.size);
  if (page.fromEnd) kept.reverse();
  return {
    rows: kept,
    cursors: kept.map((row) => String(row[CURSOR])),
    totalCount: Number(facts?.total ?? 0),
    hasNextPage: page.fromEnd ? facts?.next === true : more || facts?.next === true,
    hasPreviousPage: page.fromEnd ? more || facts?.previous === true : facts?.previous === true,
  };
}

async function readPages(
  scope: RequestScope,
  plan: ReadPlan,
  page: ConnectionPage,
  ask: ConnectionAsk,
  parents: Parents | undefined,
): Promise<ReadRow[][]> {
  const env = statementEnv(scope);
  const mark = ask.cursors ? orderMark(plan) : undefined;
  const select = (source: RowSource) => selectPage(placePlan(plan, source, env), page, mark);
  const json = jsonColumns(plan, env);
  if (parents)
    return byParent(await runStatement(scope, perParent(env, scope, parents, select)), parents, json);
  return [decodeRows(await runStatement(scope, select(allRows(plan.entity, env))), json)];
}

/** Total and the far sides of the page, where they are asked for and not known anyway. */
async function readFacts(
  scope: RequestScope,
  plan: ReadPlan,
  page: ConnectionPage,
  ask: ConnectionAsk,
  parents: Parents | undefined,
): Promise<Row[] | undefined> {
  const sides = ask.pageInfo && (page.after !== undefined || page.before !== undefined);
  if (!sides && !ask.totalCount) return undefined;
  const env = statementEnv(scope);
  const select = (source: RowSource) =>
    sql`SELECT ${factList(placePlan(plan, source, env), page, sides, ask.totalCount)}`;
  if (!parents) return runStatement(scope, select(allRows(plan.entity, env)));
  const found = await runStatement(scope, perParent(env, scope, parents, select));
  const sorted: Row[] = [];
  for (const row of found) sorted[Number(row.$parent) - 1] = row;
  return sorted;
}

function factList(placed: PlacedPlan, page: ConnectionPage, sides: boolean, total: boolean): Sql {
  const beyond = existsBeyond(placed, page);
  return join([
    ...(total ? [sql`${countAll(placed)} AS total`] : []),
    ...(sides ? [sql`${beyond.previous} AS previous`, sql`${beyond.next} AS next`] : []),
  ]);
}

/**
 * The statement of `select`, run once per parent by PostgreSQL. Rows stay in the order of each parent's own ORDER BY
 * because a lateral join over a function scan is always a nested loop.
 */
export function perParent(
  env: SqlEnv,
  scope: RequestScope,
  parents: Parents,
  select: (source: RowSource) => Sql,
): Sql {
  const parent = env.namer.next('parent');
  const type = parentKeyType(scope, parents);
  const key = columnOf(parent, 'key');
  const inner = select(relatedRows(parents.relation, key, env));
  const of = env.namer.next('of_parent');
  return sql`SELECT ${columnOf(parent, 'place')}::int4 AS "$parent", ${ident(of)}.* FROM unnest(${param(parents.keys, `${type.pg}[]`)}) WITH ORDINALITY AS ${ident(parent)} (key, place) CROSS JOIN LATERAL (${inner}) AS ${ident(of)}`;
}

function parentKeyType(scope: RequestScope, { owner, relation }: Parents): SqlType {
  return relation.storage.kind === 'key' ? idType(entityOf(scope.app, relation.target)) : idType(owner);
}

function byParent(rows: readonly Row[], parents: Parents, json: readonly string[]): ReadRow[][] {
  const lists: ReadRow[][] = parents.keys.map(() => []);
  for (const row of decodeRows(rows, json)) lists[Number(row.$parent) - 1]?.push(row);
  return lists;
}

/** Rows as the driver gave them, with JSON texts parsed in place. */
export function decodeRows(rows: readonly Row[], json: readonly string[]): ReadRow[] {
  const own = rows as ReadRow[];
  if (json.length === 0) return own;
  for (const row of own) {
    for (const name of json) {
      const text = row[name];
      if (typeof text === 'string') row[name] = JSON.parse(text);
    }
  }
  return own;
}
