import type { Config } from '../config/index.ts';
import { createPrismaClient, migrationStatus } from '../data/index.ts';
import type { BuiltApp } from '../pipeline.ts';
import { createServer, type Log, type PlinthApp, type PlinthServer, type Readiness } from '../serve/index.ts';
import { assembleApp } from './assemble-app.ts';
import { type Project, readOperations } from './find-project.ts';
import { loadResolvers } from './load-resolvers.ts';
import type { OpenDatabase } from './open-database.ts';
import { prepareTables } from './prepare-tables.ts';

/** Everything a running server was made of, and the way to end it. */
export interface RunningServer {
  readonly url: string;
  readonly server: PlinthServer;
  /** Graceful: requests under way are answered, then the database is let go. Idempotent. */
  stop(): Promise<void>;
}

export interface ServeParts {
  readonly project: Project;
  readonly config: Config;
  readonly built: BuiltApp;
  readonly database: OpenDatabase;
  readonly log: Log;
}

/** Assembles the API of `built` with the author's resolvers as they are now. @throws UserError */
export async function makeApp(parts: ServeParts): Promise<PlinthApp> {
  const { project, built, database } = parts;
  const resolvers = await loadResolvers(project);
  const hasCode = Object.keys(resolvers).length > 0;
  const prisma = hasCode
    ? await createPrismaClient({
        prismaSchema: built.prismaSchema,
        db: database.db,
        cacheDirectory: project.stateDirectory,
      })
    : undefined;
  const app = assembleApp({
    built,
    resolvers,
    db: database.db,
    prisma,
    config: parts.config,
    log: parts.log,
    samples: readOperations(project),
  });
  return { ...app, dispose: async () => prisma?.$disconnect() };
}

/** Serves `built` from `database`, which must be in step with it. */
export async function serveProject(parts: ServeParts): Promise<RunningServer> {
  const { config, database, log } = parts;
  await prepareTables(database.db);
  const app = await makeApp(parts);
  const checkHealth = config.mode === 'production' ? migratedHealth(parts) : answeringHealth(parts);
  const server = await createServer({ config, app, checkHealth, log });
  const { url } = await server.listen();
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await server.close();
    await database.close();
  };
  return { url, server, stop: () => (stopping ??= stop()) };
}

/** In development the schema follows the file, so an answering database is enough. */
function answeringHealth({ database }: ServeParts): () => Promise<Readiness> {
  return async () => {
    await database.db.query('SELECT 1');
    return { ready: true, reasons: [] };
  };
}

function migratedHealth({ database, project }: ServeParts): () => Promise<Readiness> {
  return async () => {
    const { pending, failed } = await migrationStatus(database.url, project.directory);
    const reasons = [
      ...pending.map((name) => `migration ${name} is pending`),
      ...failed.map(({ name }) => `migration ${name} has failed`),
    ];
    return { ready: reasons.length === 0, reasons };
  };
}
