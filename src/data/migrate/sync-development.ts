import type pg from 'pg';
import type { Renames } from './apply-renames.ts';
import type { DataFinding } from './data-finding.ts';
import { type DatabaseState, isSameState } from './database-state.ts';
import { applyMigration, refuseMisfit } from './deploy-migrations.ts';
import { readDevelopmentState, stateAfter, writeDevelopmentState } from './development-state.ts';
import { rehearse } from './find-data-loss.ts';
import { MigrationError } from './migration-errors.ts';
import { lastState, type Migration, readMigrations } from './migration-files.ts';
import { compareHistories } from './migration-status.ts';
import {
  createMigrationTable,
  readRecords,
  recordApplied,
  withConnection,
  withDeployLock,
} from './migration-table.ts';
import { type MigrationPlan, planMigration } from './plan-migration.ts';
import { inTransaction, runScript, StatementError } from './run-script.ts';

export interface SyncOptions {
  readonly url: string;
  readonly projectDir: string;
  readonly desired: DatabaseState;
  readonly renames?: Renames;
  /** Asked when something would be lost; without it the answer is no. Not asked about what is impossible anyway. */
  readonly accept?: (findings: readonly DataFinding[]) => Promise<boolean>;
  /** Told, and waited for, before the database is changed; maybe more than once. */
  readonly beforeChange?: () => Promise<void>;
  readonly log?: (line: string) => void;
}

export interface SyncResult {
  /** `refused`: the findings say why, and the change was not made. */
  readonly outcome: 'unchanged' | 'changed' | 'refused';
  readonly findings: readonly DataFinding[];
  /** What was, or would have been, run; empty when unchanged. */
  readonly sql: string;
  /** Committed migrations that were applied or found to be in place already. */
  readonly migrations: readonly string[];
}

/**
 * Brings a development database to the desired state: first the committed migrations, then what schema.graphql has
 * beyond them, directly. How the two are kept apart: docs/decisions/0002-development-database.md.
 * @throws MigrationError when the histories do not fit or a statement fails
 */
export async function syncDevelopment(options: SyncOptions): Promise<SyncResult> {
  const migrations = readMigrations(options.projectDir);
  return withConnection(options.url, (client) =>
    withDeployLock(options.url, async () => {
      const status = compareHistories(migrations, await readRecords(client));
      refuseMisfit(status);
      const base = stateAfter(migrations, status.applied);
      const current = (await readDevelopmentState(client)) ?? base;
      const pending = migrations.filter((one) => status.pending.includes(one.name));
      const step: Step = { client, options, migrations, pending, base, current };
      if (pending.length === 0) return change(step, current, options.desired, []);
      if (isSameState(current, base)) return deployThenChange(step);
      if (pending.every((one) => isAsGenerated(one, migrations)))
        return change(step, current, options.desired, pending);
      return setBackThenDeploy(step);
    }),
  );
}

interface Step {
  readonly client: pg.Client;
  readonly options: SyncOptions;
  readonly migrations: readonly Migration[];
  readonly pending: readonly Migration[];
  readonly base: DatabaseState | undefined;
  readonly current: DatabaseState | undefined;
}

async function deployThenChange(step: Step): Promise<SyncResult> {
  const { client, options, migrations, pending } = step;
  await options.beforeChange?.();
  await createMigrationTable(client);
  for (const migration of pending) {
    options.log?.(`Applying ${migration.name}`);
    await applyMigration(client, migration);
  }
  const result = await change(step, lastState(migrations), options.desired, []);
  return { ...result, migrations: pending.map((one) => one.name) };
}

/** A migration with hand-written SQL has to run for real, so what dev added beyond the history is taken back first. */
async function setBackThenDeploy(step: Step): Promise<SyncResult> {
  const empty: DatabaseState = { prismaSchema: emptySchema, objects: [] };
  const back = await change(step, step.current, step.base ?? empty, []);
  return back.outcome === 'refused' ? back : deployThenChange(step);
}

const emptySchema = 'datasource db {\n  provider = "postgresql"\n}\n';

const UNCHANGED: SyncResult = { outcome: 'unchanged', findings: [], sql: '', migrations: [] };

/** Makes one change directly. `adopted` are migrations whose effect is part of it. */
async function change(
  step: Step,
  from: DatabaseState | undefined,
  to: DatabaseState,
  adopted: readonly Migration[],
): Promise<SyncResult> {
  const { client, options } = step;
  // The usual case by far, and loading the schema engine to learn it would take longer than the rest of the start.
  if (adopted.length === 0 && isSameState(from, to)) return UNCHANGED;
  const plan = await planMigration(from, to, options.renames);
  const findings = plan.empty ? [] : await rehearse(client, plan.scripts, plan.newChecks);
  const result = { findings, sql: plan.sql, migrations: adopted.map((one) => one.name) };
  if (findings.length > 0 && !(await isAccepted(findings, options))) {
    return { ...result, outcome: 'refused', migrations: [] };
  }
  if (!plan.empty) await options.beforeChange?.();
  await apply(client, plan, adopted);
  return { ...result, outcome: plan.empty ? 'unchanged' : 'changed' };
}

async function isAccepted(findings: readonly DataFinding[], options: SyncOptions): Promise<boolean> {
  if (findings.some((one) => one.severity === 'impossible')) return false;
  return (await options.accept?.(findings)) ?? false;
}

async function apply(client: pg.Client, plan: MigrationPlan, adopted: readonly Migration[]): Promise<void> {
  if (adopted.length > 0) await createMigrationTable(client);
  try {
    for (const early of plan.scripts.slice(0, -1))
      await inTransaction(client, () => runScript(client, early));
    await inTransaction(client, async () => {
      await runScript(client, plan.scripts.at(-1) ?? '');
      for (const migration of adopted) await recordApplied(client, migration, new Date());
      await writeDevelopmentState(client, plan.to);
    });
  } catch (error) {
    if (!(error instanceof StatementError)) throw error;
    throw new MigrationError(`The database refuses the change: ${error.message}, in:\n\n${error.statement}`, {
      cause: error,
    });
  }
}

/** Whether a migration does nothing but what its snapshot says. The first of two parts is judged by the second. */
function isAsGenerated(migration: Migration, migrations: readonly Migration[]): boolean {
  if (migration.snapshot) return migration.snapshot.generated === migration.checksum;
  const next = migrations[migrations.indexOf(migration) + 1];
  const onlyAddsValues = /^\s*(--[^\n]*\n|ALTER TYPE "[^"]+" ADD VALUE IF NOT EXISTS [^;]*;|\s+)+$/.test(
    migration.sql,
  );
  return onlyAddsValues && next?.snapshot?.parent === migration.name;
}
