import type { Config } from '../config/index.ts';
import { type Db, openPool, startEmbedded } from '../data/index.ts';
import type { Project } from './find-project.ts';

/** The project's database: its own PostgreSQL, or the one that DATABASE_URL names. */
export interface OpenDatabase {
  readonly db: Db;
  readonly url: string;
  readonly embedded: boolean;
  /** Closes the pool, and stops PostgreSQL if it is ours. Idempotent. */
  close(): Promise<void>;
}

/** @throws DatabaseInUseError, DatabaseVersionError, EmbeddedDatabaseError */
export async function openDatabase(
  project: Project,
  config: Pick<Config, 'databaseUrl' | 'poolSize' | 'limits'>,
  note: (line: string) => void,
): Promise<OpenDatabase> {
  const server = config.databaseUrl
    ? undefined
    : await startEmbedded({ directory: project.stateDirectory, log: note });
  const url = config.databaseUrl ?? server?.url ?? '';
  const db = openPool({ url, max: config.poolSize, statementTimeoutMs: config.limits.requestMs });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await db.close();
    await server?.stop();
  };
  return { db, url, embedded: server !== undefined, close: () => (closing ??= close()) };
}
