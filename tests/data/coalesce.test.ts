import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Db, openPool, type PoolOptions, type RowsForm, type Texts } from '../../src/data/index.ts';
import { type ByteText, fromByteText } from '../../src/kit/byte-text.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/** Answers its value, a number that no other run of it answers, what is stored, and which connection it ran on. */
const TEXT = `SELECT $1::text, nextval('runs')::text, (SELECT value FROM stored), pg_backend_pid()::text`;

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createDatabase();
  const setUp = openPool({ url: database.url, max: 1 });
  await setUp.execute('CREATE SEQUENCE runs');
  await setUp.execute('CREATE TABLE stored (value text)');
  await setUp.execute(`INSERT INTO stored VALUES ('old')`);
  await setUp.close();
});
afterAll(() => database.drop());

async function withPool<T>(options: Partial<PoolOptions>, fn: () => Promise<T>): Promise<T> {
  db = openPool({ url: database.url, ...options });
  try {
    await db.execute(`UPDATE stored SET value = 'old'`);
    return await fn();
  } finally {
    await db.close();
  }
}

interface Asked {
  readonly name?: string;
  readonly rows?: RowsForm;
  readonly signal?: AbortSignal;
}

const read = (value: string | null, { name = 'tell', ...others }: Asked = {}): Promise<Texts | undefined> =>
  db.readTexts(TEXT, [value], { name, shares: 'read', ...others });
const runsOf = (all: readonly (Texts | undefined)[]): number => new Set(all.map((texts) => texts?.[1])).size;
const kindOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'answered',
    (error: { kind?: string }) => error.kind,
  );

/** Takes the only connection; answers what gives it back. */
async function takeConnection(): Promise<() => void> {
  const client = await db.pool.connect();
  return () => client.release();
}

describe('reads that wait for a connection and ask the same are sent once', () => {
  const alone = <T>(fn: () => Promise<T>) => withPool({ max: 1 }, fn);

  it('and answered alike', () =>
    alone(async () => {
      const giveBack = await takeConnection();
      const all = Array.from({ length: 20 }, () => read('same'));
      giveBack();
      const texts = await Promise.all(all);
      expect(runsOf(texts)).toBe(1);
      expect(texts.map((one) => one?.[0])).toEqual(all.map(() => 'same'));
    }));

  it('but each whose values, name or form are others by itself', () =>
    alone(async () => {
      const giveBack = await takeConnection();
      const all = [read('a'), read('b'), read(null), read(''), read('null'), read('a', { name: 'tell too' })];
      giveBack();
      const texts = await Promise.all(all);
      expect(texts.map((one) => one?.[0])).toEqual(['a', 'b', null, '', 'null', 'a']);
      expect(runsOf(texts)).toBe(6);
    }));

  it('nor are those whose answers call the same columns otherwise', () =>
    alone(async () => {
      const form = (key: string): RowsForm => ({
        parts: [{ list: [{ literal: `{"${key}":` }, { column: 1, as: 'json' }, { literal: '}' }] }],
      });
      const [one, other] = [form('one'), form('other')];
      const giveBack = await takeConnection();
      const all = [one, other, one].map((rows) => read('x', { rows }));
      giveBack();
      const texts = (await Promise.all(all)).map((texts) => fromByteText(texts?.[0] as ByteText));
      expect(texts.map((text) => Object.keys(JSON.parse(text)[0]))).toEqual([['one'], ['other'], ['one']]);
      expect(texts[0]).toBe(texts[2]);
    }));

  it('values of other types and lists are not the same either', () =>
    alone(async () => {
      const text = `SELECT $1::text, nextval('runs')::text`;
      const ask = (value: unknown) => db.readTexts(text, [value], { name: 'types', shares: 'read' });
      const lists = `SELECT $1::text[]::text, nextval('runs')::text`;
      const askList = (value: unknown) => db.readTexts(lists, [value], { name: 'lists', shares: 'read' });
      const giveBack = await takeConnection();
      const all = [
        ask('1'),
        ask(1),
        askList(['a', 'b']),
        askList(['a,b']),
        askList(['b', 'a']),
        askList(['a', 'b']),
      ];
      giveBack();
      const texts = await Promise.all(all);
      expect(texts.map((one) => one?.[0])).toEqual(['1', '1', '{a,b}', '{"a,b"}', '{b,a}', '{a,b}']);
      expect(runsOf(texts)).toBe(5);
    }));

  it('who asks after a write sees it, whether the same is waiting or under way', () =>
    alone(async () => {
      const giveBack = await takeConnection();
      const before = read('x');
      const other = openPool({ url: database.url, max: 1 });
      await other.execute(`UPDATE stored SET value = 'new'`);
      const after = read('x');
      giveBack();
      expect((await Promise.all([before, after])).map((texts) => texts?.[2])).toEqual(['new', 'new']);

      const slow = `SELECT value, pg_sleep(0.3)::text FROM stored WHERE $1::text IS NOT NULL`;
      const ask = () => db.readTexts(slow, ['x'], { name: 'slow', shares: 'read' });
      const underWay = ask();
      await vi.waitFor(async () => {
        const busy = await other.query(
          `SELECT 1 FROM pg_stat_activity WHERE query = $1 AND state = 'active'`,
          [slow],
        );
        expect(busy).toHaveLength(1);
      });
      await other.execute(`UPDATE stored SET value = 'newer'`);
      expect((await ask())?.[0]).toBe('newer');
      expect((await underWay)?.[0]).toBe('new');
      await other.close();
    }));

  it('nothing is shared by what may not run twice, or has no name', () =>
    alone(async () => {
      const giveBack = await takeConnection();
      const all = [
        ...[1, 2].map(() => db.readTexts(TEXT, ['x'], { shares: 'read' })),
        ...[1, 2].map(() => db.readTexts(TEXT, ['x'], { name: 'tell' })),
        ...[1, 2].map(() => db.readTexts(TEXT, ['x'], { name: 'tell', shares: 'write' })),
      ];
      giveBack();
      expect(runsOf(await Promise.all(all))).toBe(6);
    }));

  it('a failure is told to all', () =>
    alone(async () => {
      const giveBack = await takeConnection();
      const ask = () => db.readTexts('SELECT (1 / $1::int)::text', [0], { name: 'divide', shares: 'read' });
      const kinds = Promise.all([ask(), ask(), ask()].map(kindOf));
      giveBack();
      const [first, ...others] = await kinds;
      expect(first).not.toBe('answered');
      expect(others).toEqual([first, first]);
      expect((await read('x'))?.[0]).toBe('x');
    }));

  it('who leaves, first or not, takes nobody along', () =>
    alone(async () => {
      for (const leaves of [0, 1, 2]) {
        const giveBack = await takeConnection();
        const controllers = Array.from({ length: 3 }, () => new AbortController());
        const kinds = Promise.all(controllers.map(({ signal }) => kindOf(read('x', { signal }))));
        controllers[leaves]?.abort();
        giveBack();
        expect(await kinds).toEqual([0, 1, 2].map((at) => (at === leaves ? 'cancelled' : 'answered')));
      }
    }));

  it('nor while it is under way, and is told at once', () =>
    alone(async () => {
      const slow = `SELECT $1::text, pg_sleep(1)::text, nextval('runs')::text`;
      const ask = (signal: AbortSignal) =>
        db.readTexts(slow, ['x'], { name: 'slow', shares: 'read', signal });
      const giveBack = await takeConnection();
      const controllers = Array.from({ length: 3 }, () => new AbortController());
      const [first, second, third] = controllers.map(({ signal }) => kindOf(ask(signal)));
      giveBack();
      await new Promise((resolve) => setTimeout(resolve, 200));
      const began = performance.now();
      controllers[1]?.abort();
      expect(await second).toBe('cancelled');
      expect(performance.now() - began).toBeLessThan(500);
      controllers[0]?.abort();
      expect(await first).toBe('cancelled');
      expect(await third).toBe('answered');
      // It was not begun anew for who was left.
      expect(performance.now() - began).toBeLessThan(1_000);
    }));

  it('what nobody wants any more is stopped', () =>
    alone(async () => {
      const slow = `SELECT $1::text, pg_sleep(10)::text`;
      const controllers = Array.from({ length: 2 }, () => new AbortController());
      const giveBack = await takeConnection();
      const kinds = controllers.map(({ signal }) =>
        kindOf(db.readTexts(slow, ['x'], { name: 'slow', shares: 'read', signal })),
      );
      giveBack();
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (const controller of controllers) controller.abort();
      expect(await Promise.all(kinds)).toEqual(['cancelled', 'cancelled']);
      const began = performance.now();
      await read('y');
      expect(performance.now() - began).toBeLessThan(5_000);
    }));

  it('each waits for a connection as long as by itself', () =>
    withPool({ max: 1, connectTimeoutMs: 600 }, async () => {
      const giveBack = await takeConnection();
      const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
      const first = kindOf(read('x'));
      await sleep(450);
      const second = kindOf(read('x'));
      await sleep(300);
      giveBack();
      expect([await first, await second]).toEqual(['unavailable', 'answered']);
    }));

  it('unless it is told not to', () =>
    withPool({ max: 1, coalesce: false }, async () => {
      const giveBack = await takeConnection();
      const all = [read('same'), read('same'), read('same')];
      giveBack();
      expect(runsOf(await Promise.all(all))).toBe(3);
    }));
});

describe('so are those that wait on the express lane', () => {
  const laned = <T>(fn: () => Promise<T>, options: Partial<PoolOptions> = {}) =>
    withPool({ max: 4, expressLines: 1, ...options }, async () => {
      await vi.waitFor(
        async () => {
          const all = await Promise.all(Array.from({ length: 12 }, (_, at) => read(`value ${at}`)));
          expect(new Set(all.map((texts) => texts?.[3])).size).toBe(1);
        },
        { timeout: 20_000 },
      );
      return fn();
    });

  it('and answered alike, with their own values', () =>
    laned(async () => {
      // Those that PostgreSQL has nothing else to do than may leave before the others are read.
      const first = ['x', 'y', 'z', 'u', 'v'];
      const values = [...first, 'a', 'b', 'a', 'c', 'b', 'a', null, null];
      const texts = await Promise.all(values.map((value) => read(value)));
      expect(texts.map((one) => one?.[0])).toEqual(values);
      expect(runsOf(texts.slice(first.length))).toBe(4);
    }));

  it('who asks after a write sees it', () =>
    laned(async () => {
      for (let at = 0; at < 50; at++) {
        const early = Array.from({ length: 10 }, () => read('x'));
        await db.execute('UPDATE stored SET value = $1', [`value ${at}`]);
        const late = await Promise.all(Array.from({ length: 10 }, () => read('x')));
        expect(new Set(late.map((texts) => texts?.[2]))).toEqual(new Set([`value ${at}`]));
        await Promise.all(early);
      }
    }));

  it('unless it is told not to', () =>
    laned(
      async () => {
        const texts = await Promise.all(Array.from({ length: 8 }, () => read('same')));
        expect(runsOf(texts)).toBe(8);
      },
      { coalesce: false },
    ));
});
