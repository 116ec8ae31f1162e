import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLID,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { onTestFinished } from 'vitest';
import { type Config, readConfig } from '../../src/config/index.ts';
import { ViewerError } from '../../src/kit/viewer-error.ts';
import {
  createServer,
  makeLog,
  type PlinthApp,
  type PlinthServer,
  type Readiness,
} from '../../src/serve/index.ts';
import { afterFile } from '../support/after-file.ts';

export const ADMIN_KEY = 'test-only-7Gq2ZxP0aLmW9vKe';
export const SECRET = 'kJ8sQ2mZx0Vb7Lp4Tn6Yw1Rc9Hd5Gf3A';

/** What ran, so that a test can claim that something did not. */
export interface Runs {
  mutations: number;
  aborted: number;
}

class DatabaseError extends Error {
  readonly kind: string;
  constructor(kind: string) {
    super(`connect ECONNREFUSED 10.0.0.5:5432 password=hunter2 (${kind})`);
    this.name = 'DatabaseError';
    this.kind = kind;
  }
}

const Filter: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: 'Filter',
  fields: () => ({
    name: { type: GraphQLString },
    level: { type: GraphQLInt },
    and: { type: new GraphQLList(Filter) },
  }),
});

function fail(kind: string): never {
  if (kind === 'viewer')
    throw new ViewerError('FORBIDDEN', 'Not this one.', { access: { rule: 'secret rule' } });
  if (kind === 'graphql') throw new GraphQLError('Made for you.', { extensions: { code: 'CONFLICT' } });
  if (kind === 'foreignCode') throw new GraphQLError('At /srv/app.js', { extensions: { code: 'P2002' } });
  if (kind === 'plain') throw new Error('password=hunter2 at /srv/app.js');
  throw new DatabaseError(kind);
}

/** A small schema with a field for everything that a test wants to happen. */
export function testApp(runs: Runs = { mutations: 0, aborted: 0 }, greeting = 'hello'): PlinthApp {
  const Thing: GraphQLObjectType = new GraphQLObjectType({
    name: 'Thing',
    fields: () => ({
      id: { type: new GraphQLNonNull(GraphQLID), resolve: () => '1' },
      name: { type: GraphQLString, resolve: () => 'thing' },
      thing: { type: Thing, resolve: () => ({}) },
    }),
  });
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: {
      hello: { type: GraphQLString, description: 'Says hello.', resolve: () => greeting },
      echo: { type: GraphQLString, args: { text: { type: GraphQLString } }, resolve: (_p, { text }) => text },
      filtered: { type: GraphQLBoolean, args: { where: { type: Filter } }, resolve: () => true },
      required: {
        type: GraphQLInt,
        args: { n: { type: new GraphQLNonNull(GraphQLInt) } },
        resolve: (_p, { n }) => n,
      },
      viewer: { type: GraphQLString, resolve: (_p, _a, ctx) => JSON.stringify(ctx.viewer) },
      headers: { type: GraphQLString, resolve: (_p, _a, ctx) => JSON.stringify(ctx.headers) },
      tooLarge: { type: GraphQLInt, resolve: () => 2 ** 40 },
      fail: {
        type: GraphQLString,
        args: { kind: { type: new GraphQLNonNull(GraphQLString) } },
        resolve: (_p, { kind }) => fail(kind),
      },
      wait: {
        type: GraphQLString,
        args: { ms: { type: new GraphQLNonNull(GraphQLInt) }, deaf: { type: GraphQLBoolean } },
        resolve: (_p, { ms, deaf }, ctx) => wait(ms, deaf ? undefined : ctx.signal, runs),
      },
      thing: { type: Thing, resolve: () => ({}) },
    },
  });
  const mutation = new GraphQLObjectType({
    name: 'Mutation',
    fields: { count: { type: GraphQLInt, resolve: () => ++runs.mutations } },
  });
  return {
    schema: new GraphQLSchema({ query, mutation }),
    createContext: ({ viewer, signal, headers, url }) => {
      const broken = /[?&]break-context=(\w+)/.exec(url)?.[1];
      if (broken !== undefined) fail(broken);
      return { viewer, signal, headers };
    },
    samples: ['hello', 'viewer'].map((name) => ({ name, source: `query Ask_${name} {\n  ${name}\n}\n` })),
  };
}

function wait(ms: number, signal: AbortSignal | undefined, runs: Runs): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('done'), ms);
    const abort = (): void => {
      clearTimeout(timer);
      runs.aborted += 1;
      reject(signal?.reason);
    };
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
  });
}

export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly server: PlinthServer;
  readonly runs: Runs;
  /** All that was logged, as text. */
  readonly logged: () => string;
  /** POSTs an operation and reads the answer. */
  post(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(pathAndQuery: string, init?: RequestInit): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: {
    data?: Record<string, unknown> | null;
    errors?: {
      message: string;
      extensions: { code: string; requestId?: string; issues?: unknown; access?: unknown };
    }[];
  };
}

export interface TestOptions {
  readonly mode?: 'development' | 'production';
  readonly env?: Record<string, string>;
  readonly checkHealth?: () => Promise<Readiness>;
  readonly app?: (runs: Runs) => PlinthApp;
  /** Keeps the server open beyond the test that asked for it. */
  readonly shared?: boolean;
}

export function testConfig({ mode = 'development', env = {} }: TestOptions): Config {
  const secrets = { PLINTH_SECRET: SECRET, PLINTH_ADMIN_KEY: ADMIN_KEY };
  return readConfig({ PORT: '0', HOST: '127.0.0.1', ...secrets, ...env }, { mode });
}

/** Starts a real server on a free port of the loopback address. */
export async function startServer(options: TestOptions = {}): Promise<TestServer> {
  const config = testConfig(options);
  const lines: string[] = [];
  const runs = { mutations: 0, aborted: 0 };
  const server = await createServer({
    config,
    app: (options.app ?? testApp)(runs),
    checkHealth: options.checkHealth ?? (async () => ({ ready: true, reasons: [] })),
    log: makeLog(config, { write: (line) => void lines.push(line) }),
  });
  (options.shared ? afterFile : onTestFinished)(() => server.close({ graceMs: 0 }));
  const { port } = await server.listen();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    server,
    runs,
    logged: () => lines.join(''),
    post: (body, headers = {}) =>
      ask(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    get: (path, init) => ask(`${url}${path}`, init),
  };
}

async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, text, json };
}

/** The code of an answer's first error. */
export function codeOf(answer: Answer): string | undefined {
  return answer.json.errors?.[0]?.extensions.code;
}
