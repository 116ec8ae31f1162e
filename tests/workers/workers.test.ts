import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openReady } from '../serve/socket-support.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';
import { ADMIN_KEY, keepConnecting, makeProject, type Started, spawnPlinth, startPlinth } from './support.ts';

async function database(): Promise<TestDatabase> {
  const made = await createDatabase();
  onTestFinished(() => made.drop());
  return made;
}

/** Process ids that answer, asked until there are `count` different ones. */
async function workersOf(server: Started, count: number): Promise<Set<number>> {
  const pids = new Set<number>();
  await vi.waitFor(
    async () => {
      pids.add((await server.ask('{ pid }')).data.pid);
      expect(pids.size).toBe(count);
    },
    { timeout: 10_000, interval: 5 },
  );
  return pids;
}

test('WORKERS=2: two processes answer on one port over one embedded database, and SIGTERM ends all with 0', async () => {
  const directory = await makeProject(undefined);
  const server = await startPlinth(directory, { WORKERS: '2' });
  const pids = await workersOf(server, 2);
  expect(pids).not.toContain(server.child.pid);
  const made = await server.ask('mutation { createItem(input: { name: "one" }) { id } }');
  for (let i = 0; i < 4; i++) {
    const { data } = await server.ask(`{ item(id: "${made.data.createItem.id}") { name } }`);
    expect(data).toEqual({ item: { name: 'one' } });
  }
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  server.child.kill('SIGTERM');
  expect(await server.ended).toEqual([0, null]);
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
}, 120_000);

test('a stop answers what is under way in every worker; too few connections are warned of', async () => {
  const { url } = await database();
  const server = await startPlinth(await makeProject(url), {
    WORKERS: '2',
    PLINTH_POOL_SIZE: '60',
    DATABASE_URL: url,
  });
  expect(server.said()).toContain(
    '2 processes with PLINTH_POOL_SIZE=60 may open 134 connections, and PostgreSQL grants 97.',
  );
  await workersOf(server, 2);
  const sockets = await Promise.all(Array.from({ length: 6 }, () => openReady(server.url)));
  const underWay = Array.from({ length: 6 }, () => server.ask('{ wait(ms: 3000) }'));
  for (const raw of sockets)
    raw.send({ id: '1', type: 'subscribe', payload: { query: '{ wait(ms: 3000) }' } });
  // Both have answered something newer, so they have what came before.
  await workersOf(server, 2);
  server.child.kill('SIGINT');
  const answers = await Promise.all(underWay);
  expect(new Set(answers.map(({ data }) => data.wait)).size).toBe(2);
  const overSockets = await Promise.all(sockets.map((raw) => raw.next()));
  expect(overSockets.map(({ type }) => type)).toEqual(Array(6).fill('next'));
  for (const raw of sockets) expect((await raw.closed).code).toBe(1001);
  expect(await server.ended).toEqual([0, null]);
  await expect(fetch(`${server.url}/health/live`)).rejects.toThrow();
}, 120_000);

test('a worker that dies is replaced, and the others answer meanwhile', async () => {
  const { url } = await database();
  const server = await startPlinth(await makeProject(url), { WORKERS: '2', DATABASE_URL: url });
  const before = await workersOf(server, 2);
  await expect(server.ask('{ die }')).rejects.toThrow();
  expect((await server.ask('{ pid }')).status).toBe(200);
  let after = new Set<number>();
  await vi.waitFor(async () => {
    after = await workersOf(server, 2);
    expect([...after].filter((pid) => before.has(pid))).toHaveLength(1);
  }, 30_000);
  expect(server.said()).toContain('a worker ended; replacing it');
  server.child.kill('SIGTERM');
  expect(await server.ended).toEqual([0, null]);
}, 120_000);

test('workers that are killed while connections are opened are replaced each time, and no client waits for ever', async () => {
  const { url } = await database();
  const server = await startPlinth(await makeProject(url), { WORKERS: '2', DATABASE_URL: url });
  await workersOf(server, 2);
  const settle = keepConnecting(server.url);
  let kills = 0;
  for (const count of [1, 1, 2]) {
    const victims = [...(await workersOf(server, 2))].slice(0, count);
    for (const pid of victims) process.kill(pid, 'SIGKILL');
    kills += count;
    await vi.waitFor(() => expect(server.said().match(/a worker ended; replacing it/g)).toHaveLength(kills), {
      timeout: 10_000,
    });
    await vi.waitFor(async () => {
      const now = await workersOf(server, 2);
      for (const pid of victims) expect(now).not.toContain(pid);
    }, 60_000);
  }
  const fates = await settle();
  expect(fates.get(200)).toBeGreaterThan(100);
  expect(fates.get('no answer')).toBeUndefined();
  const stopped = Date.now();
  server.child.kill('SIGTERM');
  expect(await server.ended).toEqual([0, null]);
  expect(Date.now() - stopped).toBeLessThan(10_000);
}, 240_000);

test('a worker that cannot start ends the whole with its reason', async () => {
  const { url } = await database();
  const directory = await makeProject(url);
  writeFileSync(join(directory, 'resolvers/broken.ts'), 'export const Query = 3;');
  const run = spawnPlinth(['start', '--project', directory, '--port', '0'], {
    DATABASE_URL: url,
    WORKERS: '2',
    PLINTH_SECRET: 'kJ8sQ2mZx0Vb7Lp4Tn6Yw1Rc9Hd5Gf3A',
  });
  expect(await run.ended).toEqual([1, null]);
  const reason = 'resolvers/broken.ts: the export "Query" must be an object of resolver functions.';
  expect(run.said().split(reason)).toHaveLength(2);
}, 120_000);

test('what the first process finds wrong is told once, and no worker is started', async () => {
  const deployed = await makeProject((await database()).url);
  const run = spawnPlinth(['start', '--project', deployed], {
    DATABASE_URL: (await database()).url,
    WORKERS: '3',
    PLINTH_SECRET: 'kJ8sQ2mZx0Vb7Lp4Tn6Yw1Rc9Hd5Gf3A',
  });
  expect(await run.ended).toEqual([1, null]);
  expect(run.said().match(/pending/g)).toHaveLength(1);
}, 120_000);

test('a session that ends in one worker ends in all within the stated seconds', async () => {
  const { url } = await database();
  const server = await startPlinth(await makeProject(url), { WORKERS: '2', DATABASE_URL: url });
  const account = '{ email: "ann@example.com", password: "correct horse battery", name: "Ann" }';
  const { data } = await server.ask(`mutation { signUp(input: ${account}) { token } }`);
  const session = { authorization: `Bearer ${data.signUp.token}` };
  const isSignedIn = async (): Promise<unknown[]> => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => server.ask('{ pid viewer { email } }', session)),
    );
    return answers.map((answer) => answer.data.viewer?.email ?? null);
  };
  await vi.waitFor(async () => expect(new Set(await isSignedIn())).toEqual(new Set(['ann@example.com'])));
  await server.ask('mutation { signOut }', session);
  await vi.waitFor(async () => expect(new Set(await isSignedIn())).toEqual(new Set([null])), 8_000);
  expect((await runSql(url, 'SELECT 1 FROM plinth_session')).length).toBe(0);
}, 120_000);

test('dev serves from one process and says so', async () => {
  const { url } = await database();
  const directory = await makeProject(url);
  const run = spawnPlinth(['dev', '--project', directory, '--port', '0', '--no-watch'], {
    DATABASE_URL: url,
    WORKERS: '2',
    PLINTH_ADMIN_KEY: ADMIN_KEY,
  });
  await vi.waitFor(() => expect(run.said()).toContain('serves'), { timeout: 30_000 });
  expect(run.said()).toContain('WORKERS=2 is for "plinth start"');
  run.child.kill('SIGTERM');
  expect(await run.ended).toEqual([0, null]);
}, 120_000);
