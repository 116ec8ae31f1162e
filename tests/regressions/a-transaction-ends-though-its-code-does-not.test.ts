import { afterEach, beforeEach, expect, it } from 'vitest';
import { createPrismaClient, type Db, openPool, type Tx } from '../../src/data/index.ts';
import { prismaSchema } from '../data/example-schemas.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';

const PRISMA_SCHEMA = prismaSchema('model Item {\n  id Int @id\n\n  @@map("item")\n}');

let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await createDatabase();
  await runSql(database.url, 'CREATE TABLE item (id int PRIMARY KEY)');
  db = openPool({ url: database.url, max: 1, connectTimeoutMs: 5_000 });
});

afterEach(async () => {
  await db.close();
  await database.drop();
});

const failureOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
const insert = (tx: Tx, id: number): Promise<unknown> => tx.query('INSERT INTO item VALUES ($1)', [id]);
const never = new Promise<never>(() => undefined);

it('whatever it waits for: others have its connection, and the pool can be closed', async () => {
  const leaving = new AbortController();
  let late: (() => Promise<unknown>) | undefined;
  const left = db.transaction(
    async (tx) => {
      await insert(tx, 1);
      late = () => insert(tx, 2);
      leaving.abort(new Error('gone'));
      await never;
    },
    { signal: leaving.signal },
  );
  expect(await failureOf(left)).toMatchObject({ kind: 'cancelled', cause: new Error('gone') });
  await db.transaction(async (tx) => {
    await expect((async () => late?.())()).rejects.toThrow(/is over/);
    await insert(tx, 3);
  });
  expect(await db.query('SELECT id FROM item')).toEqual([{ id: 3 }]);
});

it('also where it waits for a turn that never comes', async () => {
  const leaving = new AbortController();
  const left = db.transaction(
    async (tx) => {
      let inner: Promise<unknown> = Promise.resolve();
      const outer = tx.savepoint(async () => {
        leaving.abort();
        await inner;
      });
      inner = tx.savepoint(() => insert(tx, 1));
      await outer;
    },
    { signal: leaving.signal },
  );
  expect(await failureOf(left)).toMatchObject({ kind: 'cancelled' });
  expect(await db.query('SELECT id FROM item')).toEqual([]);
});

it('statements of Prisma are ended with it', async () => {
  const prisma = await createPrismaClient({ prismaSchema: PRISMA_SCHEMA, db });
  const leaving = new AbortController();
  const left = db.transaction(
    async (tx) => {
      await insert(tx, 1);
      const sleeping = prisma.$queryRawUnsafe('SELECT pg_sleep(300)::text');
      await Promise.all([sleeping, isAsleep().then(() => leaving.abort())]);
    },
    { signal: leaving.signal },
  );
  expect(await failureOf(left)).toBeInstanceOf(Error);
  expect(await asleep()).toBe(0);
  expect(await db.query('SELECT id FROM item')).toEqual([]);
});

async function asleep(): Promise<number> {
  const here = "datname = current_database() AND wait_event = 'PgSleep'";
  const [row] = await runSql(database.url, `SELECT count(*)::int AS n FROM pg_stat_activity WHERE ${here}`);
  return Number(row?.n);
}

async function isAsleep(): Promise<void> {
  while ((await asleep()) === 0);
}
