import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../src/config/index.ts';
import { type Db, openPool, syncDevelopment } from '../../../src/data/index.ts';
import { buildApp } from '../../../src/pipeline.ts';
import { desiredState } from '../../../src/project/desired-state.ts';
import { findProject, readSources } from '../../../src/project/find-project.ts';
import { prepareTables } from '../../../src/project/prepare-tables.ts';
import { serveProject } from '../../../src/project/serve-project.ts';
import { makeLog } from '../../../src/serve/index.ts';
import { afterFile } from '../../support/after-file.ts';
import { createDatabase } from '../../support/database.ts';

export const ADMIN_KEY = 'tests-only-2hS8pQ0vXk6Zr4Wm';
export const SECRET = 'kJ8sQ2mZx0Vb7Lp4Tn6Yw1Rc9Hd5Gf3A';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely; what is not there fails the claim.
  readonly data: any;
  readonly codes: readonly string[];
  readonly errors: readonly { readonly message: string; readonly extensions: Record<string, unknown> }[];
  readonly cookies: readonly string[];
  readonly headers: Headers;
}

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly url?: string;
  readonly token?: string;
}

/** A project served over HTTP as `plinth dev` serves it. */
export interface AuthServer {
  readonly url: string;
  readonly db: Db;
  graphql(query: string, variables?: object, headers?: Record<string, string>): Promise<Answer>;
  /** A request to `/auth/*`; a body makes it a POST. */
  auth(path: string, body?: object, headers?: Record<string, string>): Promise<Response>;
  mails(): Promise<readonly Mail[]>;
  /** SQL statements that ran on the main pool since the last call. */
  statements(): string[];
  /** The same of all pools of this server. */
  allStatements(): string[];
  /** Ends the process' part; the database stays, for another server. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  readonly mode?: 'development' | 'production';
  /** Another node on this server's database. */
  readonly beside?: AuthServer;
}

/** The next address of 127.0.0.0/8 to send from cannot be chosen with fetch, so counts are reset between tests. */
export async function resetThrottle(server: AuthServer): Promise<void> {
  await server.db.execute('DELETE FROM plinth_throttle');
}

export async function startAuthServer(
  sdl: string,
  settings: Record<string, string> = {},
  { mode = 'development', beside }: ServerOptions = {},
): Promise<AuthServer> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-auth-'));
  writeFileSync(join(directory, 'schema.graphql'), sdl);
  const project = findProject(directory);
  const built = buildApp(readSources(project));
  const { url: databaseUrl, drop } = beside
    ? { url: beside.db.url, drop: async () => undefined }
    : await createDatabase();
  const synced = await syncDevelopment({ url: databaseUrl, projectDir: directory, ...desiredState(built) });
  if (synced.outcome === 'refused') throw new Error(JSON.stringify(synced.findings));
  const seen: string[] = [];
  const everywhere: string[] = [];
  const pool = openPool({ url: databaseUrl, max: 8, connectTimeoutMs: 4_000 });
  pool.pool.on('connect', (client) => listen(client, [seen, everywhere]));
  const sibling = (max: number): Db => {
    const other = pool.sibling(max);
    other.pool.on('connect', (client) => listen(client, [everywhere]));
    return other;
  };
  const db: Db = { ...pool, sibling };
  const config = readConfig(
    { PLINTH_ADMIN_KEY: ADMIN_KEY, PLINTH_SECRET: SECRET, LOG_LEVEL: 'error', ...settings },
    { mode, commandLine: { port: 0, host: '127.0.0.1' } },
  );
  const database = { db, url: databaseUrl, embedded: false, close: () => db.close() };
  await prepareTables(database.db);
  const server = await serveProject({ project, config, built, database, log: makeLog(config) });
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= server.stop();
    return stopped;
  };
  afterFile(async () => {
    await stop();
    await drop();
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    url: server.url,
    db,
    graphql: (query, variables, headers) => send(server.url, query, variables, headers),
    auth: (path, body, headers = {}) =>
      fetch(`${server.url}/auth${path}`, {
        redirect: 'manual',
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
        headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
      }),
    mails: async () =>
      (await (
        await fetch(`${server.url}/dev/mail`, { headers: { accept: 'application/json' } })
      ).json()) as Mail[],
    statements: () => seen.splice(0),
    allStatements: () => everywhere.splice(0),
    stop,
  };
}

function listen(client: { query: unknown }, lists: readonly string[][]): void {
  const query = (client.query as (...args: unknown[]) => unknown).bind(client);
  client.query = (...args: unknown[]) => {
    const [first] = args;
    const text = typeof first === 'string' ? first : (first as { text?: string } | undefined)?.text;
    if (text !== undefined && !/^(BEGIN|COMMIT|ROLLBACK$)/.test(text))
      for (const list of lists) list.push(text);
    return query(...args);
  };
}

async function send(
  url: string,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data?: unknown; errors?: Answer['errors'] };
  const errors = body.errors ?? [];
  return {
    status: response.status,
    data: body.data,
    errors,
    codes: errors.map(({ extensions }) => String(extensions.code)),
    cookies: response.headers.getSetCookie(),
    headers: response.headers,
  };
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
export const admin = { 'x-plinth-admin-key': ADMIN_KEY };

/** The `name=value` of a `Set-Cookie`. */
export const cookieOf = (answer: { readonly cookies: readonly string[] }): string =>
  answer.cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ');

export const SIGN_UP = /* GraphQL */ `
  mutation ($input: SignUpInput!) { signUp(input: $input) { token user { id email } } }`;
export const SIGN_IN = /* GraphQL */ `
  mutation ($input: SignInInput!) { signIn(input: $input) { token user { id email } } }`;

/** RFC 6238, six digits, thirty seconds. */
export function totp(secret: string): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', base32(secret)).update(counter).digest();
  const offset = (hash.at(-1) ?? 0) & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
function base32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
