import { decidedWithoutRow } from '../../../access/decide.ts';
import type { Entity } from '../../../model/app-model.ts';
import { type Expr, THIS } from '../../../model/expr.ts';
import { listFor } from '../../sql/literal.ts';
import { exprToSql } from '../../sql/predicate-to-sql.ts';
import { idColumn } from '../../sql/row-path.ts';
import { join, raw, type Sql, sql } from '../../sql/sql.ts';
import { tableAs } from '../../sql/sql-env.ts';
import { idType } from '../../sql/sql-type.ts';
import type { LockStrength } from './held-locks.ts';
import type { ToldField } from './told-fields.ts';
import { notFound, type Touched, type WriteRun } from './write-run.ts';

/** For each row, which of the named conditions hold. */
export type Verdicts = ReadonlyMap<string, Readonly<Record<string, boolean>>>;

/** Asks conditions of rows, in one statement; none where no condition needs a row. Rows that are gone have no verdict. */
export async function judgeRows(
  run: WriteRun,
  entity: Entity,
  ids: readonly string[],
  conditions: Readonly<Record<string, Expr>>,
): Promise<Verdicts> {
  const names = Object.keys(conditions);
  const fixed = names.map((name) => decidedWithoutRow(conditions[name] as Expr));
  if (ids.length === 0) return new Map();
  if (fixed.every((verdict) => verdict !== undefined)) {
    const verdict = Object.fromEntries(names.map((name, index) => [name, fixed[index] === true]));
    return new Map(ids.map((id) => [id, verdict]));
  }
  const env = run.env();
  const row = { alias: env.namer.next(entity.singular), entity };
  const inner = env.with(THIS, row);
  const columns = names.map(
    (name, index) => sql`(${exprToSql(conditions[name] as Expr, inner)}) IS TRUE AS ${raw(`c${index}`)}`,
  );
  const found = await run.query<Record<string, unknown>>(
    sql`SELECT ${join([sql`${idColumn(row)}::text AS id`, ...columns])} FROM ${raw(tableAs(entity, row.alias))} WHERE ${idIn(row, ids)}`,
  );
  return new Map(
    found.map((one) => [
      String(one.id),
      Object.fromEntries(names.map((name, index) => [name, one[`c${index}`] === true])),
    ]),
  );
}

/** As `judgeRows`, of conditions that are rights to do something with rows as they are. */
export async function judgeRights(
  run: WriteRun,
  entity: Entity,
  ids: readonly string[],
  conditions: Readonly<Record<string, Expr>>,
): Promise<Verdicts> {
  const verdicts = await judgeRows(run, entity, ids, conditions);
  const granted = (id: string, [name, holds]: readonly [string, boolean]): boolean =>
    holds && run.grants(entity, name, conditions[name] as Expr, id);
  return new Map(
    [...verdicts].map(([id, verdict]) => [
      id,
      Object.fromEntries(Object.entries(verdict).map((one) => [one[0], granted(id, one)])),
    ]),
  );
}

/** `row.id = ANY(ids)`. */
export function idIn(row: { alias: string; entity: Entity }, ids: readonly string[]): Sql {
  return sql`${idColumn(row)} = ANY(${listFor(idType(row.entity), ids)})`;
}

/** Locks rows in the order of their ids, so that two writers of the same rows wait instead of deadlocking. */
export async function lockRows(
  run: WriteRun,
  entity: Entity,
  ids: readonly string[],
  strength: LockStrength,
): Promise<ReadonlySet<string>> {
  if (run.locks.holds(entity, ids, strength)) return new Set(ids);
  const row = { alias: entity.singular, entity };
  const found = await run.query<{ id: string }>(
    sql`SELECT ${idColumn(row)}::text AS id FROM ${raw(tableAs(entity, row.alias))} WHERE ${idIn(row, ids)} ORDER BY ${idColumn(row)} FOR ${raw(strength)}`,
  );
  const locked = new Set(found.map((one) => one.id));
  run.locks.note(entity, locked, strength);
  return locked;
}

/** A row that is about to be written, and the fields that the input names for it. */
export interface Intended {
  readonly id: string;
  readonly given: readonly string[];
  /** Fields that the outcome tells of: they must be readable too. */
  readonly told?: readonly ToldField[];
}

/**
 * Locks rows and asks whether the viewer may do to them what is intended, before anything is done. Rows that this root
 * field made itself are its own.
 * @throws ViewerError NOT_FOUND for a row that is absent or unreadable, FORBIDDEN or UNAUTHENTICATED for one that is not
 */
export async function takeRows(
  run: WriteRun,
  entity: Entity,
  rows: readonly Intended[],
  operation: 'update' | 'delete',
): Promise<void> {
  const ids = [...new Set(rows.map((row) => row.id))];
  const locked = await lockRows(run, entity, ids, operation === 'delete' ? 'UPDATE' : 'NO KEY UPDATE');
  const foreign = rows.filter((row) => !run.hasCreated(entity, row.id));
  const conditions: Record<string, Expr> = {
    read: run.scope.rowRule(entity, 'read'),
    rule: run.scope.rowRule(entity, operation),
    ...fieldConditions(
      run,
      entity,
      foreign.flatMap((row) => row.given),
    ),
    ...readConditions(
      run,
      entity,
      foreign.flatMap((row) => (row.told ?? []).map(({ name }) => name)),
    ),
  };
  const verdicts = await judgeRights(run, entity, [...new Set(foreign.map((row) => row.id))], conditions);
  // Both are asked for either way: a row that is hidden costs the same statements as one that is not there.
  const gone = ids.find((id) => !locked.has(id)) ?? foreign.find((row) => !verdicts.get(row.id)?.read)?.id;
  if (gone !== undefined)
    throw notFound(entity, await run.explain({ entity, operation: 'read', id: gone, image: 'before' }));
  for (const { id, given, told = [] } of foreign) {
    const verdict = verdicts.get(id) ?? {};
    const why = { entity, operation, id, image: 'before' } as const;
    if (!verdict.rule) throw run.denied(`${operation} this ${entity.name}`, await run.explain(why));
    const isDenied = (key: string): boolean => conditions[key] !== undefined && !verdict[key];
    const field = given.find((name) => isDenied(keyOf(name)));
    if (field !== undefined)
      throw run.denied(`write ${entity.name}.${field}`, await run.explain({ ...why, field }));
    const unread = told.find(({ name }) => isDenied(readKeyOf(name)));
    if (unread === undefined) continue;
    const explained = await run.explain({ ...why, operation: 'read', field: unread.name });
    throw run.denied(`read ${entity.name}.${unread.name}, which is ${unread.how}`, explained);
  }
  if (foreign.length > 0) run.rights.use();
}

/** Field rules stand among the row's under names that no operation has. */
const keyOf = (field: string): string => `.${field}`;
const readKeyOf = (field: string): string => `.${field}:read`;

function readConditions(run: WriteRun, entity: Entity, fields: Iterable<string>): Record<string, Expr> {
  const conditions: Record<string, Expr> = {};
  for (const name of fields) {
    const rule = run.scope.fieldRule(entity, name, 'read');
    if (rule) conditions[readKeyOf(name)] = rule;
  }
  return conditions;
}

function fieldConditions(
  run: WriteRun,
  entity: Entity,
  fields: Iterable<string>,
): Readonly<Record<string, Expr>> {
  const conditions: Record<string, Expr> = {};
  for (const name of new Set(fields)) {
    const rule = run.scope.fieldRule(entity, name, 'write');
    if (rule) conditions[keyOf(name)] = rule;
  }
  return conditions;
}

/**
 * Asks the rules about what is stored now of every row that this root field has touched: `create` of new rows, `update`
 * of changed ones, and of both the rules of the fields that were given.
 * @throws ViewerError FORBIDDEN or UNAUTHENTICATED; the caller rolls back
 */
export async function judgeTouchedRows(run: WriteRun): Promise<void> {
  for (const touched of run.touched()) {
    await judgeTouched(run, touched, [...new Set([...touched.created, ...touched.updated])]);
  }
}

/**
 * Judges what this root field has written already and is about to write over, as far as something may have been allowed by
 * it: a state that is gone at the end would never be asked for its rule.
 * @throws ViewerError as `judgeTouchedRows`
 */
export async function judgeBeforeChange(
  run: WriteRun,
  entity: Entity,
  ids: readonly string[],
): Promise<void> {
  const relied = run.reliedOn(entity, ids);
  const touched = run.touched().find((one) => one.entity === entity);
  if (touched && relied.length > 0) await judgeTouched(run, touched, relied);
}

async function judgeTouched(run: WriteRun, touched: Touched, ids: readonly string[]): Promise<void> {
  const { entity, created, updated, fields } = touched;
  const conditions: Record<string, Expr> = { ...fieldConditions(run, entity, fields.keys()) };
  if (created.size > 0) conditions.create = run.scope.rowRule(entity, 'create');
  if (updated.size > 0) conditions.update = run.scope.rowRule(entity, 'update');
  const verdicts = await judgeRows(run, entity, ids, conditions);
  for (const id of ids) {
    const verdict = verdicts.get(id) ?? {};
    const operation = created.has(id) ? 'create' : 'update';
    // Gone by a cascade: there is nothing to be judged, unless something was allowed while it was there.
    if (!verdicts.has(id) && run.reliedOn(entity, [id]).length === 0) continue;
    const why = { entity, operation, id, image: 'after' } as const;
    if (created.has(id) && !verdict.create)
      throw run.denied(`create this ${entity.name}`, await run.explain(why));
    if (updated.has(id) && !verdict.update)
      throw run.denied(`update this ${entity.name} to what it would become`, await run.explain(why));
    for (const [field, ids] of fields) {
      if (ids.has(id) && !verdict[keyOf(field)])
        throw run.denied(`write ${entity.name}.${field}`, await run.explain({ ...why, field }));
    }
  }
}
