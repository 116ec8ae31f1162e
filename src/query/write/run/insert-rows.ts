import { v7 as uuid7 } from 'uuid';
import { ViewerError } from '../../../kit/viewer-error.ts';
import type { Entity } from '../../../model/app-model.ts';
import { canonicalIdOf } from '../../read/rows-by-id.ts';
import { ident, join, param, raw, type Sql, sql } from '../../sql/sql.ts';
import { idType } from '../../sql/sql-type.ts';
import type { CreatePlan, InputPath } from '../write-plan.ts';
import { type Cells, columnOf } from './column-cells.ts';
import type { WriteRun } from './write-run.ts';

/** PostgreSQL takes 65,535 parameters in a statement; well below that, larger statements are no faster. */
const MAX_PARAMETERS = 20_000;

/** A row as it will be stored, and the input that it comes from. */
export interface StorableRow {
  readonly cells: Cells;
  readonly path: InputPath;
}

/** Thrown where a row with the unique that was asked for has appeared meanwhile. */
export class Collision extends Error {}

/**
 * Inserts rows, many to a statement. With `conflict` (columns of a unique) a row that is there already is no error of the
 * database's but a `Collision`.
 */
export async function insertRows(
  run: WriteRun,
  entity: Entity,
  rows: readonly StorableRow[],
  conflict?: readonly string[],
): Promise<void> {
  const width = Math.max(1, rows[0]?.cells.size ?? 1);
  const perStatement = Math.max(1, Math.floor(MAX_PARAMETERS / width));
  for (let start = 0; start < rows.length; start += perStatement) {
    await insertSome(run, entity, rows.slice(start, start + perStatement), conflict);
  }
}

async function insertSome(
  run: WriteRun,
  entity: Entity,
  rows: readonly StorableRow[],
  conflict: readonly string[] | undefined,
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  if (rows.length === 1) return insertStatement(run, entity, rows, first.path, conflict);
  try {
    // The database does not say which of many rows it refused; one by one, it does.
    await run.savepoint(() => insertStatement(run, entity, rows, first.path, conflict));
  } catch (error) {
    if (!(error instanceof ViewerError)) throw error;
    for (const row of rows) await insertStatement(run, entity, [row], row.path, conflict);
  }
}

async function insertStatement(
  run: WriteRun,
  entity: Entity,
  rows: readonly StorableRow[],
  path: InputPath,
  conflict: readonly string[] | undefined,
): Promise<void> {
  const columns = [...(rows[0]?.cells.keys() ?? [])];
  const values = rows.map(
    (row) => sql`(${join(columns.map((column) => row.cells.get(column) ?? raw('DEFAULT')))})`,
  );
  const target = conflict ? sql` ON CONFLICT (${join(conflict.map(ident))}) DO NOTHING` : raw('');
  const statement: Sql = sql`INSERT INTO ${ident(entity.table)} (${join(columns.map(ident))}) VALUES ${join(values)}${target}`;
  const count = await run.write(statement, { entity, path, operation: 'create' });
  if (count < rows.length) throw new Collision();
}

/** Ids of new rows, known before they are stored so that whole trees can be stored by level. */
export async function makeIds(
  run: WriteRun,
  entity: Entity,
  plans: readonly CreatePlan[],
): Promise<readonly string[]> {
  const given = plans.map((plan) => plan.values.get('id'));
  if (entity.idKind !== 'INT' || given.every((id) => id !== undefined)) {
    return given.map((id) =>
      id === undefined ? uuid7() : (canonicalIdOf(entity, String(id)) ?? String(id)),
    );
  }
  const { column } = columnOf(run, entity, 'id');
  const table = param(`"${entity.table.replaceAll('"', '""')}"`, 'text');
  const rows = await run.query<{ id: string }>(
    sql`SELECT nextval(pg_get_serial_sequence(${table}, ${param(column, 'text')}))::${raw(idType(entity).pg)}::text AS id FROM generate_series(1, ${param(plans.length, 'int4')})`,
  );
  return rows.map((row) => row.id);
}
