import type { Config } from '../config/index.ts';
import {
  createPrismaClient,
  type Db,
  migrationStatus,
  type PrismaClientLike,
  withReserve,
} from '../data/index.ts';
import { startAuth } from '../features/auth/start-auth.ts';
import { ownScalars } from '../model/own-scalars.ts';
import type { BuiltApp } from '../pipeline.ts';
import { createServer, type Log, type PlinthApp, type PlinthServer, type Readiness } from '../serve/index.ts';
import { type AssembledApp, assembleApp } from './assemble-app.ts';
import { completeViewer } from './complete-viewer.ts';
import { developmentSecret } from './development-secret.ts';
import { findCompiledDocuments } from './documents/find-compiled-documents.ts';
import { loadDocuments } from './documents/load-documents.ts';
import { type Project, readOperations } from './find-project.ts';
import { loadResolvers } from './load-resolvers.ts';
import type { OpenDatabase } from './open-database.ts';
import { openReads, type Reads } from './replicas/open-reads.ts';

/** Everything a running server was made of, and the way to end it. */
export interface RunningServer {
  readonly url: string;
  readonly address: { url?: string };
  readonly reads: Reads | undefined;
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
  /** Where the server listens, once it does. */
  readonly address?: { url?: string };
  readonly reads?: Reads | undefined;
}

/** One version of the API with the documents of the project's clients. */
export type ProjectApp = AssembledApp &
  Required<Pick<PlinthApp, 'documents'>> & {
    /** What `plinth generate` has compiled of these, or why there is nothing of it. */
    readonly compiled: ReturnType<typeof findCompiledDocuments>;
  };

/** Assembles the API of `built` with the author's resolvers as they are now. @throws UserError */
export async function makeApp(parts: ServeParts): Promise<ProjectApp> {
  const { project, built, database } = parts;
  const resolvers = await loadResolvers(project, ownScalars(built.app));
  const hasCode = Object.keys(resolvers).length > 0;
  let client: Promise<PrismaClientLike> | undefined;
  const prismaClient = (): Promise<PrismaClientLike> =>
    (client ??= createPrismaClient({
      prismaSchema: built.prismaSchema,
      db: database.db,
      cacheDirectory: project.stateDirectory,
    }));
  const prisma = hasCode ? await prismaClient() : undefined;
  const secret = parts.config.secret ?? developmentSecret(project);
  const auth = await startAuth({
    app: built.app,
    rules: built.rules,
    config: parts.config,
    db: database.db,
    secret,
    prisma: prismaClient,
    complete: (viewer, db) => completeViewer(built.app, viewer, db),
    publicUrl: () =>
      parts.config.auth.publicUrl ?? parts.address?.url ?? `http://localhost:${parts.config.port}`,
    log: parts.log,
  });
  let app: AssembledApp | undefined;
  const dispose = async (): Promise<void> => {
    await app?.dispose?.();
    await auth.dispose();
    await (await client)?.$disconnect();
  };
  try {
    app = assembleApp({
      built,
      resolvers,
      db: database.db,
      reads: parts.reads,
      secret,
      prisma,
      auth,
      config: parts.config,
      log: parts.log,
      samples: readOperations(project),
    });
    const { limits } = parts.config;
    const compiled = findCompiledDocuments(project, built, limits, resolvers);
    const fitting = typeof compiled === 'string' ? undefined : compiled;
    if (fitting) app.restore(fitting);
    return {
      ...app,
      documents: loadDocuments(project, app.schema, parts.config, fitting),
      compiled,
      dispose,
    };
  } catch (error) {
    // What has begun to listen would go on, and meet a closed database.
    await dispose();
    throw error;
  }
}

/** Serves `built` from `database`, which must be in step with it and have been prepared. */
export async function serveProject(parts: ServeParts): Promise<RunningServer> {
  const { config, database, log } = parts;
  const address: { url?: string } = {};
  const reads = openReads(database, config, log);
  const app = await makeServed({ ...parts, address, reads }).catch(async (error: unknown) => {
    await reads?.replicas.close();
    throw error;
  });
  // Others may hold every connection of the pool: the database answers all the same.
  const health = withReserve(database.db, database.db.sibling(1));
  const check = config.mode === 'production' ? migratedHealth(parts) : answeringHealth(health);
  const checkHealth = async (): Promise<Readiness> => ({
    ...(await check()),
    ...(reads && { replicas: reads.replicas.states() }),
  });
  const server = await createServer({ config, app, checkHealth, log });
  // What the author's code leaves to itself must not end everybody's requests.
  const noteLost = (err: unknown): void => log.error({ err }, 'a promise failed that nobody waited for');
  process.on('unhandledRejection', noteLost);
  const stop = async (): Promise<void> => {
    await server.close();
    await reads?.replicas.close();
    await health.close();
    await database.close();
    process.off('unhandledRejection', noteLost);
  };
  const { url } = await server.listen().catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  address.url = url;
  let stopping: Promise<void> | undefined;
  return { url, address, reads, server, stop: () => (stopping ??= stop()) };
}

/** Why a start takes longer than it has to. */
const COMPILED_NOW = {
  scalars: "documents are compiled now, since only the code of the author's scalars tells whether they fit",
  missing: 'documents are compiled now; "plinth generate" does so when the project is built',
  unreadable: 'documents are compiled now: generated/compiled-documents.jsonl cannot be read',
  unfit:
    'documents are compiled now: generated/compiled-documents.jsonl was made for another schema, other operations, other limits or another version of Plinth, or is damaged. Run "plinth generate" with the settings of this server when the project is built',
} as const;

/** Where only the project's own documents may be sent, they are ready before the first request is. */
async function makeServed(parts: ServeParts): Promise<ProjectApp> {
  const app = await makeApp(parts);
  if (parts.config.documents !== 'trusted' || typeof app.compiled === 'object') return app;
  const isUsual = app.compiled === 'missing' || app.compiled === 'scalars';
  parts.log[isUsual ? 'info' : 'warn'](COMPILED_NOW[app.compiled]);
  try {
    await app.prepare(app.documents());
    return app;
  } catch (error) {
    await app.dispose?.();
    throw error;
  }
}

/** In development the schema follows the file, so an answering database is enough. */
function answeringHealth(db: Db): () => Promise<Readiness> {
  return async () => {
    await db.query('SELECT 1');
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
