import { resolve } from 'node:path';
import { readConfig } from '../../src/config/index.ts';
import { createPrismaClient, type Db, openPool, syncDevelopment } from '../../src/data/index.ts';
import { type BuiltApp, buildApp } from '../../src/pipeline.ts';
import { desiredState } from '../../src/project/desired-state.ts';
import { findProject, type Project, readSources } from '../../src/project/find-project.ts';
import { prepareTables } from '../../src/project/prepare-tables.ts';
import { seedProject } from '../../src/project/seed-project.ts';
import { serveProject } from '../../src/project/serve-project.ts';
import { makeLog } from '../../src/serve/index.ts';
import { afterFile } from '../support/after-file.ts';
import { createDatabase } from '../support/database.ts';

/** Who sends an operation: the administrator, nobody, or the account with this id. */
export type Sender = 'admin' | null | { readonly id: string; readonly roles?: readonly string[] };

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; what is not there fails the claim.
  readonly data: any;
  readonly errors: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly [name: string]: unknown };
  }[];
}

/** A project of this repository, served over HTTP from a database of its own. Ends with the test file. */
export interface StartedProject {
  readonly url: string;
  readonly adminKey: string;
  readonly project: Project;
  readonly built: BuiltApp;
  readonly db: Db;
  /** Milliseconds that the seed took. */
  readonly seedMs: number;
  send(sender: Sender, document: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** The data of an operation that must succeed. */
  ask(sender: Sender, document: string, variables?: Record<string, unknown>): Promise<Answer['data']>;
}

const adminKey = 'tests-only-2hS8pQ0vXk6Zr4Wm';

/**
 * @param seed fills the database; the project's own `prisma/seed.ts` if not given
 * @param settings as on the command line
 */
export async function startProject(
  directory: string,
  seed?: (db: Db) => Promise<void>,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<StartedProject> {
  const project = findProject(resolve(import.meta.dirname, '../..', directory));
  const built = buildApp(readSources(project));
  const { url, drop } = await createDatabase();
  const db = openPool({ url, max: 6 });
  await syncDevelopment({ url, projectDir: project.directory, ...desiredState(built) });
  const started = performance.now();
  if (seed) await seed(db);
  else {
    const prisma = await createPrismaClient({ prismaSchema: built.prismaSchema, db });
    await seedProject(project, { db, prisma, log: () => undefined });
    await prisma.$disconnect();
  }
  const seedMs = performance.now() - started;
  const config = readConfig(
    { PLINTH_ADMIN_KEY: adminKey, LOG_LEVEL: 'error' },
    { mode: 'development', commandLine: { port: 0, ...settings } },
  );
  const database = { db, url, embedded: false, close: () => db.close() };
  await prepareTables(database.db);
  const server = await serveProject({ project, config, built, database, log: makeLog(config) });
  afterFile(async () => {
    await server.stop();
    await drop();
  });
  const send = sendTo(server.url);
  return { url: server.url, adminKey, project, built, db, seedMs, send, ask: askThrough(send) };
}

function sendTo(base: string): StartedProject['send'] {
  const url = new URL('/graphql', base);
  return async (sender, query, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-plinth-admin-key': adminKey,
        ...(sender !== 'admin' && { 'x-plinth-as': JSON.stringify(sender) }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data = null, errors = [] } = (await response.json()) as Partial<Answer>;
    return { status: response.status, data, errors };
  };
}

function askThrough(send: StartedProject['send']): StartedProject['ask'] {
  return async (sender, document, variables) => {
    const { data, errors } = await send(sender, document, variables);
    if (errors.length > 0) throw new Error(`${document.trim()}\n→ ${JSON.stringify(errors, null, 1)}`);
    return data;
  };
}
