import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';
import { makeProject, type Started, startPlinth } from '../workers/support.ts';

const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
const FILES = {
  'schema.graphql': `
    type Account @model ${OPEN} { id: ID! name: String! @unique entries: [Entry!]! }
    type Entry @model ${OPEN} { id: ID! n: Int! account: Account! }
    type Mark @model ${OPEN} { id: ID! label: String! }
    extend type Query { slow(seconds: Int!): Int! @access(call: "true") careless: Int! @access(call: "true") }
    extend type Mutation { slowly(name: String!): Int! @access(call: "true") }`,
  'resolvers/slow.ts': `
    export const Query = {
      careless: () => {
        void Promise.reject(new Error('nobody waits for this'));
        return 1;
      },
      slow: async (_: unknown, { seconds }: any, { db }: any) => {
        await db.$queryRawUnsafe('SELECT pg_sleep($1)::text', seconds);
        return seconds;
      },
    };
    export const Mutation = {
      slowly: async (_: unknown, { name }: any, { db }: any) => {
        await db.account.create({ data: { id: crypto.randomUUID(), name } });
        await db.$queryRawUnsafe('SELECT pg_sleep(1)::text');
        return 1;
      },
    };`,
};
const PATIENT = 300_000;

async function database(): Promise<TestDatabase> {
  const made = await createDatabase();
  onTestFinished(() => made.drop());
  return made;
}

const createBoth = (name: string): string =>
  `mutation { createAccount(input: { name: "${name}", entries: { create: [{ n: 1 }, { n: 2 }] } }) { id } }`;
const createOne = (name: string): string => `mutation { createAccount(input: { name: "${name}" }) { id } }`;

/** Writes without a pause until the server is gone; answers the names whose writes were acknowledged. */
async function writeUntilGone(server: Started): Promise<string[]> {
  const acknowledged: string[] = [];
  for (;;) {
    const name = randomUUID();
    const both = acknowledged.length % 2 === 0;
    try {
      const { data } = await server.ask(both ? createBoth(name) : createOne(name));
      if (data?.createAccount) acknowledged.push(name);
    } catch {
      return acknowledged;
    }
  }
}

describe('kill -9 of the server under write load', () => {
  test(
    'over its embedded database: every acknowledged mutation is there, and no half of one',
    async () => {
      const directory = await makeProject(undefined, FILES);
      const acknowledged: string[] = [];
      for (let round = 0; round < 2; round++) {
        const server = await startPlinth(directory, {});
        const writers = Array.from({ length: 8 }, () => writeUntilGone(server));
        await vi.waitFor(async () => {
          const { data } = await server.ask('{ accountsAggregate { count } }');
          expect(data.accountsAggregate.count).toBeGreaterThan(acknowledged.length + 40);
        }, 60_000);
        server.child.kill('SIGKILL');
        acknowledged.push(...(await Promise.all(writers)).flat());
      }
      const server = await startPlinth(directory, {});
      const url = await embeddedUrl(directory);
      const stored = await runSql(
        url,
        'SELECT name, (SELECT count(*)::int FROM "Entry" e WHERE e."accountId" = a.id) AS entries FROM "Account" a',
      );
      const names = new Set(stored.map(({ name }) => name));
      expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
      expect(new Set(stored.map(({ entries }) => entries))).toEqual(new Set([0, 2]));
      expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    },
    PATIENT,
  );
});

/** A temporary directory is closed to PostgreSQL's account when root runs the tests; a note says where the data are. */
function dataOf(directory: string): string {
  const note = join(directory, '.plinth/database-location');
  return join(existsSync(note) ? readFileSync(note, 'utf8').trim() : join(directory, '.plinth'), 'postgres');
}

/** The embedded database says itself where it is: its note has the port, and beside it lies the password. */
async function embeddedUrl(directory: string): Promise<string> {
  const data = dataOf(directory);
  const port = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(data, 'plinth-password'), 'utf8');
  return `postgresql://plinth:${password}@127.0.0.1:${port}/plinth`;
}

test(
  'kill -9 of PostgreSQL in the middle of requests: they fail at once and may be tried again, and all heals',
  async () => {
    const directory = await makeProject(undefined, FILES);
    const server = await startPlinth(directory, {});
    await server.ask(createOne('before'));
    const pid = Number(readFileSync(join(dataOf(directory), 'postmaster.pid'), 'utf8').split('\n')[0]);
    const reading = Array.from({ length: 4 }, () => server.ask('{ slow(seconds: 30) }'));
    const writing = Array.from({ length: 2 }, (_, i) => server.ask(`mutation { slowly(name: "half ${i}") }`));
    const url = await embeddedUrl(directory);
    await vi.waitFor(async () => {
      const rows = await runSql(
        url,
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'",
      );
      expect(rows).toHaveLength(6);
    }, 20_000);
    process.kill(pid, 'SIGKILL');
    const answers = await Promise.all([...reading, ...writing]);
    expect(answers.map(({ codes }) => codes)).toEqual(answers.map(() => ['UNAVAILABLE']));
    await vi.waitFor(
      async () => expect((await fetch(`${server.url}/health/ready`)).status).toBe(200),
      30_000,
    );
    const after = await server.ask('{ accounts { name } }');
    expect(after.data).toEqual({ accounts: [{ name: 'before' }] });
    expect((await server.ask(createOne('after'))).codes).toEqual([]);
    expect(server.child.exitCode).toBeNull();
  },
  PATIENT,
);

test(
  'connections that are cut under write load: what is acknowledged is stored, and nothing twice',
  async () => {
    const { url } = await database();
    const server = await startPlinth(await makeProject(url, FILES), { DATABASE_URL: url });
    const query = 'mutation ($label: String!) { createMark(input: { label: $label }) { label } }';
    const acknowledged: string[] = [];
    const failed: unknown[] = [];
    let stopping = false;
    const write = async (): Promise<void> => {
      while (!stopping) {
        const label = randomUUID();
        const body = JSON.stringify({ query, variables: { label } });
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
        const { data, errors } = (await answer.json()) as {
          data: unknown;
          errors?: { extensions: { code: string } }[];
        };
        if (errors) failed.push(...errors.map(({ extensions }) => extensions.code));
        else acknowledged.push((data as { createMark: { label: string } }).createMark.label);
      }
    };
    const writers = Array.from({ length: 16 }, write);
    for (let cut = 0; cut < 25; cut++) {
      const before = acknowledged.length;
      await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 60), {
        timeout: 60_000,
        interval: 5,
      });
      await runSql(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'plinth'",
      );
    }
    stopping = true;
    await Promise.all(writers);
    const stored = await runSql(url, 'SELECT label, count(*)::int AS n FROM "Mark" GROUP BY label');
    const times = new Map(stored.map(({ label, n }) => [label, n]));
    expect(acknowledged.filter((label) => times.get(label) !== 1)).toEqual([]);
    expect(stored.filter(({ n }) => n !== 1)).toEqual([]);
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed)).toEqual(new Set(['UNAVAILABLE']));
  },
  PATIENT,
);

describe('a pool that slow queries have used up', () => {
  test(
    'lets the others fail soon as UNAVAILABLE, health answer, and heals at once',
    async () => {
      const { url } = await database();
      const server = await startPlinth(await makeProject(url, FILES), {
        DATABASE_URL: url,
        PLINTH_POOL_SIZE: '3',
      });
      const slow = Array.from({ length: 60 }, () => server.ask('{ slow(seconds: 12) }'));
      const busy =
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT pg_sleep%' AND state = 'active'";
      await vi.waitFor(async () => expect(await runSql(url, busy)).toHaveLength(3), 20_000);
      const [rest, live, ready] = await Promise.all([
        server.ask('{ accounts { name } }'),
        fetch(`${server.url}/health/live`),
        fetch(`${server.url}/health/ready`),
      ]);
      expect(await runSql(url, busy)).toHaveLength(3);
      expect([rest.codes, live.status, ready.status]).toEqual([['UNAVAILABLE'], 200, 200]);
      const codes = (await Promise.all(slow)).flatMap((answer) => answer.codes);
      expect(new Set(codes)).toEqual(new Set(['UNAVAILABLE']));
      expect((await server.ask('{ accounts { name } }')).codes).toEqual([]);
    },
    PATIENT,
  );
});

test(
  'SIGTERM under load: what is under way is answered, nothing acknowledged is lost, and the exit code is 0',
  async () => {
    const { url } = await database();
    const server = await startPlinth(await makeProject(url, FILES), { DATABASE_URL: url });
    const writers = Array.from({ length: 8 }, () => writeUntilGone(server));
    const slow = server.ask('mutation { slowly(name: "slow") }');
    await vi.waitFor(async () => {
      expect(
        (await server.ask('{ accountsAggregate { count } }')).data.accountsAggregate.count,
      ).toBeGreaterThan(20);
    }, 30_000);
    server.child.kill('SIGTERM');
    expect((await slow).data).toEqual({ slowly: 1 });
    const acknowledged = (await Promise.all(writers)).flat();
    expect(await server.ended).toEqual([0, null]);
    const stored = new Set((await runSql(url, 'SELECT name FROM "Account"')).map(({ name }) => name));
    expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
    expect(stored).toContain('slow');
  },
  PATIENT,
);

test(
  'a promise of the author that fails and that nobody waits for ends no process',
  async () => {
    const { url } = await database();
    const server = await startPlinth(await makeProject(url, FILES), { DATABASE_URL: url });
    expect((await server.ask('{ careless }')).data).toEqual({ careless: 1 });
    await vi.waitFor(
      () => expect(server.said()).toContain('a promise failed that nobody waited for'),
      10_000,
    );
    expect((await server.ask('{ careless }')).data).toEqual({ careless: 1 });
    expect(server.child.exitCode).toBeNull();
  },
  PATIENT,
);
