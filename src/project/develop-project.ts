import type { Config } from '../config/index.ts';
import { createPrismaClient, type DataFinding, syncDevelopment } from '../data/index.ts';
import { messageOf } from '../kit/message-of.ts';
import { type Problem, ProblemsError } from '../kit/problem.ts';
import { UserError } from '../kit/user-error.ts';
import { type BuiltApp, buildApp } from '../pipeline.ts';
import { makeLog } from '../serve/index.ts';
import { describeFailure } from './describe-failure.ts';
import { desiredState } from './desired-state.ts';
import { apiOfDocuments } from './documents/api-of-documents.ts';
import { findOperationProblems } from './documents/load-documents.ts';
import { type Project, readOperationSources, readSources } from './find-project.ts';
import { findSqlMistakes } from './find-sql-mistakes.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';
import { prepareTables } from './prepare-tables.ts';
import { findSeed, seedProject } from './seed-project.ts';
import { makeApp, type RunningServer, serveProject } from './serve-project.ts';
import { watchProject } from './watch-project.ts';
import { writeDocumentLists } from './write-artefacts.ts';

export interface DevelopOptions {
  readonly project: Project;
  readonly config: Config;
  readonly watch: boolean;
  readonly note: (line: string) => void;
  readonly showProblems: (problems: readonly Problem[]) => void;
  /** Brings types for editors in step; absent where nobody edits these files. */
  readonly writeTypes?: (built: BuiltApp) => Promise<void>;
  /** Asks a person whether these rows may be lost; absent where nobody is there to be asked. */
  readonly accept?: (findings: readonly DataFinding[]) => Promise<boolean>;
}

/**
 * Serves a project in development: the database is brought in step first, a new one seeded, and with `watch` everything
 * follows the author's files. A mistake in a saved file leaves the last good version serving.
 * @throws ProblemsError, UserError and the errors of `openDatabase` when the first start is not possible
 */
export async function developProject(options: DevelopOptions): Promise<Pick<RunningServer, 'url' | 'stop'>> {
  const { project, config, note } = options;
  const built = buildApp(readSources(project));
  options.showProblems(built.warnings);
  const database = await openDatabase(project, config, note);
  try {
    const isNew = await isEmptyDatabase(database);
    await bringInStep(options, built, database);
    if (isNew) await seedIfPossible(options, built, database);
    await prepareTables(database.db);
    const running = await serveProject({ project, config, built, database, log: makeLog(config) });
    const types = keepTypes(options, built);
    const stopWatching = options.watch ? follow(options, database, running, types) : async () => {};
    const stop = async (): Promise<void> => {
      await stopWatching();
      await types.written();
      await running.stop();
    };
    return { url: running.url, stop };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function isEmptyDatabase({ db }: OpenDatabase): Promise<boolean> {
  const text = "SELECT 1 FROM pg_tables WHERE schemaname = 'public' LIMIT 1";
  return (await db.query(text)).length === 0;
}

async function seedIfPossible(options: DevelopOptions, built: BuiltApp, { db }: OpenDatabase): Promise<void> {
  if (findSeed(options.project) === undefined) return;
  const prisma = await createPrismaClient({ prismaSchema: built.prismaSchema, db });
  await seedProject(options.project, { db, prisma, log: options.note });
}

/**
 * @throws UserError that names tables, columns and rows when the change would lose data and nobody agreed; ProblemsError
 *   where PostgreSQL refuses the author's own SQL
 */
async function bringInStep(
  options: DevelopOptions,
  built: BuiltApp,
  { url }: OpenDatabase,
  beforeChange?: () => Promise<void>,
): Promise<void> {
  const { outcome, findings } = await syncDevelopment({
    url,
    projectDir: options.project.directory,
    ...desiredState(built),
    log: options.note,
    ...(options.accept && { accept: options.accept }),
    ...(beforeChange && { beforeChange }),
  });
  if (outcome !== 'refused') return;
  const mistakes = findSqlMistakes(findings, built.app);
  if (mistakes.length > 0) throw new ProblemsError(mistakes);
  const reasons = findings.map(({ message, remedy }) => `  - ${message} ${remedy}`);
  throw new UserError(`The database was left as it is, because of the rows in it:\n${reasons.join('\n')}`);
}

interface Types {
  /** Brings the files in step with this version, unless a later one comes before it is its turn. */
  follow(built: BuiltApp): void;
  /** When nothing is being written any more. */
  written(): Promise<void>;
}

/** Types take seconds to write, which no saved file should have to wait for: they follow on their own, one at a time. */
function keepTypes(options: DevelopOptions, first: BuiltApp): Types {
  let latest = first;
  let work = followFiles(options, first);
  return {
    follow: (built) => {
      const isSame = built.apiSdl === latest.apiSdl && built.prismaSchema === latest.prismaSchema;
      const write = isSame ? followOperations : followFiles;
      latest = built;
      work = work.then(() => (built === latest ? write(options, built) : undefined));
    },
    written: () => work,
  };
}

/** Types are for editors: a failure to write them is told, and does not keep the API from serving. */
async function followFiles(options: DevelopOptions, built: BuiltApp): Promise<void> {
  try {
    await followOperations(options, built);
    await options.writeTypes?.(built);
  } catch (error) {
    options.note(`Types could not be written: ${messageOf(error)}`);
  }
}

/** What is wrong with the documents of clients keeps nothing from serving, unless they are the only ones that may be sent. */
async function followOperations(
  { project, config, note, showProblems }: DevelopOptions,
  built: BuiltApp,
): Promise<void> {
  const sources = readOperationSources(project);
  const problems = findOperationProblems(sources, apiOfDocuments(built.apiSdl), config.limits);
  if (problems.length > 0) showProblems(problems);
  for (const path of writeDocumentLists(project)) note(`wrote ${path}`);
}

/** How long a change of the database waits for requests under way. Slower ones may meet what they do not know. */
const LONGEST_PAUSE_MS = 2_000;

function follow(
  options: DevelopOptions,
  database: OpenDatabase,
  running: RunningServer,
  types: Types,
): () => Promise<void> {
  const { project, config, note } = options;
  const { server } = running;
  const log = makeLog(config);
  const reload = async (): Promise<void> => {
    const started = performance.now();
    const built = buildApp(readSources(project));
    options.showProblems(built.warnings);
    // What the version before asks of the database, the changed one does not have any more.
    await bringInStep(options, built, database, () => server.pause(LONGEST_PAUSE_MS));
    const { address, reads } = running;
    await server.replaceApp(await makeApp({ project, config, built, database, log, address, reads }));
    note(`Reloaded in ${Math.round(performance.now() - started)} ms`);
    types.follow(built);
  };
  return watchProject(project, () =>
    reload()
      .catch((error: unknown) => explain(error, options))
      .finally(() => server.resume()),
  );
}

function explain(error: unknown, { note, showProblems }: DevelopOptions): void {
  if (error instanceof ProblemsError) showProblems(error.problems);
  else note(describeFailure(error));
  note('Still serving the last good version.');
}
