import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ShortStatements } from '../../src/data/express/short-statements.ts';
import { type Db, openPool, type Texts } from '../../src/data/index.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/** Answers which connection it ran on, what it was given, and after how long. */
const TEXT = 'SELECT pg_backend_pid()::text, $1::text, pg_sleep($2::float8)::text';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  db = openPool({ url: database.url, max: 4, expressLines: 1 });
  return () => db.close();
});

const read = (value: string, seconds = 0, name = 'tell'): Promise<Texts | undefined> =>
  db.readTexts(TEXT, [value, String(seconds)], { name, repeatable: true });
const values = Array.from({ length: 12 }, (_, i) => `value ${i}`);
const readAll = () => Promise.all(values.map((value) => read(value)));
const backendsOf = (all: readonly (Texts | undefined)[]) => new Set(all.map((texts) => texts?.[0]));

/** Reads until the lane has taken the statement in and answers it all on one connection. */
async function untilShared(): Promise<void> {
  await vi.waitFor(async () => expect(backendsOf(await readAll()).size).toBe(1), { timeout: 20_000 });
}

describe('short reads share a connection', () => {
  it('once they have been short for a while, and each gets its own answer', async () => {
    await untilShared();
    const all = await readAll();
    expect(all.map((texts) => texts?.[1])).toEqual(values);
  });

  it('but never statements that may not run twice, and none that are not prepared', async () => {
    await untilShared();
    const [lane] = await read('x').then((texts) => texts ?? []);
    const once = await Promise.all(values.map((value) => db.readTexts(TEXT, [value, '0'], { name: 'tell' })));
    const unnamed = await Promise.all(
      values.map((value) => db.readTexts(TEXT, [value, '0'], { repeatable: true })),
    );
    expect([...backendsOf([...once, ...unnamed])]).not.toContain(lane);
  });

  it('an error of one is its own, and told as the pool tells it', async () => {
    await untilShared();
    const wrong = read('slow', Number.NaN, 'tell').then(
      () => 'answered',
      (error: unknown) => error,
    );
    const malformed = db
      .readTexts(TEXT, ['x', 'no number'], { name: 'tell', repeatable: true })
      .catch((error: { kind: string }) => error.kind);
    const others = await readAll();
    expect(others.map((texts) => texts?.[1])).toEqual(values);
    expect(await malformed).toBe('invalidText');
    await wrong;
  });

  it('who is held up by a long one is answered by the pool, and the long one is not let in again', async () => {
    await untilShared();
    const order: string[] = [];
    const long = read('long', 1).then((texts) => order.push(String(texts?.[1])));
    const behind = values.map((value) => read(value).then((texts) => order.push(String(texts?.[1]))));
    await Promise.all([long, ...behind]);
    expect(order.at(-1)).toBe('long');
    expect(new Set(order)).toEqual(new Set([...values, 'long']));
    expect(backendsOf(await readAll()).size).toBeGreaterThan(1);
  });

  it('a connection that is lost is lost for nobody, and replaced', async () => {
    await untilShared();
    const [lane] = (await read('x')) ?? [];
    const under = readAll();
    await db.query('SELECT pg_terminate_backend($1::int4)', [lane]);
    expect((await under).map((texts) => texts?.[1])).toEqual(values);
    await untilShared();
    const [next] = (await read('x')) ?? [];
    expect(next).not.toBe(lane);
  });

  it('lane and pool together open no more connections than they may', async () => {
    await untilShared();
    const held = values.map(() => db.query('SELECT pg_sleep(0.05)'));
    await readAll();
    const [row] = await db.query<{ open: string }>(
      "SELECT count(*) AS open FROM pg_stat_activity WHERE application_name = 'plinth' AND datname = current_database()",
    );
    await Promise.all(held);
    expect(Number(row?.open)).toBeLessThanOrEqual(4);
  });

  it('closing waits for what is under way', async () => {
    await untilShared();
    const under = readAll();
    await db.close();
    expect((await under).map((texts) => texts?.[1])).toEqual(values);
  });

  it('inside a transaction a read sees what it wrote', async () => {
    const texts = await db.transaction(async (tx) => {
      await tx.execute('CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 7 AS n');
      return tx.readTexts('SELECT n::text, NULL::text FROM t', []);
    });
    expect(texts).toEqual(['7', null]);
  });
});

describe('what counts as short', () => {
  const noted = (...runs: readonly number[]): ShortStatements => {
    const short = new ShortStatements();
    for (const ms of runs) short.note('s', ms);
    return short;
  };
  const eight = (ms: number) => Array.from({ length: 8 }, () => ms);

  it('takes eight runs, of which one may be long', () => {
    expect(noted(...eight(0.5).slice(1)).has('s', 0)).toBe(false);
    expect(noted(...eight(0.5)).has('s', 0)).toBe(true);
    expect(noted(50, ...eight(0.5).slice(1)).has('s', 0)).toBe(true);
    expect(noted(50, 50, ...eight(0.5).slice(2)).has('s', 0)).toBe(false);
    expect(noted(...eight(3)).has('s', 0)).toBe(false);
  });

  it('is judged again every eight runs', () => {
    expect(noted(...eight(0.5), ...eight(30)).has('s', 0)).toBe(false);
  });

  it('is barred for longer each time', () => {
    const short = noted(...eight(0.5));
    short.bar('s', 0);
    expect([short.has('s', 4_999), short.has('s', 5_000)]).toEqual([false, true]);
    short.bar('s', 5_000);
    expect([short.has('s', 14_999), short.has('s', 15_000)]).toEqual([false, true]);
  });
});
