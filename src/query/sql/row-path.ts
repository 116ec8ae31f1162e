import type { Entity, RelationField } from '../../model/app-model.ts';
import { type RowPath, type RowStep, type Rows, VIEWER } from '../../model/expr.ts';
import { IMPOSSIBLE, scalarFor } from './literal.ts';
import { exprToSql } from './predicate-to-sql.ts';
import { allOf, columnOf, ident, parens, raw, type Sql, sql } from './sql.ts';
import { type RowInScope, type SqlEnv, tableAs } from './sql-env.ts';
import { entityOf, idType, relationField } from './sql-type.ts';

/** The row at the end of a path: in scope already, or reached by a FROM of its own that finds none or one row. */
export interface FollowedPath {
  readonly row: RowInScope;
  readonly from: { readonly tables: Sql; readonly where: readonly Sql[] } | undefined;
}

/** Follows a to-one path. A row that a guard hides is no row. */
export function followPath(path: RowPath, env: SqlEnv): FollowedPath {
  let followed = startOf(path, env);
  for (const step of path.steps) followed = follow(followed, step, env);
  return followed;
}

function startOf(path: RowPath, env: SqlEnv): FollowedPath {
  const inScope = env.row(path.from);
  if (inScope) return { row: inScope, from: undefined };
  if (path.from !== VIEWER) throw new Error(`No row is bound to ${path.from}`);
  const entity = entityOf(env.app, path.entity);
  const alias = env.namer.next('viewer');
  const id = env.viewerId === undefined ? IMPOSSIBLE : scalarFor(idType(entity), env.viewerId);
  const where = id === IMPOSSIBLE ? raw('FALSE') : sql`${idColumn({ alias, entity })} = ${id}`;
  return { row: { alias, entity }, from: { tables: raw(tableAs(entity, alias)), where: [where] } };
}

function follow(followed: FollowedPath, step: RowStep, env: SqlEnv): FollowedPath {
  const relation = relationField(followed.row.entity, step.relation);
  const link = linkRows(followed.row, relation, env);
  const guard = step.guard ? [exprToSql(step.guard.where, env.with(step.guard.as, link.row))] : [];
  if (!followed.from) return { row: link.row, from: { tables: link.tables, where: [link.on, ...guard] } };
  const on = allOf([link.on, ...guard]);
  const tables = sql`${followed.from.tables} JOIN ${link.pairs ? parens(link.tables) : link.tables} ON ${on}`;
  return { row: link.row, from: { tables, where: followed.from.where } };
}

/** The far side of a relation of a row in scope. */
export interface Link {
  readonly row: RowInScope;
  readonly tables: Sql;
  readonly on: Sql;
  /** Where the far rows are found by way of pairs; `tables` is a join then, and wants parentheses inside another one. */
  readonly pairs?: Pairs;
}

/** What `tables` of a many-to-many relation is made of. */
export interface Pairs {
  readonly table: Sql;
  /** On a pair: the id of the far row. */
  readonly id: Sql;
  /** The far rows' own table. */
  readonly far: Sql;
}

export function linkRows(from: RowInScope, relation: RelationField, env: SqlEnv): Link {
  const source =
    relation.storage.kind === 'key' ? columnOf(from.alias, relation.storage.column) : idColumn(from);
  return linkToKey(source, relation, env);
}

/** The rows of `relation` for the owner whose key value is `source`: the owner's key column, or its id otherwise. */
export function linkToKey(source: Sql, relation: RelationField, env: SqlEnv): Link {
  const target = entityOf(env.app, relation.target);
  const row: RowInScope = { alias: env.namer.next(relation.name), entity: target };
  const table = raw(tableAs(target, row.alias));
  const { storage } = relation;
  if (storage.kind === 'key') return { row, tables: table, on: sql`${idColumn(row)} = ${source}` };
  if (storage.kind === 'inverse') {
    return { row, tables: table, on: sql`${inverseKey(row, relation)} = ${source}` };
  }
  const pair = env.namer.next(`${relation.name}_pair`);
  const pairs: Pairs = {
    table: sql`${ident(storage.table)} AS ${ident(pair)}`,
    id: columnOf(pair, storage.other),
    far: table,
  };
  return {
    row,
    tables: sql`${pairs.table} JOIN ${pairs.far} ON ${idColumn(row)} = ${pairs.id}`,
    on: sql`${columnOf(pair, storage.own)} = ${source}`,
    pairs,
  };
}

/** On the far row: the column that holds the key of an `inverse` relation. */
export function inverseKey(row: RowInScope, relation: RelationField): Sql {
  const back = relation.inverse === undefined ? undefined : relationField(row.entity, relation.inverse);
  if (back?.storage.kind !== 'key') throw new Error(`${relation.name} has no key on its far side`);
  return columnOf(row.alias, back.storage.column);
}

export function idColumn(row: RowInScope): Sql {
  const field = row.entity.fieldByName.get('id');
  return columnOf(row.alias, field?.kind === 'scalar' ? field.column : 'id');
}

/** FROM and WHERE of `rows`, with the row that they bind. */
export function rowsToFrom(
  rows: Rows,
  as: string,
  env: SqlEnv,
): { row: RowInScope; tables: Sql; where: readonly Sql[] } {
  if (rows.kind === 'entity') {
    const entity = entityOf(env.app, rows.entity);
    const row = { alias: env.namer.next(aliasWish(as, entity)), entity };
    return { row, tables: raw(tableAs(entity, row.alias)), where: [] };
  }
  const start = followPath(rows.row, env);
  const link = linkRows(start.row, relationField(start.row.entity, rows.relation), env);
  if (!start.from) return { row: link.row, tables: link.tables, where: [link.on] };
  const tables = sql`${start.from.tables} JOIN ${link.pairs ? parens(link.tables) : link.tables} ON ${link.on}`;
  return { row: link.row, tables, where: start.from.where };
}

function aliasWish(as: string, entity: Entity): string {
  return /^[A-Za-z]/.test(as) ? as : entity.singular;
}

/** `SELECT … FROM … WHERE …` in parentheses. */
export function subselect(select: Sql, tables: Sql, where: readonly Sql[]): Sql {
  return sql`(SELECT ${select} FROM ${tables} WHERE ${allOf(where)})`;
}
