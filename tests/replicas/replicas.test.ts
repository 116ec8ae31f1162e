import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { developProject } from '../../src/project/develop-project.ts';
import { findProject } from '../../src/project/find-project.ts';
import { runSql } from '../support/database.ts';
import { type Cluster, startCluster } from '../support/standby.ts';

const ADMIN_KEY = 'Vq7nB3xW0tLk5RzM9sYc';
const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
const FILES = {
  'schema.graphql': `
    type Note @model ${OPEN} { id: ID! text: String! @unique }
    extend type Query { newest: [String!]! @access(call: "true") }`,
  'resolvers/newest.ts': `
    export const Query = {
      newest: async (_: unknown, __: unknown, { db }: any) =>
        (await db.note.findMany({ orderBy: { text: 'asc' } })).map(({ text }: { text: string }) => text),
    };`,
};

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 120_000);
afterAll(() => cluster?.stop());
afterEach(async () => {
  await cluster.resume();
});

interface Asked {
  readonly data: {
    readonly notes?: readonly { text: string }[];
    readonly newest?: readonly string[];
    viewer?: unknown;
  };
  readonly errors: unknown;
  readonly headers: Headers;
}

class Client {
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.url = url;
    this.#headers = headers;
  }

  /** The same server for another viewer, or with other headers. */
  with(headers: Readonly<Record<string, string>>): Client {
    return new Client(this.url, { ...this.#headers, ...headers });
  }

  as(id: string): Client {
    return this.with({ 'x-plinth-admin-key': ADMIN_KEY, 'x-plinth-as': JSON.stringify({ id }) });
  }

  async ask(query: string, variables?: object): Promise<Asked> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.#headers },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as Pick<Asked, 'data' | 'errors'>;
    return { ...body, headers: response.headers };
  }

  async write(text: string): Promise<Headers> {
    const create = 'mutation($text: String!) { createNote(input: { text: $text }) { text } }';
    const { errors, headers } = await this.ask(create, { text });
    expect(errors).toBeUndefined();
    return headers;
  }

  async sees(text: string): Promise<boolean> {
    const find = 'query($text: String!) { notes(where: { text: { eq: $text } }) { text } }';
    const { data, errors } = await this.ask(find, { text });
    expect(errors).toBeUndefined();
    return data.notes?.length === 1;
  }

  async replicas(): Promise<unknown> {
    const response = await fetch(`${this.url}/health/ready`);
    const { replicas } = (await response.json()) as { replicas: unknown };
    return { status: response.status, replicas };
  }
}

async function serve(environment: Readonly<Record<string, string>> = {}): Promise<Client> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-replicas-'));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const env = {
    DATABASE_URL: cluster.primaryUrl,
    DATABASE_REPLICA_URLS: cluster.standbyUrl,
    PLINTH_ADMIN_KEY: ADMIN_KEY,
    PLINTH_SECRET: 'kJ8sQ2mZx0Vb7Lp4Tn6Yw1Rc9Hd5Gf3A',
    LOG_LEVEL: 'silent',
    PORT: '0',
    ...environment,
  };
  const session = await developProject({
    project: findProject(directory),
    config: readConfig(env, { mode: 'development' }),
    watch: false,
    note: () => undefined,
    showProblems: () => undefined,
  });
  onTestFinished(async () => {
    await session.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  return new Client(session.url);
}

const USED = { status: 200, replicas: [{ used: true }] };

/** A server whose replica is used, and does not replay. */
async function servePaused(environment?: Readonly<Record<string, string>>): Promise<Client> {
  const client = await serve(environment);
  await vi.waitFor(async () => expect(await client.replicas()).toEqual(USED), 20_000);
  // What this process has not written itself shows where a read comes from.
  const id = crypto.randomUUID();
  const name = `probe ${id}`;
  const insert = `INSERT INTO "Note" (id, text) VALUES ('${id}', '${name}')`;
  await cluster.pause();
  await vi.waitFor(async () => {
    const [row] = await runSql(cluster.standbyUrl, 'SELECT pg_get_wal_replay_pause_state() AS state');
    expect(row?.state).toBe('paused');
  }, 20_000);
  await runSql(cluster.primaryUrl, insert);
  expect(await client.sees(name)).toBe(false);
  return client;
}

let count = 0;
const fresh = (): string => `note ${process.pid} ${count++}`;

describe.each([
  ['the compiled path', {}],
  ['the resolvers', { PLINTH_COMPILE: '0' }],
])('reads through %s', (_path, environment) => {
  test('come from a replica, but those of who has written have the write', async () => {
    const client = await servePaused(environment);
    const [first, text] = [fresh(), fresh()];
    const [ann, bob] = [client.as('ann'), client.as('bob')];
    for (const one of [first, text]) expect((await ann.write(one)).get('x-plinth-position')).not.toBeNull();
    expect(await ann.sees(first)).toBe(true);
    expect([await ann.sees(text), await bob.sees(text), await client.sees(text)]).toEqual([
      true,
      false,
      false,
    ]);
    await cluster.resume();
    await vi.waitFor(async () => expect(await bob.sees(text)).toBe(true), 20_000);
  }, 60_000);
});

describe('a write', () => {
  test('is seen by the signed out who sent it, in this process and, by what they carry, in others', async () => {
    const other = await serve();
    await vi.waitFor(async () => expect(await other.replicas()).toEqual(USED), 20_000);
    const client = await servePaused();
    const text = fresh();
    const headers = await client.write(text);
    const token = headers.get('x-plinth-position') ?? '';
    const cookie = headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(cookie).toBe(`plinth.position=${token}`);
    expect(await client.sees(text)).toBe(true);
    expect(await other.sees(text)).toBe(false);
    expect(await other.with({ 'x-plinth-position': token }).sees(text)).toBe(true);
    expect(await other.with({ cookie }).sees(text)).toBe(true);
    const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const lie of [forged, 'x', '', `z${token}`])
      expect(await other.with({ 'x-plinth-position': lie }).sees(text)).toBe(false);
  }, 60_000);

  test('by signing up, through GraphQL or /auth, is seen by the account at once', async () => {
    const client = await servePaused();
    const account = (name: string) => ({
      email: `${name}@example.com`,
      password: 'correct horse battery',
      name,
    });
    const { email, password, name } = account(`a${Date.now()}`);
    const answer = (await client.ask(
      `mutation { signUp(input: { email: "${email}", password: "${password}", name: "${name}" }) { token } }`,
    )) as unknown as { data: { signUp: { token: string } } };
    const asked = await client
      .with({ authorization: `Bearer ${answer.data.signUp.token}` })
      .ask('{ viewer { email } }');
    expect(asked.data.viewer).toEqual({ email });
    const second = account(`b${Date.now()}`);
    const response = await fetch(`${client.url}/auth/sign-up/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: client.url },
      body: JSON.stringify(second),
    });
    const { token } = (await response.json()) as { token: string };
    const viewer = await client.with({ authorization: `Bearer ${token}` }).ask('{ viewer { email } }');
    expect(viewer.data.viewer).toEqual({ email: second.email });
  }, 60_000);
});

test("the author's own code reads what is newest", async () => {
  const client = await servePaused();
  const text = fresh();
  await client.as('ann').write(text);
  expect((await client.as('bob').ask('{ newest }')).data.newest).toContain(text);
  expect(await client.as('bob').sees(text)).toBe(false);
}, 60_000);

test('a replica that is too far behind is left out, and used again when it has caught up', async () => {
  const client = await servePaused({ PLINTH_REPLICA_LAG_MS: '1000' });
  const text = fresh();
  await client.as('ann').write(text);
  const behind = { status: 200, replicas: [{ used: false, reason: 'is more than 1 s behind' }] };
  await vi.waitFor(async () => expect(await client.replicas()).toEqual(behind), 20_000);
  expect(await client.as('bob').sees(text)).toBe(true);
  await cluster.resume();
  await vi.waitFor(async () => expect(await client.replicas()).toEqual(USED), 20_000);
}, 60_000);

test('kill -9 of the replica makes no read fail, and it is used again once it is back', async () => {
  const client = await serve();
  await vi.waitFor(async () => expect(await client.replicas()).toEqual(USED), 20_000);
  let asking = true;
  const asker = async (): Promise<unknown[]> => {
    const errors: unknown[] = [];
    while (asking) errors.push(...[(await client.ask('{ notes(limit: 1) { text } }')).errors ?? []].flat());
    return errors;
  };
  const askers = Array.from({ length: 8 }, asker);
  const gone = { status: 200, replicas: [{ used: false, reason: 'does not answer' }] };
  try {
    await cluster.killStandby();
    await vi.waitFor(async () => expect(await client.replicas()).toEqual(gone), 20_000);
  } finally {
    await cluster.startStandby();
  }
  await vi.waitFor(async () => expect(await client.replicas()).toEqual(USED), 20_000);
  asking = false;
  expect((await Promise.all(askers)).flat()).toEqual([]);
}, 90_000);

test('a replica that hangs is left out, and what waits for it is answered by the primary', async () => {
  const client = await serve();
  await vi.waitFor(async () => expect(await client.replicas()).toEqual(USED), 20_000);
  await cluster.freezeStandby(true);
  try {
    const waiting = await Promise.all(
      Array.from({ length: 8 }, () => client.ask('{ notes(limit: 1) { text } }')),
    );
    expect(waiting.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    const gone = { status: 200, replicas: [{ used: false, reason: 'does not answer' }] };
    await vi.waitFor(async () => expect(await client.replicas()).toEqual(gone), 20_000);
  } finally {
    await cluster.freezeStandby(false);
  }
  await vi.waitFor(async () => expect(await client.replicas()).toEqual(USED), 20_000);
}, 90_000);

test('what is no standby is left out', async () => {
  const client = await serve({
    DATABASE_REPLICA_URLS: `${cluster.primaryUrl}, postgresql://x:y@127.0.0.1:1/z`,
  });
  const expected = [
    { used: false, reason: 'is not a standby' },
    { used: false, reason: 'does not answer' },
  ];
  await vi.waitFor(
    async () => expect(await client.replicas()).toEqual({ status: 200, replicas: expected }),
    10_000,
  );
  expect(await client.sees('nothing')).toBe(false);
}, 60_000);

test('another database of the same server is left out, though its standby is well', async () => {
  const name = `other_${process.pid}`;
  await runSql(cluster.primaryUrl, `CREATE DATABASE ${name}`);
  onTestFinished(async () => void (await runSql(cluster.primaryUrl, `DROP DATABASE ${name} WITH (FORCE)`)));
  const other = Object.assign(new URL(cluster.standbyUrl), { pathname: `/${name}` }).href;
  const client = await serve({ DATABASE_REPLICA_URLS: `${cluster.standbyUrl},${other}` });
  const replicas = [{ used: true }, { used: false, reason: 'is another database of the server' }];
  await vi.waitFor(async () => expect(await client.replicas()).toEqual({ status: 200, replicas }), 20_000);
}, 60_000);
