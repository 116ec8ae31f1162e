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

  it('is unavailable where its connection is lost, whatever is kept back', async () => {
    const failed = db.transaction(async (tx) => {
      await failureOf(tx.savepoint(() => tx.query('SELECT pg_terminate_backend(pg_backend_pid())')));
      await failureOf(insert(tx, 55));
    });
    expect(await failureOf(failed)).toMatchObject({ kind: 'unavailable' });
    expect(await isStored(55)).toBe(false);
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

  it('goes ahead of a statement that is none, though it has values', async () => {
    const failed = db.transaction(async (tx) => {
      await tx.query('', [1]);
      await insert(tx, 71);
      throw new Error('no');
    });
    expect(String(await failureOf(failed))).toBe('Error: no');
    expect(await isStored(71)).toBe(false);
  });

  it('is not about the connection of somebody else, who has it by now', async () => {
    const [isOver, over] = signal();
    let late: Promise<unknown> = Promise.resolve();
    await db.transaction(async (tx) => {
      const [isStoredNow, stored] = signal();
      late = failureOf(
        tx.savepoint(async () => {
          await insert(tx, 81);
          stored();
          await isOver;
          throw new Error('late');
        }),
      );
      await isStoredNow;
    });
    await db.transaction((tx) =>
      tx.savepoint(async () => {
        await insert(tx, 82);
        over();
        expect(String(await late)).toBe('Error: late');
      }),
    );
    expect(await isStored(82)).toBe(true);
  });
});

describe('savepoints that begin at once', () => {
  const prismaClient = async (): Promise<Items> =>
    (await createPrismaClient({ prismaSchema: PRISMA_SCHEMA, db })) as never as Items;

  it('take turns, so that each undoes its own only', async () => {
    await db.transaction(async (tx) => {
      const inSavepoint = (id: number) =>
        tx.savepoint(async () => {
          await insert(tx, id);
          if (id === 92) throw new Error('no');
        });
      await Promise.allSettled([91, 92, 93].map(inSavepoint));
    });
    expect(await Promise.all([91, 92, 93].map(isStored))).toEqual([true, false, true]);
  });

  it('take turns with those of Prisma, and with those inside of them', async () => {
    const prisma = await prismaClient();
    const create = (client: Items, id: number) => client.item.create({ data: { id } });
    await db.transaction(async (tx) => {
      const undone = prisma.$transaction(async (inner) => {
        await create(inner, 101);
        await Promise.all([create(inner, 102), inner.$transaction(() => create(prisma, 103))]);
        throw new Error('no');
      });
      const kept = tx.savepoint(() => prisma.$transaction((inner) => create(inner, 104)));
      expect(await Promise.all([failureOf(undone), failureOf(kept)])).toMatchObject([
        new Error('no'),
        { id: 104 },
      ]);
    });
    expect(await Promise.all([101, 102, 103, 104].map(isStored))).toEqual([false, false, false, true]);
  });

  it('end nothing in silence where one was not waited for', async () => {
    const failed = db.transaction(async (tx) => {
      const [isStoredNow, stored] = signal();
      await tx.savepoint(async () => {
        void failureOf(
          tx.savepoint(async () => {
            await insert(tx, 111);
            stored();
            await new Promise(() => undefined);
          }),
        );
        await isStoredNow;
      });
    });
    expect(String(await failureOf(failed))).toMatch(/overlapped/);
    expect(await isStored(111)).toBe(false);
  });

  it('undo nothing in silence that was written beside them', async () => {
    const prisma = await prismaClient();
    const beside = (end: () => Promise<void>) =>
      db.transaction(async () => {
        const [isBegun, begun] = signal();
        const [isStoredNow, stored] = signal();
        const nested = prisma.$transaction(async (inner) => {
          await inner.item.count();
          begun();
          await isStoredNow;
          await end();
        });
        await isBegun;
        await prisma.item.create({ data: { id: 121 } });
        stored();
        await failureOf(nested);
      });
    expect(await failureOf(beside(() => Promise.reject(new Error('no'))))).toMatchObject({
      cause: { message: expect.stringMatching(/beside a nested transaction/) },
    });
    expect(await isStored(121)).toBe(false);
    await beside(async () => undefined);
    expect(await isStored(121)).toBe(true);
  });

  it('have the isolation of the transaction, and say so', async () => {
    const prisma = await prismaClient();
    const asked = (isolationLevel: string) =>
      db.transaction(() => prisma.$transaction((inner) => inner.item.count(), { isolationLevel }));
    expect(String(await failureOf(asked('Serializable')))).toMatch(
      /isolationLevel Serializable is not possible/,
    );
    expect(await asked('ReadCommitted')).toEqual(expect.any(Number));
  });
});

describe('where a statement is no longer waited for', () => {
  /** A pool that waits a fifth of a second, and a lock that its statements wait for. */
  async function impatient(work: (impatient: Db, unlock: () => Promise<unknown>) => Promise<void>) {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock(1)');
    const hasty = openPool({ url: `${database.url}?query_timeout=200`, max: 1 });
    try {
      await work(hasty, () => holder.query('SELECT pg_advisory_unlock(1)'));
    } finally {
      await holder.end();
      await hasty.close();
    }
  }
  const storeAndWait = (tx: Tx, id: number) =>
    tx.query('WITH made AS (INSERT INTO item VALUES ($1)) SELECT pg_advisory_xact_lock(1)', [id]);

  it('nobody commits what was to be rolled back', () =>
    impatient(async (hasty, unlock) => {
      const failed = hasty.transaction((tx) => storeAndWait(tx, 211));
      expect(String(await failureOf(failed))).toMatch(/timeout/);
      await unlock();
      await hasty.transaction((tx) => insert(tx, 212));
      expect([await isStored(211), await isStored(212)]).toEqual([false, true]);
    }));

  it('nothing is committed that a savepoint should have undone', () =>
    impatient(async (hasty, unlock) => {
      const failed = hasty.transaction(async (tx) => {
        await insert(tx, 221);
        await failureOf(tx.savepoint(() => storeAndWait(tx, 222)));
        await unlock();
        await insert(tx, 223);
      });
      expect(String(await failureOf(failed))).toMatch(/timeout/);
      expect(await Promise.all([221, 222, 223].map(isStored))).toEqual([false, false, false]);
    }));
});

/** A promise, and what fulfils it. */
function signal(): readonly [Promise<void>, () => void] {
  let fulfil = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    fulfil = resolve;
  });
  return [promise, fulfil];
}

interface Items {
  $transaction(work: (inner: Items) => Promise<unknown>, options?: object): Promise<unknown>;
  readonly item: { create(args: { data: { id: number } }): Promise<unknown>; count(): Promise<number> };
}
