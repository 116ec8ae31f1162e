import cluster from 'node:cluster';
import type { Command } from 'commander';
import { type Config, environment, nodeFlags, readConfig } from '../config/index.ts';
import { isSameState, lastState, migrationStatus, readMigrations } from '../data/index.ts';
import { UserError } from '../kit/user-error.ts';
import { type BuiltApp, buildApp } from '../pipeline.ts';
import { awaitSignal } from '../project/await-signal.ts';
import { desiredState } from '../project/desired-state.ts';
import { findConnectionShortage } from '../project/find-connection-shortage.ts';
import { findProject, type Project, readConfigFile, readSources } from '../project/find-project.ts';
import { collectOldSooner, limitYoungGeneration } from '../project/limit-heap.ts';
import { type OpenDatabase, openDatabase, openLink } from '../project/open-database.ts';
import { prepareTables } from '../project/prepare-tables.ts';
import { serveProject } from '../project/serve-project.ts';
import { runWorker } from '../project/workers/run-worker.ts';
import { superviseWorkers } from '../project/workers/supervise-workers.ts';
import { type Log, makeLog } from '../serve/index.ts';
import { refuseUnsettled } from './migrate-command.ts';
import { portOption, projectOption } from './options.ts';
import type { Output } from './output.ts';
import type { Cli } from './run.ts';

interface StartOptions {
  readonly project: string;
  readonly port?: number;
}

/** What a start is made of, in the first process and in every worker. */
interface Start {
  readonly project: Project;
  readonly config: Config;
  readonly built: BuiltApp;
  readonly log: Log;
}

/** `plinth start`: serves in production; changes nothing in the database and refuses one that is behind. */
export function fillStartCommand(command: Command, { output }: Cli): void {
  command
    .addOption(projectOption())
    .addOption(portOption())
    .action((options: StartOptions) => {
      limitYoungGeneration(nodeFlags());
      collectOldSooner(nodeFlags());
      return cluster.isWorker ? startWorker(options) : start(options, output);
    });
}

async function start(options: StartOptions, output: Output): Promise<void> {
  const signalled = awaitSignal(output.note);
  refuseMissingPackages();
  const parts = await readStart(options);
  refuseUnwrittenChanges(parts.project, parts.built);
  const { project, config, log } = parts;
  const database = await openDatabase(project, config, output.note);
  try {
    const status = migrationStatus(database.url, project.directory);
    // Behind a pooler our connections are not PostgreSQL's.
    const [, shortage] = await Promise.all([
      status.then(refuseUnsettled).then(() => prepareTables(database.db)),
      database.pooler ? undefined : findConnectionShortage(database.db, config),
    ]);
    if (shortage) log.warn(shortage);
    const serve = config.workers === 1 ? serveAlone : serveByWorkers;
    await serve(parts, database, signalled);
  } finally {
    await database.close();
  }
}

async function serveAlone(parts: Start, database: OpenDatabase, signalled: Promise<void>): Promise<void> {
  const running = await serveProject({ ...parts, database });
  parts.log.info({ url: running.url }, 'serving');
  await signalled;
  await running.stop();
}

async function serveByWorkers(parts: Start, database: OpenDatabase, signalled: Promise<void>): Promise<void> {
  const { config, log } = parts;
  const workers = superviseWorkers({
    count: config.workers,
    // An embedded database belongs to this process; to workers it is one like any other.
    database: { url: database.url, pooler: database.pooler },
    log,
    onServing: (url) => log.info({ url, workers: config.workers }, 'serving'),
  });
  try {
    await Promise.race([signalled, workers.failed]);
  } finally {
    await workers.stop();
  }
}

/** The first process has made sure of everything that concerns all. */
function startWorker(options: StartOptions): Promise<void> {
  return runWorker(async (link) => {
    const parts = await readStart(options);
    const database = openLink(link, parts.config);
    const log = parts.log.child({ pid: process.pid });
    return serveProject({ ...parts, log, database }).catch(async (error: unknown) => {
      // An idle connection would keep the process.
      await database.close();
      throw error;
    });
  });
}

async function readStart(options: StartOptions): Promise<Start> {
  const project = findProject(options.project);
  const config = readConfig(environment(), {
    mode: 'production',
    commandLine: { ...(options.port !== undefined && { port: options.port }) },
    file: await readConfigFile(project),
  });
  return { project, config, built: buildApp(readSources(project)), log: makeLog(config) };
}

/** Loaded at the first sign-in, the first use of Prisma or the first value of a scalar, which may be hours from now. */
const LOADED_LATER = [
  'graphql-scalars',
  'better-auth',
  '@simplewebauthn/server',
  '@prisma/client/runtime/client',
  '@prisma/adapter-pg',
];

/** @throws UserError that names what is not installed */
function refuseMissingPackages(): void {
  for (const name of LOADED_LATER) {
    try {
      import.meta.resolve(name);
    } catch {
      throw new UserError(`The package ${name} is not installed. Install the project's dependencies anew.`);
    }
  }
}

/** @throws UserError when schema.graphql says more than the migrations on disk */
function refuseUnwrittenChanges(project: Project, built: BuiltApp): void {
  if (isSameState(lastState(readMigrations(project.directory)), desiredState(built).desired)) return;
  throw new UserError(
    'schema.graphql has changes that no migration has. Write one with "plinth migrate new NAME", deploy it, then start again.',
  );
}
