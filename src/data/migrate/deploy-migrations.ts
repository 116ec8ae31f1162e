import type pg from 'pg';
import { isSameState } from './database-state.ts';
import { readDevelopmentState, stateAfter, writeDevelopmentState } from './development-state.ts';
import { MigrationError, MigrationFailedError } from './migration-errors.ts';
import { type Migration, readMigrations } from './migration-files.ts';
import { compareHistories, type MigrationStatus } from './migration-status.ts';
import {
  createMigrationTable,
  forgetFailures,
  readRecords,
  recordApplied,
  recordFailed,
  withConnection,
  withDeployLock,
} from './migration-table.ts';
import { inTransaction, needsNoTransaction, runScript, StatementError } from './run-script.ts';

export interface Deployed {
  /** Names of the migrations that this call applied, in order. */
  readonly applied: readonly string[];
}

/**
 * Applies what is on disk and not yet in the database, each migration in a transaction of its own. Only one process does
 * so at a time; another one waits and then finds nothing to do.
 * @throws MigrationError when the histories do not fit, MigrationFailedError when a migration fails
 */
export async function deployMigrations(
  url: string,
  projectDir: string,
  log: (line: string) => void = () => undefined,
): Promise<Deployed> {
  const migrations = readMigrations(projectDir);
  return withConnection(url, (client) =>
    withDeployLock(url, async () => {
      const status = compareHistories(migrations, await readRecords(client));
      refuseMisfit(status);
      const pending = migrations.filter((one) => status.pending.includes(one.name));
      if (pending.length === 0) return { applied: [] };
      await createMigrationTable(client);
      if (await adoptDevelopment(client, migrations, status.applied, pending)) {
        log(`Already in this development database: ${status.pending.join(', ')}`);
        return { applied: status.pending };
      }
      for (const migration of pending) {
        log(`Applying ${migration.name}`);
        await applyMigration(client, migration);
      }
      return { applied: status.pending };
    }),
  );
}

/** @throws MigrationError when history was rewritten, saying how to go on */
export function refuseMisfit(status: MigrationStatus): void {
  if (status.edited.length > 0) {
    throw new MigrationError(
      `Changed after they were applied: ${status.edited.join(', ')}. Restore them from version control ` +
        'and put the change into a new migration ("plinth migrate new NAME").',
    );
  }
  if (status.missing.length > 0) {
    throw new MigrationError(
      `The database has migrations that are not in prisma/migrations: ${status.missing.join(', ')}. ` +
        'This code is older than the database, or belongs to another one; deploy the code that has them.',
    );
  }
}

/** Runs one migration and notes it. @throws MigrationFailedError after noting the failure */
export async function applyMigration(client: pg.Client, migration: Migration): Promise<void> {
  const bare = needsNoTransaction(migration.sql);
  const startedAt = new Date();
  await forgetFailures(client, migration.name);
  const run = async (): Promise<void> => {
    await runScript(client, migration.sql);
    await recordApplied(client, migration, startedAt);
  };
  try {
    await (bare ? run() : inTransaction(client, run));
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    const statement = error instanceof StatementError ? error.statement : migration.sql;
    const failure = new MigrationFailedError(migration.name, statement, !bare, cause);
    await recordFailed(client, migration, failure.message, !bare).catch(() => undefined);
    throw failure;
  }
}

/**
 * A development database may have all of the pending changes already, made while the schema was being edited; then the
 * migrations are only noted. Answers whether that was so.
 */
async function adoptDevelopment(
  client: pg.Client,
  migrations: readonly Migration[],
  applied: readonly string[],
  pending: readonly Migration[],
): Promise<boolean> {
  const development = await readDevelopmentState(client);
  if (!development || isSameState(development, stateAfter(migrations, applied))) return false;
  const head = migrations.at(-1)?.snapshot;
  if (!isSameState(development, head)) {
    throw new MigrationError(
      'This database is kept in step by "plinth dev" and has changes that are in no migration. ' +
        'Run "plinth dev", which sorts that out, or deploy to another database.',
    );
  }
  await inTransaction(client, async () => {
    for (const migration of pending) await recordApplied(client, migration, new Date());
    if (head) await writeDevelopmentState(client, head);
  });
  return true;
}
