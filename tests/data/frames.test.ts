import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPrismaClient, type Db, openPool, type Tx } from '../../src/data/index.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';
import { prismaSchema } from './example-schemas.ts';

const PRISMA_SCHEMA = prismaSchema('model Item {\n  id Int @id\n\n  @@map("item")\n}');

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createDatabase();
  await runSql(database.url, 'CREATE TABLE item (id int PRIMARY KEY)');
  db = openPool({ url: database.url, max: 1 });
  await db.query('SELECT 1');
});

afterAll(async () => {
  await db.close();
  await database.drop();
});

const failureOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);
const insert = (tx: Tx, id: number): Promise<unknown> => tx.query('INSERT INTO item VALUES ($1)', [id]);
const isStored = async (id: number): Promise<boolean> =>
  (await db.query('SELECT FROM item WHERE id = $1', [id])).length > 0;

/** How often something was sent while `work` ran. */
async function messagesOf(work: () => Promise<unknown>): Promise<number> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    return query.mock.calls.length;
  } finally {
    query.mockRestore();
  }
}

describe('what stands around the statements of a transaction', () => {
  it('leaves with them', async () => {
    const two = await messagesOf(() =>
      db.transaction(async (tx) => [await insert(tx, 1), await insert(tx, 2)]),
    );
    expect(two).toBe(3);
    const texts = await messagesOf(() => db.transaction((tx) => tx.readTexts('SELECT $1::text', ['x'])));
    expect(texts).toBe(2);
    const inSavepoints = await messagesOf(() =>
      db.transaction(async (tx) => {
        await tx.savepoint(() => tx.savepoint(() => insert(tx, 3)));
        await tx.savepoint(() => insert(tx, 4));
      }),
    );
    expect(inSavepoints).toBe(3);
    expect([await isStored(1), await isStored(2), await isStored(3), await isStored(4)]).toEqual(
      Array(4).fill(true),
    );
  });

  it('does not leave where there are none', async () => {
    expect(await messagesOf(() => db.transaction(async () => undefined))).toBe(0);
    const work = db.transaction((tx) => tx.savepoint(() => Promise.reject(new Error('no'))));
    expect(await messagesOf(() => failureOf(work))).toBe(0);
  });

  it('goes ahead of several statements in one text, and of those of Prisma', async () => {
    await failureOf(
      db.transaction(async (tx) => {
        await tx.execute('INSERT INTO item VALUES (11); INSERT INTO item VALUES (12)');
        throw new Error('no');
      }),
    );
    expect([await isStored(11), await isStored(12)]).toEqual([false, false]);
    const prisma = await createPrismaClient({ prismaSchema: PRISMA_SCHEMA, db });
    const create = async (id: number) => (prisma as never as Items).item.create({ data: { id } });
    const failed = db.transaction(async (tx) => {
      await tx.savepoint(() => create(13));
      throw new Error('no');
    });
    expect(String(await failureOf(failed))).toBe('Error: no');
    expect(await isStored(13)).toBe(false);
    await db.transaction(() => create(13));
    expect(await isStored(13)).toBe(true);
  });

  it('is not about savepoints that are gone', async () => {
    await db.transaction(async (tx) => {
      await insert(tx, 21);
      await failureOf(
        tx.savepoint(async () => {
          await insert(tx, 22);
          await tx.savepoint(() => insert(tx, 23));
          throw new Error('no');
        }),
      );
      await insert(tx, 24);
      await failureOf(tx.savepoint(() => Promise.reject(new Error('before anything was sent'))));
      await insert(tx, 25);
    });
    const stored = await Promise.all([21, 22, 23, 24, 25].map(isStored));
    expect(stored).toEqual([true, false, false, true, true]);
  });

  it('shows a failure that was kept back, and undoes no more than the savepoint', async () => {
    await db.transaction(async (tx) => {
      await insert(tx, 31);
      const failed = tx.savepoint(async () => {
        await insert(tx, 32);
        await failureOf(insert(tx, 32));
      });
      expect(await failureOf(failed)).toMatchObject({ sqlState: '25P02' });
      await insert(tx, 33);
      await tx.savepoint(async () => {
        await failureOf(tx.savepoint(() => insert(tx, 33)));
        await insert(tx, 34);
      });
    });
    expect(await Promise.all([31, 32, 33, 34].map(isStored))).toEqual([true, false, true, true]);
  });

  it('stands around the next statement where the first was never sent', async () => {
    await failureOf(
      db.transaction(async (tx) => {
        const signal = AbortSignal.abort();
        expect(await failureOf(tx.query('SELECT $1::int', [1], { signal }))).toMatchObject({
          kind: 'cancelled',
        });
        await insert(tx, 41);
        throw new Error('no');
      }),
    );
    expect(await isStored(41)).toBe(false);
  });

  it('lets nothing happen on its own where the transaction could not begin', async () => {
    const isolation = 'of a kind that there is not' as 'serializable';
    for (const first of [
      (tx: Tx) => insert(tx, 51),
      (tx: Tx) => tx.execute('INSERT INTO item VALUES (51)'),
      (tx: Tx) => tx.readTexts('INSERT INTO item VALUES ($1) RETURNING id', [51], { name: 'never_prepared' }),
    ]) {
      const failed = db.transaction(
        async (tx) => {
          await failureOf(first(tx));
          await failureOf(insert(tx, 52));
        },
        { isolation },
      );
      expect(await failureOf(failed)).toMatchObject({ sqlState: '25P02' });
      expect(await Promise.all([51, 52].map(isStored))).toEqual([false, false]);
    }
    const again = db.transaction((tx) =>
      tx.readTexts('INSERT INTO item VALUES ($1) RETURNING id', [51], { name: 'never_prepared' }),
    );
    expect(await again).toEqual(['51']);
  });

  it('leaves the connection to others where a value cannot be sent', async () => {
    const circle: Record<string, unknown> = {};
    circle.itself = circle;
    const failed = db.transaction((tx) => tx.query('SELECT $1::json', [circle]));
    expect(String(await failureOf(failed))).toMatch(/circular/);
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await db.transaction((tx) => insert(tx, 61));
    expect(await isStored(61)).toBe(true);
  });

  it('is prepared with nobody: names mean what they did', async () => {
    const named = (tx: Tx) => tx.query('SELECT $1::int AS n', [7], { name: 'seven' });
    for (let turn = 0; turn < 3; turn++) {
      expect(await db.transaction(named)).toEqual([{ n: 7 }]);
      expect(await db.transaction(async (tx) => [...(await named(tx)), ...(await named(tx))])).toHaveLength(
        2,
      );
    }
    expect(await db.query('SELECT $1::int AS n', [7], { name: 'seven' })).toEqual([{ n: 7 }]);
  });
});

interface Items {
  readonly item: { create(args: { data: { id: number } }): Promise<unknown> };
}
