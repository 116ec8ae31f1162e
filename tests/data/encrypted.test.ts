import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Db, openPool, type RowsForm } from '../../src/data/index.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { EncryptedWay } from '../support/encrypted-way.ts';

let database: TestDatabase;
let way: EncryptedWay;

beforeAll(async () => {
  database = await createDatabase();
  way = await EncryptedWay.to(database.url);
});

afterAll(async () => {
  await way[Symbol.asyncDispose]();
  await database.drop();
});

const rows: RowsForm = {
  parts: [{ list: [{ literal: '{"n":' }, { column: 0, as: 'json' }, { literal: '}' }] }],
};

async function readInAllWays(db: Db): Promise<void> {
  expect(await db.query('SELECT $1::int AS n', [7])).toEqual([{ n: 7 }]);
  // Often enough for one of them to be short.
  for (let turn = 0; turn < 100; turn++) {
    const options = { name: 'two', shares: 'read', rows } as const;
    expect(await db.readTexts('SELECT generate_series(1, 2)', [], options)).toEqual(['[{"n":1},{"n":2}]']);
    expect(await db.readTexts(`SELECT 'a', NULL`, [], { name: 'one', shares: 'read' })).toEqual(['a', null]);
  }
  await db.transaction(async (tx) => {
    expect(await tx.readTexts('SELECT 3', [], { rows })).toEqual(['[{"n":3}]']);
  });
}

describe('a database that wants to be asked over TLS', () => {
  it('is asked so, on the pool and on the express lane', async () => {
    const db = openPool({ url: way.url, max: 10, expressLines: 2 });
    try {
      await readInAllWays(db);
    } finally {
      await db.close();
    }
    expect(way.encrypted).toBeGreaterThan(2);
  });

  it('is not asked in the clear where it has no encryption after all', async () => {
    way.refuses = true;
    const db = openPool({ url: way.url, max: 2, connectTimeoutMs: 1_000 });
    await expect(db.query('SELECT 1')).rejects.toThrow('does not support SSL');
    await db.close();
  });
});
