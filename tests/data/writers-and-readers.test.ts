import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Db, openPool } from '../../src/data/index.ts';
import { createDatabase, runSql, runSqlUntil, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await createDatabase();
  await runSql(database.url, 'CREATE TABLE hit (n int); INSERT INTO hit VALUES (0)');
  db = openPool({ url: database.url, max: 4, connectTimeoutMs: 2_000 });
});

afterEach(async () => {
  await db.close();
  await database.drop();
});

const UPDATE = 'UPDATE hit SET n = n + $1';
const failureOf = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('those who wait for a lock', () => {
  it.each([
    ['in transactions', () => db.transaction((tx) => tx.execute(UPDATE, [1]))],
    ['in statements of their own', () => db.readTexts(`${UPDATE} RETURNING n`, [1], { shares: 'write' })],
  ])('leave connections to readers (%s)', async (_where, write) => {
    const locked = await runSqlUntil(database.url, 'BEGIN; SELECT * FROM hit FOR UPDATE');
    const writers = Array.from({ length: 20 }, () => write());
    for (let turn = 0; turn < 10; turn++) {
      const [rows, texts, looked] = await Promise.all([
        db.query('SELECT n FROM hit'),
        db.readTexts('SELECT n FROM hit', [], { shares: 'read' }),
        db.transaction((tx) => tx.query('SELECT n FROM hit'), { readOnly: true }),
      ]);
      expect([rows, texts, looked]).toEqual([[{ n: 0 }], ['0'], [{ n: 0 }]]);
    }
    await locked.release();
    await Promise.all(writers);
    expect(await db.query('SELECT n FROM hit')).toEqual([{ n: 20 }]);
  });

  it('are told when their turn does not come, or leave before it', async () => {
    const locked = await runSqlUntil(database.url, 'BEGIN; SELECT * FROM hit FOR UPDATE');
    const abort = new AbortController();
    const write = (signal?: AbortSignal) =>
      db.transaction((tx) => tx.execute(UPDATE, [1]), signal ? { signal } : {});
    const inside = [write(), write(), write()];
    const late = failureOf(write());
    const leaving = failureOf(write(abort.signal));
    abort.abort(new Error('gone'));
    expect(await leaving).toMatchObject({ kind: 'cancelled', cause: new Error('gone') });
    expect(await failureOf(write(AbortSignal.abort()))).toMatchObject({ kind: 'cancelled' });
    expect(await late).toMatchObject({ kind: 'unavailable' });
    await locked.release();
    await Promise.all(inside);
    await write();
    expect(await db.query('SELECT n FROM hit')).toEqual([{ n: 4 }]);
  });

  it('do not keep the pool from closing', async () => {
    const locked = await runSqlUntil(database.url, 'BEGIN; SELECT * FROM hit FOR UPDATE');
    const writers = Array.from({ length: 6 }, () =>
      failureOf(db.transaction((tx) => tx.execute(UPDATE, [1]))),
    );
    await db.query('SELECT 1');
    const closed = db.close();
    await locked.release();
    await closed;
    const failed = (await Promise.all(writers)).filter((one) => one instanceof Error);
    expect(failed).toMatchObject(Array(3).fill({ kind: 'unavailable' }));
  });
});
