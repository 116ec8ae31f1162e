import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { toDatabaseError } from '../database-error.ts';
import type { Migration } from './migration-files.ts';

/** One try at one migration, as Prisma's own table keeps it. */
export interface MigrationRecord {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
  readonly rolledBack: boolean;
  readonly logs: string | null;
}

/** Prisma's own lock number: its CLI and ours keep out of each other's way. */
const lockNumber = 72_707_369;
const lockPause = 100;

/** Runs `fn` on a connection of its own, without the time limits of the request pool. @throws DatabaseError */
export async function withConnection<T>(url: string, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'plinth migrate',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw toDatabaseError(error);
  }
  try {
    return await fn(client);
  } finally {
    await client.end();
  }
}

/**
 * Runs `fn` while no other process deploys to the same database; a second one waits here. A transaction on a connection of
 * its own holds the lock: behind a pooler a session's would stay with a connection that is somebody else's by then.
 */
export async function withDeployLock<T>(url: string, fn: () => Promise<T>): Promise<T> {
  return withConnection(url, async (client) => {
    while (!(await takeLock(client))) await sleep(lockPause);
    try {
      return await fn();
    } finally {
      // A broken connection has lost the lock by itself.
      await client.query('ROLLBACK').catch(() => undefined);
    }
  });
}

/** Asks instead of waiting in SQL: a statement that waits would keep CREATE INDEX CONCURRENTLY from ever ending. */
async function takeLock(client: pg.Client): Promise<boolean> {
  await client.query('BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0');
  const { rows } = await client.query<{ ours: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS ours', [
    lockNumber,
  ]);
  if (rows[0]?.ours === true) return true;
  await client.query('ROLLBACK');
  return false;
}

/** Makes Prisma's table, exactly as Prisma makes it. */
export async function createMigrationTable(client: pg.Client): Promise<void> {
  if (await hasTable(client, '_prisma_migrations')) return;
  await client.query(`CREATE TABLE _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`);
}

/** Every try so far, oldest first; none where the table does not exist. */
export async function readRecords(client: pg.Client): Promise<MigrationRecord[]> {
  if (!(await hasTable(client, '_prisma_migrations'))) return [];
  const { rows } = await client.query<MigrationRecord>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished,
            rolled_back_at IS NOT NULL AS "rolledBack", logs
     FROM _prisma_migrations ORDER BY started_at, migration_name`,
  );
  return rows;
}

/** Notes a migration as applied. Inside the migration's own transaction, so that both happen or neither. */
export async function recordApplied(client: pg.Client, migration: Migration, startedAt: Date): Promise<void> {
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`,
    [randomUUID(), migration.checksum, migration.name, startedAt],
  );
}

/** Notes a failed try. `unchanged` marks it rolled back, which lets Prisma's CLI and the next deploy go on. */
export async function recordFailed(
  client: pg.Client,
  migration: Migration,
  why: string,
  unchanged: boolean,
): Promise<void> {
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, logs, rolled_back_at)
     VALUES ($1, $2, $3, $4, CASE WHEN $5 THEN clock_timestamp() END)`,
    [randomUUID(), migration.checksum, migration.name, why, unchanged],
  );
}

/** Marks unfinished tries as rolled back, so that the migration may be tried again. */
export async function forgetFailures(client: pg.Client, name: string): Promise<void> {
  await client.query(
    `UPDATE _prisma_migrations SET rolled_back_at = clock_timestamp()
     WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL`,
    [name],
  );
}

/** Whether the database has a table of that name where unqualified names are looked up. */
export async function hasTable(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [
    name,
  ]);
  return rows[0]?.found === true;
}
