import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { type Db, deployMigrations, detectPooler, openPool } from '../../src/data/index.ts';
import { startTestServer } from '../../src/testing/index.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';
import { type PgBouncer, startPgBouncer, withoutPgBouncer } from '../support/pgbouncer.ts';

test('detectPooler finds none before PostgreSQL itself, and says when nobody answers', async () => {
  expect(await detectPooler(inject('databaseUrl'))).toBeUndefined();
  await expect(detectPooler('postgresql://x:y@127.0.0.1:1/z')).rejects.toMatchObject({ kind: 'unavailable' });
});

describe.skipIf(withoutPgBouncer)(withoutPgBouncer ?? 'PgBouncer in transaction mode', () => {
  let bouncer: PgBouncer;
  let database: TestDatabase;
  let url: string;
  beforeAll(async () => {
    bouncer = await startPgBouncer();
    database = await createDatabase();
    url = bouncer.through(database.url);
  });
  afterAll(async () => {
    await bouncer.stop();
    await database.drop();
  });

  async function open(options: { statementTimeoutMs?: number } = {}): Promise<Db> {
    const pooler = await detectPooler(url);
    const db = openPool({ url, pooler, max: 8, ...options });
    onTestFinished(() => db.close());
    return db;
  }

  test('is found, also where it swallows settings instead of refusing them', async () => {
    const found = await detectPooler(url);
    expect(found).toEqual({ keepsPrepared: expect.any(Boolean) });
    const lenient = await startPgBouncer({ ignore_startup_parameters: 'options,statement_timeout' });
    onTestFinished(() => lenient.stop());
    expect(await detectPooler(lenient.through(database.url))).toEqual(found);
  });

  test('runs statements that have a name, on whatever connection comes next', async () => {
    const db = await open();
    for (let i = 0; i < 12; i++)
      expect(await db.query('SELECT $1::int4 AS n', [i], { name: 'numbered' })).toEqual([{ n: i }]);
    const named = await db.transaction(async (tx) => [
      await tx.query('SELECT 1 AS n', [], { name: 'one' }),
      await tx.query('SELECT 1 AS n', [], { name: 'one' }),
    ]);
    expect(named).toEqual([[{ n: 1 }], [{ n: 1 }]]);
    const twice = (i: number) =>
      db.transaction(async (tx) => {
        const read = (n: number) => tx.readTexts('SELECT $1::text', [n], { name: 'text' });
        return [await tx.savepoint(() => read(i)), await read(i + 1)];
      });
    const texts = await Promise.all(Array.from({ length: 24 }, (_, i) => twice(i)));
    expect(texts).toEqual(texts.map((_, i) => [[String(i)], [String(i + 1)]]));
  });

  test('writes instants the same way on every connection, whatever the database prefers', async () => {
    const name = new URL(database.url).pathname.slice(1);
    await runSql(
      database.url,
      `ALTER DATABASE ${name} SET timezone = 'Asia/Tokyo'; ALTER DATABASE ${name} SET datestyle = 'German'`,
    );
    const db = await open();
    const instants = await Promise.all(
      Array.from({ length: 16 }, () => db.query("SELECT timestamptz '2026-01-02 03:04:05Z' AS at")),
    );
    expect(new Set(instants.map(([row]) => row?.at))).toEqual(new Set(['2026-01-02 03:04:05+00']));
  });

  test('passes a cancellation on', async () => {
    const db = await open();
    const abort = new AbortController();
    const sleeping = db.query('SELECT pg_sleep(600)', [], { signal: abort.signal });
    const running = () =>
      runSql(
        database.url,
        "SELECT 1 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)' AND state = 'active'",
      );
    await vi.waitFor(async () => expect(await running()).toHaveLength(1));
    abort.abort();
    await expect(sleeping).rejects.toMatchObject({ kind: 'cancelled' });
    await vi.waitFor(async () => expect(await running()).toHaveLength(0));
    expect(await db.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  test('limits the time of statements in transactions, and of those alone', async () => {
    const db = await open({ statementTimeoutMs: 150 });
    const slow = db.transaction((tx) => tx.query('SELECT pg_sleep(600)'));
    await expect(slow).rejects.toMatchObject({ kind: 'timeout' });
    const limits = await Promise.all(
      Array.from({ length: 8 }, () => db.query("SELECT current_setting('statement_timeout') AS t")),
    );
    expect(new Set(limits.map(([row]) => row?.t))).toEqual(new Set(['0']));
  });

  test('lets one of two deployments at once do the work, and keeps no lock', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'plinth-pgbouncer-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const folder = join(directory, 'prisma/migrations/20260101000000_init');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'migration.sql'), 'CREATE TABLE made AS SELECT pg_sleep(0.3)::text AS slept;');
    const runs = await Promise.all([deployMigrations(url, directory), deployMigrations(url, directory)]);
    expect(runs.flatMap(({ applied }) => applied)).toEqual(['20260101000000_init']);
    const locks = `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database() WHERE locktype = 'advisory'`;
    expect(await runSql(database.url, locks)).toHaveLength(0);
  });
});

describe.skipIf(withoutPgBouncer)(withoutPgBouncer ?? 'A server behind PgBouncer', () => {
  test('migrates, writes, reads and signs in', async () => {
    const bouncer = await startPgBouncer();
    const database = await createDatabase();
    const project = mkdtempSync(join(tmpdir(), 'plinth-pgbouncer-'));
    const rules = '@access(read: "true", create: "viewer != null", update: "true", delete: "true")';
    writeFileSync(
      join(project, 'schema.graphql'),
      `type Team @model ${rules} { id: ID! name: String! @unique score: Int! @default(value: 0) members: [Member!]! }
       type Member @model ${rules} { id: ID! name: String! team: Team! }`,
    );
    const server = await startTestServer({ project, databaseUrl: bouncer.through(database.url) });
    onTestFinished(async () => {
      await server.stop();
      await bouncer.stop();
      await database.drop();
      rmSync(project, { recursive: true, force: true });
    });
    const create =
      'mutation($name: String!) { createTeam(input: { name: $name, members: { create: [{ name: "a" }, { name: "b" }] } }) { id } }';
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, i) => server.graphql(create, { name: `team ${i}` }, { id: 'x' })),
    );
    expect(made.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    const read =
      'query($name: String!) { teamByName(name: $name) { name members(orderBy: [{ name: ASC }]) { name } } }';
    const teams = await Promise.all(
      Array.from({ length: 60 }, (_, i) => server.graphql(read, { name: `team ${i % 12}` }, { id: 'x' })),
    );
    for (const [i, { data }] of teams.entries())
      expect(data.teamByName).toEqual({ name: `team ${i % 12}`, members: [{ name: 'a' }, { name: 'b' }] });
    const id = made[0]?.data.createTeam.id;
    const count = 'mutation($id: ID!) { updateTeam(id: $id, input: { increment: { score: 1 } }) { id } }';
    await Promise.all(Array.from({ length: 30 }, () => server.graphql(count, { id })));
    expect(
      (await server.graphql('query($id: ID!) { team(id: $id) { score } }', { id })).data.team.score,
    ).toBe(30);
    const account = '{ email: "ann@example.com", password: "correct horse battery", name: "Ann" }';
    const signedUp = await server.graphql(`mutation { signUp(input: ${account}) { token } }`, {}, null);
    expect(signedUp.data.signUp.token).toEqual(expect.any(String));
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  }, 120_000);
});
