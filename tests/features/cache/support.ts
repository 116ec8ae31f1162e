import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../src/config/index.ts';
import { type Db, openPool, type PoolOptions, syncDevelopment } from '../../../src/data/index.ts';
import { buildApp } from '../../../src/pipeline.ts';
import { desiredState } from '../../../src/project/desired-state.ts';
import { writeCompiledDocuments } from '../../../src/project/documents/write-compiled-documents.ts';
import { findProject, readOperationSources, readSources } from '../../../src/project/find-project.ts';
import { serveProject } from '../../../src/project/serve-project.ts';
import { makeLog } from '../../../src/serve/index.ts';
import { afterFile } from '../../support/after-file.ts';
import { createDatabase } from '../../support/database.ts';

const ADMIN_KEY = 'tests-only-2hS8pQ0vXk6Zr4Wm';

/** Who asks: the administrator, nobody, or an account. */
export type Sender = 'admin' | null | { readonly id: string; readonly roles?: readonly string[] };

export interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; what is not there fails the claim.
  readonly data: any;
  readonly errors: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  readonly headers: Headers;
  /** `cache-control` */
  readonly kept: string | null;
}

export interface Question {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
  readonly as?: Sender;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** One server of several on one database. */
export interface Node {
  readonly url: string;
  readonly db: Db;
  ask(question: Question): Promise<Answer>;
  /** SQL that this node's pool has run since the last call. */
  statements(): string[];
  stop(): Promise<void>;
}

export interface Nodes {
  readonly url: string;
  readonly nodes: readonly Node[];
}

export interface NodesOptions {
  /** Text of `resolvers/own.ts`. */
  readonly resolvers?: string;
  /** Texts of files in `operations/`, by name. */
  readonly operations?: Readonly<Record<string, string>>;
  /** Settings of each node by environment; one node for each entry. */
  readonly settings?: readonly Record<string, string>[];
  readonly mode?: 'development' | 'production';
  /** From which node on `plinth generate` has compiled the operations; none, where it is not given. */
  readonly compiledFrom?: number;
  /** Of each node's connections. */
  readonly pool?: Pick<PoolOptions, 'max' | 'expressLines'>;
}

/** Serves a schema from a database of its own, by one or several nodes. */
export async function startNodes(sdl: string, options: NodesOptions = {}): Promise<Nodes> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-cache-'));
  writeFileSync(join(directory, 'schema.graphql'), sdl);
  if (options.resolvers !== undefined) {
    mkdirSync(join(directory, 'resolvers'));
    writeFileSync(join(directory, 'resolvers/own.ts'), options.resolvers);
  }
  for (const [name, text] of Object.entries(options.operations ?? {})) {
    mkdirSync(join(directory, 'operations'), { recursive: true });
    writeFileSync(join(directory, 'operations', name), text);
  }
  const project = findProject(directory);
  const built = buildApp(readSources(project));
  const { url, drop } = await createDatabase();
  const synced = await syncDevelopment({ url, projectDir: directory, ...desiredState(built) });
  if (synced.outcome === 'refused') throw new Error(JSON.stringify(synced.findings));
  const nodes: Node[] = [];
  for (const [index, settings] of (options.settings ?? [{}]).entries()) {
    const config = readConfig(
      { PLINTH_ADMIN_KEY: ADMIN_KEY, LOG_LEVEL: 'silent', ...settings },
      { mode: options.mode ?? 'development', commandLine: { port: 0, host: '127.0.0.1' } },
    );
    if (index === options.compiledFrom) {
      const files = { sources: readOperationSources(project), limits: config.limits };
      await writeCompiledDocuments(project, built, files, (error) => {
        throw error;
      });
    }
    const db = openPool({ url, max: 8, coalesce: config.coalesce, ...options.pool });
    const seen = listen(db);
    const database = { db, url, embedded: false, close: () => db.close() };
    const server = await serveProject({ project, config, built, database, log: makeLog(config) });
    nodes.push({
      url: server.url,
      db,
      ask: (question) => send(server.url, question),
      statements: () => seen.splice(0),
      stop: () => server.stop(),
    });
  }
  afterFile(async () => {
    for (const node of nodes) await node.stop();
    await drop();
    rmSync(directory, { recursive: true, force: true });
  });
  return { url, nodes };
}

/** Waits until `holds` does, however long it takes; the test's own time limit ends it. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

function listen(db: Db): string[] {
  const seen: string[] = [];
  db.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      const [first] = args;
      const text = typeof first === 'string' ? first : (first as { text?: string } | undefined)?.text;
      if (text !== undefined) seen.push(text);
      return query(...args);
    }) as typeof client.query;
  });
  return seen;
}

async function send(base: string, question: Question): Promise<Answer> {
  const { as = 'admin', query, variables, operationName } = question;
  const headers = {
    'x-plinth-admin-key': ADMIN_KEY,
    ...(as !== 'admin' && { 'x-plinth-as': JSON.stringify(as) }),
    ...question.headers,
  };
  const signal = question.signal && { signal: question.signal };
  const response =
    question.method === 'GET'
      ? await fetch(`${base}/graphql?${search({ query, variables, operationName })}`, { headers, ...signal })
      : await fetch(`${base}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ query, variables, operationName }),
          ...signal,
        });
  const text = await response.text();
  const { data = null, errors = [] } = text === '' ? {} : (JSON.parse(text) as Partial<Answer>);
  const kept = response.headers.get('cache-control');
  return { status: response.status, text, data, errors, headers: response.headers, kept };
}

function search(parts: Record<string, unknown>): URLSearchParams {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(parts))
    if (value !== undefined) given.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  return given;
}
