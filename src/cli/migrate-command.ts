import type { Command } from 'commander';
import { environment, readConfig } from '../config/index.ts';
import {
  deployMigrations,
  isSameState,
  lastState,
  MigrationError,
  type MigrationStatus,
  migrationStatus,
  planMigration,
  readMigrations,
  writeMigration,
} from '../data/index.ts';
import { ProblemsError } from '../kit/problem.ts';
import { UserError } from '../kit/user-error.ts';
import { buildApp } from '../pipeline.ts';
import { desiredState } from '../project/desired-state.ts';
import { findProject, type Project, readConfigFile, readSources } from '../project/find-project.ts';
import { openDatabase } from '../project/open-database.ts';
import { writeArtefacts } from '../project/write-artefacts.ts';
import { projectOption } from './options.ts';
import type { Output } from './output.ts';
import type { Cli } from './run.ts';

/** `plinth migrate new|deploy|status`. */
export function fillMigrateCommand(command: Command, { output, exit }: Cli): void {
  command
    .command('new')
    .description('write a migration with everything that schema.graphql has beyond the last one')
    .argument('<name>', 'what it does, in a word or two')
    .addOption(projectOption())
    .action((name: string, options: { project: string }) => newMigration(name, options.project, output));
  command
    .command('deploy')
    .description('apply pending migrations to the database')
    .addOption(projectOption())
    .action((options: { project: string }) => deploy(options.project, output));
  command
    .command('status')
    .description('compare the database with prisma/migrations; exit code 1 when something is pending')
    .addOption(projectOption())
    .option('--json', 'print the comparison as JSON')
    .action(async (options: { project: string; json?: boolean }) => {
      const status = await withDatabase(options.project, output, (url, project) =>
        migrationStatus(url, project.directory),
      );
      const unwritten = hasUnwrittenChanges(findProject(options.project));
      output.result(
        options.json ? JSON.stringify({ ...status, unwritten }, null, 2) : describeStatus(status),
      );
      if (unwritten) output.note(UNWRITTEN);
      exit(isSettled(status) && !unwritten ? 0 : 1);
    });
}

const UNWRITTEN =
  'schema.graphql has changes that no migration has. Write one with "plinth migrate new NAME".';

/** Whether schema.graphql says more than the migrations on disk. A file with mistakes, or a history that cannot be gone on from, says nothing. */
function hasUnwrittenChanges(project: Project): boolean {
  try {
    const { desired } = desiredState(buildApp(readSources(project)));
    return !isSameState(lastState(readMigrations(project.directory)), desired);
  } catch (error) {
    if (error instanceof ProblemsError || error instanceof MigrationError) return false;
    throw error;
  }
}

async function newMigration(name: string, directory: string, output: Output): Promise<void> {
  const project = findProject(directory);
  const built = buildApp(readSources(project));
  const { desired, renames } = desiredState(built);
  const last = lastState(readMigrations(project.directory));
  const plan = await planMigration(last, desired, renames);
  if (plan.empty) {
    output.note('schema.graphql has nothing beyond the last migration.');
    return;
  }
  await writeArtefacts(project, built);
  for (const folder of writeMigration(project.directory, name, plan)) {
    output.result(`prisma/migrations/${folder}/migration.sql`);
  }
  output.note('Read it, then commit it together with prisma/schema.prisma.');
}

async function deploy(directory: string, output: Output): Promise<void> {
  const { applied } = await withDatabase(directory, output, (url, project) =>
    deployMigrations(url, project.directory, output.note),
  );
  output.note(applied.length === 0 ? 'Nothing to apply.' : `Applied ${applied.length}.`);
}

/** Migrations need a database and nothing else of the configuration, so they run in production without its secrets. */
async function withDatabase<T>(
  directory: string,
  output: Output,
  work: (url: string, project: Project) => Promise<T>,
): Promise<T> {
  const project = findProject(directory);
  const config = readConfig(environment(), { mode: 'development', file: await readConfigFile(project) });
  const database = await openDatabase(project, config, output.note);
  try {
    return await work(database.url, project);
  } finally {
    await database.close();
  }
}

function isSettled({ pending, edited, missing }: MigrationStatus): boolean {
  return pending.length === 0 && edited.length === 0 && missing.length === 0;
}

function describeStatus(status: MigrationStatus): string {
  if (isSettled(status)) return `Up to date: ${status.applied.length} applied, none pending.`;
  const failed = new Map(status.failed.map(({ name, message }) => [name, message]));
  return [
    ...status.pending.map((name) =>
      failed.has(name) ? `failed   ${name}: ${failed.get(name)}` : `pending  ${name}`,
    ),
    ...status.edited.map((name) => `edited   ${name} (changed after it was applied)`),
    ...status.missing.map((name) => `missing  ${name} (applied, but not on disk)`),
  ].join('\n');
}

/** @throws UserError when the database is not where the migrations on disk lead */
export function refuseUnsettled(status: MigrationStatus): void {
  if (isSettled(status)) return;
  throw new UserError(
    `The database is not up to date:\n${describeStatus(status)}\nRun "plinth migrate deploy", then start again.`,
  );
}
