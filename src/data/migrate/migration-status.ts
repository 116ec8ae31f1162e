import { type Migration, readMigrations } from './migration-files.ts';
import { type MigrationRecord, readRecords, withConnection } from './migration-table.ts';

/** How a database stands to the migrations on disk; every list holds folder names in order. */
export interface MigrationStatus {
  readonly applied: readonly string[];
  /** On disk, not in the database. */
  readonly pending: readonly string[];
  /** Those of `pending` whose last try failed. */
  readonly failed: readonly { readonly name: string; readonly message: string }[];
  /** Applied, and changed on disk since. */
  readonly edited: readonly string[];
  /** Applied, and no longer on disk. */
  readonly missing: readonly string[];
}

/** Compares a database with prisma/migrations. Changes nothing. @throws DatabaseError when it cannot be reached */
export async function migrationStatus(url: string, projectDir: string): Promise<MigrationStatus> {
  const migrations = readMigrations(projectDir);
  return withConnection(url, async (client) => compareHistories(migrations, await readRecords(client)));
}

/** The same from what was read already. */
export function compareHistories(
  migrations: readonly Migration[],
  records: readonly MigrationRecord[],
): MigrationStatus {
  const applied = new Map(
    records.filter((one) => one.finished && !one.rolledBack).map((one) => [one.name, one]),
  );
  const lastTry = new Map(records.map((one) => [one.name, one]));
  const onDisk = new Set(migrations.map((one) => one.name));
  const pending = migrations.filter((one) => !applied.has(one.name));
  return {
    applied: [...applied.keys()],
    pending: pending.map((one) => one.name),
    failed: pending.flatMap(({ name }) => {
      const last = lastTry.get(name);
      return last ? [{ name, message: last.logs ?? 'It was interrupted' }] : [];
    }),
    edited: migrations
      .filter((one) => (applied.get(one.name)?.checksum ?? one.checksum) !== one.checksum)
      .map((one) => one.name),
    missing: [...applied.keys()].filter((name) => !onDisk.has(name)),
  };
}
