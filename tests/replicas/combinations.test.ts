import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { runSql } from '../support/database.ts';
import { type Cluster, startCluster } from '../support/standby.ts';
import { ADMIN_KEY, makeProject, type Started, startPlinth } from '../workers/support.ts';

const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
/** `Kept` may be kept by the server's cache, `Note` not. */
const FILES = {
  'schema.graphql': `
    type Note @model ${OPEN} { id: ID! text: String! }
    type Kept @model ${OPEN} @cacheControl(maxAge: 3600) { id: ID! text: String! }`,
};
const as = (id: string) => ({ 'x-plinth-admin-key': ADMIN_KEY, 'x-plinth-as': JSON.stringify({ id }) });

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
}, 120_000);
afterAll(() => cluster?.stop());
afterEach(() => cluster.resume());

/** A server on the primary and on a replica that has all its tables, is used, and replays no more. */
async function servePaused(environment: Readonly<Record<string, string>>): Promise<Started> {
  await runSql(cluster.primaryUrl, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const directory = await makeProject(cluster.primaryUrl, FILES);
  const server = await startPlinth(directory, {
    DATABASE_URL: cluster.primaryUrl,
    DATABASE_REPLICA_URLS: cluster.standbyUrl,
    ...environment,
  });
  await vi.waitFor(async () => {
    // Side by side, so that every worker is asked: each finds out by itself.
    const ask = async () => (await fetch(`${server.url}/health/ready`)).json();
    for (const ready of await Promise.all(Array.from({ length: 16 }, ask)))
      expect(ready).toMatchObject({ replicas: [{ used: true }] });
    const [row] = await runSql(cluster.standbyUrl, `SELECT to_regclass('"Kept"') IS NOT NULL AS there`);
    expect(row?.there).toBe(true);
  }, 30_000);
  await cluster.pause();
  await vi.waitFor(async () => {
    const [row] = await runSql(cluster.standbyUrl, 'SELECT pg_get_wal_replay_pause_state() AS state');
    expect(row?.state).toBe('paused');
  }, 20_000);
  return server;
}

const texts = async (server: Started, root: 'notes' | 'kepts', viewer: string): Promise<string[]> => {
  const { data, codes } = await server.ask(`{ ${root} { text } }`, as(viewer));
  expect(codes).toEqual([]);
  return data[root].map(({ text }: { text: string }) => text);
};
const write = async (server: Started, model: 'Note' | 'Kept', text: string): Promise<void> => {
  const answer = await server.ask(
    `mutation { create${model}(input: { text: "${text}" }) { id } }`,
    as('ann'),
  );
  expect(answer.codes).toEqual([]);
};

test('with the server cache: what may be kept is never what the replica still has', async () => {
  const server = await servePaused({ PLINTH_REPLICA_LAG_MS: '300000' });
  for (const text of ['first', 'second']) {
    await write(server, 'Kept', text);
    await write(server, 'Note', text);
    // Twice each: worked out, and from the cache.
    for (const viewer of ['ann', 'bob', 'ann', 'bob'])
      expect(await texts(server, 'kepts', viewer)).toContain(text);
    expect(await texts(server, 'notes', 'ann')).toContain(text);
    // Others read from the replica, which shows that it is used at all.
    expect(await texts(server, 'notes', 'bob')).toEqual([]);
  }
  const { headers } = await server.ask('{ kepts { text } }', as('bob'));
  expect(headers.get('age')).not.toBeNull();
  await cluster.resume();
  await vi.waitFor(
    async () => expect((await texts(server, 'notes', 'bob')).sort()).toEqual(['first', 'second']),
    20_000,
  );
}, 120_000);

test('with workers: every one of them knows what its viewer has written through another', async () => {
  const server = await servePaused({ WORKERS: '2', PLINTH_REPLICA_LAG_MS: '300000' });
  for (const text of ['first', 'second', 'third']) {
    await write(server, 'Note', text);
    // Workers tell each other, which may come a moment after the answer; then it holds in all.
    await vi.waitFor(async () => {
      const seen = await Promise.all(Array.from({ length: 16 }, () => texts(server, 'notes', 'ann')));
      for (const one of seen) expect(one).toContain(text);
    }, 20_000);
    for (let i = 0; i < 8; i++) expect(await texts(server, 'notes', 'bob')).toEqual([]);
  }
}, 120_000);
