import type { Config } from '../config/index.ts';
import {
  DatabaseInUseError,
  type Db,
  detectPooler,
  expressLinesOf,
  findRunningEmbedded,
  openPool,
  type Pooler,
  startEmbedded,
} from '../data/index.ts';
import type { Project } from './find-project.ts';

/** Where a database is, and what stands before it. */
export interface DatabaseLink {
  readonly url: string;
  readonly pooler?: Pooler | undefined;
}

/** The project's database: its own PostgreSQL, or the one that DATABASE_URL names. */
export interface OpenDatabase extends DatabaseLink {
  readonly db: Db;
  /** Closes the pool, and stops PostgreSQL if it is ours. Idempotent. */
  close(): Promise<void>;
}

/** Who waits longer for a connection is told so: others wait behind them, and slow ones hold them all. */
const QUEUE_MS = 4_000;

type DatabaseConfig = Pick<Config, 'databaseUrl' | 'poolSize' | 'prepare' | 'coalesce' | 'limits'>;

/** @throws DatabaseInUseError, DatabaseVersionError, EmbeddedDatabaseError, DatabaseError */
export async function openDatabase(
  project: Project,
  config: DatabaseConfig,
  note: (line: string) => void,
): Promise<OpenDatabase> {
  const { databaseUrl: url } = config;
  if (url === undefined) {
    const server = await startEmbedded({ directory: project.stateDirectory, log: note });
    return openLink({ url: server.url }, config, () => server.stop());
  }
  const pooler = await detectPooler(url);
  if (pooler) {
    const prepares = config.prepare ?? pooler.keepsPrepared;
    note(`The database is behind a connection pooler; statements are ${prepares ? '' : 'not '}prepared.`);
  }
  return openLink({ url, pooler }, config);
}

/**
 * As `openDatabase`, to look and not to keep anything: the project's own PostgreSQL may be another process', `plinth dev`
 * say, which then goes on having it.
 */
export async function openDatabaseToLook(
  project: Project,
  config: DatabaseConfig,
  note: (line: string) => void,
): Promise<OpenDatabase> {
  try {
    return await openDatabase(project, config, note);
  } catch (error) {
    const url = error instanceof DatabaseInUseError ? findRunningEmbedded(project.stateDirectory) : undefined;
    if (url === undefined) throw error;
    return openLink({ url }, config);
  }
}

/** Opens a database that somebody else keeps. Connects to nothing yet. */
export function openLink(
  { url, pooler }: DatabaseLink,
  { poolSize, prepare, coalesce, limits }: DatabaseConfig,
  stop: () => Promise<void> = async () => undefined,
): OpenDatabase {
  const db = openPool({
    url,
    pooler,
    prepare,
    coalesce,
    max: poolSize,
    expressLines: expressLinesOf(poolSize),
    statementTimeoutMs: limits.requestMs,
    connectTimeoutMs: QUEUE_MS,
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await db.close();
    await stop();
  };
  return { db, url, pooler, close: () => (closing ??= close()) };
}
