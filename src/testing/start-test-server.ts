import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config/index.ts';
import { developProject } from '../project/develop-project.ts';
import { findProject } from '../project/find-project.ts';

export interface TestServerOptions {
  /** Directory of the project to serve. It is left as it is: the server works on a copy of its sources. */
  readonly project: string;
  /** A database of its own, emptied by nobody; without it an embedded one is made and thrown away. */
  readonly databaseUrl?: string;
}

/** What one operation answered. */
export interface TestAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it asked for
  readonly data: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: Readonly<Record<string, unknown>>;
  }[];
}

export interface TestServer {
  readonly url: string;
  /**
   * Sends one operation. `as`: the viewer whose rules apply (`{ id, roles?, … }`), null for signed out; without it the
   * operation runs as administrator.
   */
  graphql(query: string, variables?: object, as?: { readonly id: string } | null): Promise<TestAnswer>;
  stop(): Promise<void>;
}

const SOURCES = ['schema.graphql', 'resolvers', 'operations', 'plinth.config.ts', 'prisma', 'package.json'];

/** Serves a project with a database of its own, for tests of its rules and resolvers. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-test-'));
  for (const name of SOURCES) {
    const source = join(options.project, name);
    if (existsSync(source)) cpSync(source, join(directory, name), { recursive: true });
  }
  const adminKey = randomBytes(24).toString('base64url');
  const commandLine = {
    port: 0,
    adminKey,
    logLevel: 'silent',
    ...(options.databaseUrl && { databaseUrl: options.databaseUrl }),
  };
  const session = await developProject({
    project: findProject(directory),
    config: readConfig({}, { mode: 'development', commandLine }),
    watch: false,
    note: () => undefined,
    showProblems: () => undefined,
  });
  return {
    url: session.url,
    graphql: (query, variables, as) => send(`${session.url}/graphql`, adminKey, { query, variables }, as),
    stop: async () => {
      await session.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function send(url: string, adminKey: string, body: object, as?: object | null): Promise<TestAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-plinth-admin-key': adminKey,
      ...(as !== undefined && { 'x-plinth-as': JSON.stringify(as) }),
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as TestAnswer;
}
