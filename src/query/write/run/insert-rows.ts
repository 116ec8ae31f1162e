import { v7 as uuid7 } from 'uuid';
import { ViewerError } from '../../../kit/viewer-error.ts';
import type { Entity } from '../../../model/app-model.ts';
import { canonicalIdOf } from '../../read/rows-by-id.ts';
import { ident, join, param, parens, raw, type Sql, sql } from '../../sql/sql.ts';
import type { CreatePlan, InputPath } from '../write-plan.ts';
import { type Cells, columnOf } from './column-cells.ts';
import type { WriteRun } from './write-run.ts';

/** PostgreSQL takes 65,535 parameters in a statement; well below that, larger statements are no faster. */
const MAX_PARAMETERS = 20_000;

/** A row as it will be stored, and the input that it comes from. */
export interface StorableRow {
  /** Undefined where the database makes it. */
  readonly id: string | undefined;
  readonly cells: Cells;
  readonly path: InputPath;
}

/** Thrown where a row with the unique that was asked for has appeared meanwhile. */
export class Collision extends Error {}

/**
 * Inserts rows, many to a statement, and answers their ids in order. With `conflict` (columns of a unique) a row that is there
 * already is no error of the database's but a `Collision`.
 */
export async function insertRows(
  run: WriteRun,
  entity: Entity,
  rows: readonly StorableRow[],
  conflict?: readonly string[],
): Promise<readonly string[]> {
  const width = Math.max(1, rows[0]?.cells.size ?? 1);
  const perStatement = Math.max(1, Math.floor(MAX_PARAMETERS / width));
  const ids: string[] = [];
  for (let start = 0; start < rows.length; start += perStatement) {
    ids.push(...(await insertSome(run, entity, rows.slice(start, start + perStatement), conflict)));
  }
  return ids;
}

async function insertSome(
  run: WriteRun,
  entity: Entity,
  rows: readonly StorableRow[],
  conflict: readonly string[] | undefined,
): Promise<readonly string[]> {
  const [first] = rows;
  if (!first) return [];
  if (rows.length === 1) return insertStatement(run, entity, rows, first.path, conflict);
  try {
    // The database does not say which of many rows it refused; one by one, it does.
    return await run.savepoint(() => insertStatement(run, entity, rows, first.path, conflict));
  } catch (error) {
    if (!(error instanceof ViewerError)) throw error;
    const ids: string[] = [];
    for (const row of rows) ids.push(...(await insertStatement(run, entity, [row], row.path, conflict)));
    return ids;
  }
}

async function insertStatement(
  run: WriteRun,
  entity: Entity,
  rows: readonly StorableRow[],
  path: InputPath,
  conflict: readonly string[] | undefined,
): Promise<readonly string[]> {
  const place = { entity, path, operation: 'create' } as const;
  const known = rows.flatMap(({ id }) => id ?? []);
  const columns = [...(rows[0]?.cells.keys() ?? [])];
  if (known.length < rows.length && rows.length > 1) {
    const made = await run.writeReturning<{ id: string }>(numberedInsert(run, entity, rows, columns), place);
    return made.map(({ id }) => id);
  }
  const target = conflict ? sql` ON CONFLICT (${join(conflict.map(ident))}) DO NOTHING` : raw('');
  const values = rows.map((row) => sql`(${cellsOf(row, columns)})`);
  const statement = sql`${insertInto(entity, columns)} VALUES ${join(values)}${target}`;
  if (known.length === rows.length) {
    if ((await run.write(statement, place)) < rows.length) throw new Collision();
    return known;
  }
  const { column } = columnOf(run, entity, 'id');
  const returning = sql`${statement} RETURNING ${ident(column)}::text AS id`;
  const [made] = await run.writeReturning<{ id: string }>(returning, place);
  if (!made) throw new Collision();
  return [made.id];
}

function insertInto(entity: Entity, columns: readonly string[]): Sql {
  return sql`INSERT INTO ${ident(entity.table)} (${join(columns.map(ident))})`;
}

function cellsOf({ cells }: StorableRow, columns: readonly string[]): Sql {
  return join(columns.map((column) => cells.get(column) ?? raw('DEFAULT')));
}

/**
 * Several rows to which the database gives numbers, answered in their order: nothing says that INSERT … RETURNING answers rows in the
 * order of its VALUES, so the numbers are drawn beside them.
 */
function numberedInsert(
  run: WriteRun,
  entity: Entity,
  rows: readonly StorableRow[],
  columns: readonly string[],
): Sql {
  const { column: id, type } = columnOf(run, entity, 'id');
  const others = columns.filter((column) => column !== id);
  const table = param(`"${entity.table.replaceAll('"', '""')}"`, 'text');
  const next = sql`nextval(pg_get_serial_sequence(${table}, ${param(id, 'text')}))::${raw(type.pg)}`;
  const drawn = sql`SELECT n, ${next} AS id FROM generate_series(1, ${param(rows.length, 'int4')}) AS n`;
  const values = rows.map(({ cells }, index) => {
    const own = others.map((column) => cells.get(column) ?? raw('NULL'));
    return parens(join([raw(String(index + 1)), ...own]));
  });
  const names = [raw('n'), ...others.map((_, index) => raw(`c${index}`))];
  const given = sql`(VALUES ${join(values)}) AS given (${join(names)})`;
  const stored = sql`${insertInto(entity, [id, ...others])} SELECT ${join([sql`drawn.id`, ...names.slice(1)])} FROM plinth_drawn AS drawn JOIN ${given} USING (n) ORDER BY n`;
  return sql`WITH plinth_drawn AS MATERIALIZED (${drawn}), plinth_stored AS (${stored}) SELECT id::text AS id FROM plinth_drawn ORDER BY n`;
}

/**
 * Ids of new rows, known before they are stored, so that each of them can be told from the others. Undefined where the database
 * numbers them.
 */
export function makeIds(entity: Entity, plans: readonly CreatePlan[]): readonly (string | undefined)[] {
  const given = plans.map((plan) => plan.values.get('id'));
  if (entity.idKind === 'INT' && given.includes(undefined)) return given.map(() => undefined);
  return given.map((id) => (id === undefined ? uuid7() : (canonicalIdOf(entity, String(id)) ?? String(id))));
}
