import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inject, onTestFinished, vi } from 'vitest';
import type { Output } from '../../src/cli/output.ts';
import { run } from '../../src/cli/run.ts';

export const ADMIN_KEY = 'Vq7nB3xW0tLk5RzM9sYc';

const production = { PLINTH_SECRET: 'kJ8sQ2mZx0Vb7Lp4Tn6Yw1Rc9Hd5Gf3A', PLINTH_ADMIN_KEY: ADMIN_KEY };

/** Everybody may do everything; the custom fields tell of the process and let it die. */
const FILES: Readonly<Record<string, string>> = {
  'schema.graphql': `
    type Item @model @access(read: "true", create: "true", update: "true", delete: "true") { id: ID! name: String! }
    extend type Query {
      pid: Int! @access(call: "true")
      wait(ms: Int!): Int! @access(call: "true")
      die: Int! @access(call: "true")
    }`,
  'resolvers/process.ts': `
    export const Query = {
      pid: () => process.pid,
      wait: (_: unknown, { ms }: { ms: number }) => new Promise((done) => setTimeout(() => done(process.pid), ms)),
      die: () => process.kill(process.pid, 'SIGKILL'),
    };`,
};

/** A project on disk with one migration, deployed to `databaseUrl` (without: to its embedded database). */
export async function makeProject(
  databaseUrl: string | undefined,
  files: Readonly<Record<string, string>> = FILES,
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-start-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  await withDatabaseUrl(databaseUrl, async () => {
    for (const args of [['new', 'init'], ['deploy']])
      if ((await run(['migrate', ...args, '--project', directory], silent)) !== 0)
        throw new Error(`${args} failed`);
  });
  return directory;
}

const silent: Output = {
  result: () => undefined,
  note: () => undefined,
  style: (_, text) => text,
  interactive: false,
};

async function withDatabaseUrl(url: string | undefined, work: () => Promise<void>): Promise<void> {
  const before = process.env.DATABASE_URL;
  delete process.env.DATABASE_URL;
  if (url !== undefined) process.env.DATABASE_URL = url;
  try {
    await work();
  } finally {
    delete process.env.DATABASE_URL;
    if (before !== undefined) process.env.DATABASE_URL = before;
  }
}

export interface Started {
  readonly url: string;
  readonly child: ChildProcess;
  readonly ended: Promise<[code: number | null, signal: string | null]>;
  /** Everything that was written so far. */
  said(): string;
  ask(query: string, headers?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape it asked for
  readonly data: any;
  readonly codes: readonly string[];
}

/** Runs `plinth start` until the test is over, and waits until it serves. */
export async function startPlinth(
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<Started> {
  const started = spawnPlinth(['start', '--project', directory, '--port', '0'], {
    ...production,
    ...environment,
  });
  onTestFinished(() => end(started.child, started.ended));
  let over = false;
  void started.ended.then(() => {
    over = true;
  });
  const url = await vi.waitFor(
    () => {
      if (over) throw new Error(`It ended: ${started.said()}`);
      const found = /"url":"(http:[^"]+)"[^\n]*"serving"/.exec(started.said())?.[1];
      if (found === undefined) throw new Error(`It does not serve: ${started.said()}`);
      return found;
    },
    { timeout: 40_000, interval: 50 },
  );
  return { ...started, url, ask: (query, headers) => ask(url, query, headers) };
}

/** Runs the command line in a process of its own, away from the environment of the tests. */
export function spawnPlinth(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR, ...environment };
  const child = spawn(process.execPath, [inject('plinthMain'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += String(chunk);
    });
  }
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  return { child, ended, said: () => text };
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  await ended;
}

/** A connection for every request: kept open, all of them would lead to one worker. */
async function ask(url: string, query: string, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify({ query }),
  });
  const body = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return {
    status: response.status,
    headers: response.headers,
    data: body.data,
    codes: (body.errors ?? []).map(({ extensions }) => extensions.code),
  };
}

/** What became of requests: HTTP statuses, codes of what went wrong with connections, and `no answer`. */
export type Fates = ReadonlyMap<number | string, number>;

const PATIENCE_MS = 10_000;

/** Opens connections as fast as they are answered, some at any moment, until it is told to stop. */
export function keepConnecting(url: string): () => Promise<Fates> {
  const fates = new Map<number | string, number>();
  let over = false;
  const one = async (): Promise<void> => {
    while (!over) {
      const fate = await askOnce(url);
      fates.set(fate, (fates.get(fate) ?? 0) + 1);
    }
  };
  const all = Promise.all(Array.from({ length: 24 }, one));
  return async () => {
    over = true;
    await all;
    return fates;
  };
}

function askOnce(url: string): Promise<number | string> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', connection: 'close' };
    const asking = request(`${url}/graphql`, { method: 'POST', headers, agent: false }, (response) => {
      response.on('error', ({ message }) => resolve(message));
      response.on('end', () => resolve(response.statusCode ?? 'no status'));
      response.resume();
    });
    asking.on('error', ({ message }) => resolve(message));
    asking.setTimeout(PATIENCE_MS, () => {
      resolve('no answer');
      asking.destroy();
    });
    asking.end('{"query":"{ pid }"}');
  });
}
