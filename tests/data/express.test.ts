import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ShortStatements } from '../../src/data/express/short-statements.ts';
import { type Db, openPool, type Texts } from '../../src/data/index.ts';
import { asByteText } from '../../src/kit/byte-text.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { Way } from '../support/way.ts';

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
  db.readTexts(TEXT, [value, String(seconds)], { name, shares: 'read' });
const values = Array.from({ length: 12 }, (_, i) => `value ${i}`);
const readAll = () => Promise.all(values.map((value) => read(value)));
const backendsOf = (all: readonly (Texts | undefined)[]) => new Set(all.map((texts) => texts?.[0]));

/** Holds what `sql` locks, in a transaction of its own; answers what ends it. */
async function hold(sql: string): Promise<() => Promise<void>> {
  let release = (): void => undefined;
  const holding = new Promise<void>((resolve) => {
    release = resolve;
  });
  let holder: Promise<void> | undefined;
  await new Promise<void>((locked, failed) => {
    holder = db.transaction(async (tx) => {
      await tx.execute(sql);
      locked();
      await holding;
    });
    holder.catch(failed);
  });
  return async () => {
    release();
    await holder;
  };
}

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
      values.map((value) => db.readTexts(TEXT, [value, '0'], { shares: 'read' })),
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
      .readTexts(TEXT, ['x', 'no number'], { name: 'tell', shares: 'read' })
      .catch((error: { kind: string }) => error.kind);
    const others = await readAll();
    expect(others.map((texts) => texts?.[1])).toEqual(values);
    expect(await malformed).toBe('invalidText');
    await wrong;
  });

  it('one that is sent behind a failure for the first time is prepared afterwards', async () => {
    const named = (name: string, seconds: string) =>
      db.readTexts(TEXT, ['x', seconds], { name, shares: 'read' }).catch(() => undefined);
    for (let run = 0; run < 8; run++) for (const name of ['bad', 'new']) await named(name, '0');
    await untilShared();
    const [lane] = (await read('x')) ?? [];
    await Promise.all([named('bad', 'no number'), named('new', '0')]);
    expect((await named('new', '0'))?.[0]).toBe(lane);
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

  it('a connection that falls silent while it is opened is given up', async () => {
    await using way = await Way.to(database.url);
    const behind = openPool({ url: way.url, max: 4, expressLines: 1 });
    try {
      await Promise.all(values.map(() => behind.query('SELECT pg_sleep(0.05)')));
      way.mutesNew = true;
      const readBehind = (value: string) =>
        behind.readTexts(TEXT, [value, '0'], { name: 'tell', shares: 'read' });
      await vi.waitFor(
        async () => {
          expect((await readBehind('x'))?.[1]).toBe('x');
          expect(way.givenUp).toBeGreaterThan(0);
        },
        { timeout: 20_000 },
      );
      way.mutesNew = false;
      await vi.waitFor(
        async () => expect(backendsOf(await Promise.all(values.map(readBehind))).size).toBe(1),
        { timeout: 20_000 },
      );
    } finally {
      await behind.close();
    }
  });

  it('what keeps PostgreSQL busy leaves at once where it has nothing to do; the rest leaves together', {
    timeout: 150_000,
  }, async () => {
    let times = 0;
    const count = (rows: number) =>
      db.readTexts(
        `SELECT pg_backend_pid()::text, extract(epoch FROM clock_timestamp()) * 1000,
          (SELECT count(*) FROM generate_series(1, $1::int4))::text, $2::text`,
        [String(rows), String(times++)],
        { name: `count to ${rows}`, shares: 'read' },
      );
    /** The least of some, which lets the lane know it as well. */
    const msOf = async (rows: number): Promise<number> => {
      const all: number[] = [];
      for (let run = 0; run < 16; run++) {
        const began = performance.now();
        await count(rows);
        all.push(performance.now() - began);
      }
      return Math.min(...all);
    };
    /** When PostgreSQL began each of several, counted from when the turn in which they were asked for came to its end. */
    const begun = async (rows: number, asked: number): Promise<readonly number[]> => {
      const many = () => Promise.all(values.map(() => count(rows)));
      await vi.waitFor(async () => expect(backendsOf(await many()).size).toBe(1), { timeout: 20_000 });
      const all = Array.from({ length: asked }, () => count(rows));
      const until = performance.now() + 200;
      while (performance.now() < until);
      const end = performance.timeOrigin + performance.now();
      return (await Promise.all(all)).map((texts) => Number(texts?.[1]) - end);
    };
    // On a busy machine a statement may be known for another time than it takes.
    const eventually = (claim: () => Promise<void>) => vi.waitFor(claim, { timeout: 60_000 });
    await eventually(async () => {
      let rows = 500;
      while ((await msOf(rows)) < (await msOf(1)) + 0.2) rows = Math.round(rows * 1.5);
      const busy = await begun(rows, 12);
      expect(busy.at(0)).toBeLessThan(-50);
      expect(busy.at(-1)).toBeGreaterThan(-1);
    });
    await eventually(async () => {
      for (const brief of await begun(1, 2)) expect(brief).toBeGreaterThan(-1);
    });
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

describe('short writes share it, too', () => {
  const WRITE = 'INSERT INTO noted (value, at) VALUES ($1, $2::int4) RETURNING pg_backend_pid()::text, value';
  const SLOW = `INSERT INTO noted (value, at) SELECT $1, $2::int4 FROM pg_sleep(CASE $1 WHEN 'slow' THEN 0.6 ELSE 0 END)
    RETURNING pg_backend_pid()::text, value`;
  const write = (value: string, at = 0, text = WRITE) =>
    db.readTexts(text, [value, String(at)], {
      name: text === WRITE ? 'write' : 'slow write',
      shares: 'write',
    });
  const stored = async () =>
    (await db.query<{ value: string }>('SELECT value FROM noted ORDER BY value')).map(({ value }) => value);

  beforeEach(async () => {
    await db.execute('CREATE TABLE noted (value text, at int4 CHECK (at >= 0), UNIQUE (value))');
    return () => db.execute('DROP TABLE noted');
  });

  /** Writes until the lane takes them, one after the other; answers the connection that it is. */
  async function untilWritten(text = WRITE): Promise<string> {
    await untilShared();
    const [lane] = (await read('x')) ?? [];
    let n = 0;
    await vi.waitFor(async () => expect((await write(`warm ${n++}`, 0, text))?.[0]).toBe(lane), {
      timeout: 20_000,
      interval: 1,
    });
    await db.execute('DELETE FROM noted');
    return String(lane);
  }

  it('each is stored once and answered for itself; those beyond four go to the pool', async () => {
    const lane = await untilWritten();
    const all = await Promise.all(values.map((value) => write(value)));
    expect(all.map((texts) => texts?.[1])).toEqual(values);
    expect(await stored()).toEqual([...values].sort());
    expect(all.filter((texts) => texts?.[0] === asByteText(lane))).toHaveLength(4);
  });

  it('a refusal is its own, told as the pool tells it, and stores nothing', async () => {
    await untilWritten();
    const told = (error: { kind: string }) => error.kind;
    const all = await Promise.all([
      write('a'),
      write('a').then(() => 'stored', told),
      write('b', -1).then(() => 'stored', told),
      write('c'),
    ]);
    expect(all.slice(1, 3)).toEqual(['unique', 'check']);
    expect(await stored()).toEqual(['a', 'c']);
  });

  it('one that waits for a lock goes to the pool, and holds nobody up for long', async () => {
    const lane = await untilWritten();
    const release = await hold("INSERT INTO noted VALUES ('taken', 1)");
    const waiting = write('taken').then(
      () => 'stored',
      (error: { kind: string }) => error.kind,
    );
    const behind = await Promise.all([write('x'), write('y'), read('z')]);
    expect(behind.map((texts) => texts?.[1])).toEqual(['x', 'y', 'z']);
    expect(behind[0]?.[0]).toBe(lane);
    await release();
    expect(await waiting).toBe('unique');
    expect(await stored()).toEqual(['taken', 'x', 'y']);
  });

  it('a slow one in front delays writes, which are stored once, and lets reads go', async () => {
    await untilWritten(SLOW);
    const order: string[] = [];
    const slow = write('slow', 0, SLOW).then((texts) => order.push(String(texts?.[1])));
    const behind = write('behind', 0, SLOW).then((texts) => order.push(String(texts?.[1])));
    const reading = read('reading').then((texts) => order.push(String(texts?.[1])));
    await Promise.all([slow, behind, reading]);
    expect(order).toEqual(['reading', 'slow', 'behind']);
    expect(await stored()).toEqual(['behind', 'slow']);
  });

  it('when the connection is lost nothing is run again, since nobody knows what is stored', async () => {
    const lane = await untilWritten(SLOW);
    const told = (text: string) =>
      write(text, 0, SLOW).then(
        () => 'stored',
        (error: { kind: string }) => error.kind,
      );
    const under = Promise.all([told('slow'), told('behind')]);
    await vi.waitFor(async () => {
      const [row] = await db.query<{ n: number }>(
        "SELECT count(*)::int4 AS n FROM pg_stat_activity WHERE pid = $1 AND state = 'active'",
        [lane],
      );
      expect(row?.n).toBe(1);
    });
    await db.query('SELECT pg_terminate_backend($1::int4)', [lane]);
    expect(await under).toEqual(['unavailable', 'unavailable']);
    expect(await stored()).toEqual([]);
  });
});

describe('inserts share transactions', () => {
  const INSERT = `INSERT INTO noted (value, at) VALUES ($1, $2::int4)
    RETURNING pg_backend_pid()::text, value, pg_current_xact_id()::text`;
  const insert = (value: string, at = 0) =>
    db.readTexts(INSERT, [value, String(at)], { name: 'insert', shares: 'insert' });
  const told = (work: Promise<unknown>) =>
    work.then(
      () => 'stored',
      (error: { kind: string }) => error.kind,
    );
  const stored = async () =>
    (await db.query<{ value: string }>('SELECT value FROM noted ORDER BY value')).map(({ value }) => value);
  const transactionsOf = (all: readonly (Texts | undefined)[]) =>
    new Set(all.map((texts) => texts?.[2])).size;

  beforeEach(async () => {
    await db.execute(`CREATE TABLE noted (value text PRIMARY KEY, at int4 CHECK (at >= 0),
      UNIQUE (value, at), CONSTRAINT later UNIQUE (at, value) DEFERRABLE INITIALLY DEFERRED)`);
    await db.execute('CREATE TABLE parent (id int4 PRIMARY KEY)');
    return () => db.execute('DROP TABLE IF EXISTS child, parent, noted');
  });

  let warm = 0;
  /** Inserts until those that come up together are fewer transactions than inserts. */
  async function untilTogether(): Promise<void> {
    await vi.waitFor(
      async () => {
        const all = await Promise.all(values.map(() => insert(`warm ${warm++}`)));
        expect(transactionsOf(all)).toBeLessThan(all.length / 2);
      },
      { timeout: 20_000, interval: 1 },
    );
    await db.execute('DELETE FROM noted');
  }

  it('when they come up together, and each is stored once and answered for itself', async () => {
    await untilTogether();
    const many = Array.from({ length: 100 }, (_, i) => `value ${i}`);
    const all = await Promise.all(many.map((value) => insert(value)));
    expect(all.map((texts) => texts?.[1])).toEqual(many);
    expect(transactionsOf(all)).toBeLessThan(50);
    expect(await stored()).toEqual([...many].sort());
  });

  it('an update does not', async () => {
    await untilTogether();
    const update = () =>
      db.readTexts(
        'UPDATE noted SET at = at + 1 RETURNING value, NULL::text, pg_current_xact_id()::text',
        [],
        {
          name: 'update',
          shares: 'write',
        },
      );
    await insert('a');
    for (let round = 0; round < 4; round++) {
      const all = await Promise.all(values.map(update));
      expect(transactionsOf(all)).toBe(values.length);
    }
  });

  it('a refusal of one is its own, told as the pool tells it; the others are stored', async () => {
    await untilTogether();
    const all = await Promise.all(values.map((value, i) => told(insert(value, i === 3 ? -1 : 0))));
    expect(all).toEqual(values.map((_, i) => (i === 3 ? 'check' : 'stored')));
    expect(await stored()).toEqual(values.filter((_, i) => i !== 3).sort());
  });

  it('one that is refused only by the commit is told as well, and answered to nobody', async () => {
    await db.execute('ALTER TABLE noted DROP CONSTRAINT noted_pkey, DROP CONSTRAINT noted_value_at_key');
    await untilTogether();
    const all = await Promise.all([...values, 'value 3', 'value 4'].map((value) => told(insert(value))));
    expect(all.filter((one) => one === 'unique')).toHaveLength(2);
    expect(await stored()).toEqual([...values].sort());
  });

  it('one whose value cannot be sent fails alone, and does not leave half a transaction', async () => {
    await untilTogether();
    const circle: { self?: unknown } = {};
    circle.self = circle;
    const send = (value: unknown) =>
      db.readTexts(INSERT, [value, '0'], { name: 'insert', shares: 'insert' }).then(
        () => 'stored',
        () => 'refused',
      );
    const all = await Promise.all(values.map((value, i) => send(i === 3 ? circle : value)));
    expect(all).toEqual(values.map((_, i) => (i === 3 ? 'refused' : 'stored')));
    expect(await stored()).toEqual(values.filter((_, i) => i !== 3).sort());
  });

  it('a refusal whose code is that of a lost connection is no loss to the others', async () => {
    await db.execute(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF new.value = 'far' THEN RAISE 'nobody there' USING ERRCODE = '08001'; END IF; RETURN new; END $$`);
    await db.execute('CREATE TRIGGER refuse BEFORE INSERT ON noted FOR EACH ROW EXECUTE FUNCTION refuse()');
    await untilTogether();
    const all = await Promise.all(values.map((value, i) => told(insert(i === 3 ? 'far' : value))));
    await db.execute('DROP FUNCTION refuse CASCADE');
    expect(all).toEqual(values.map((_, i) => (i === 3 ? 'unavailable' : 'stored')));
    expect(await stored()).toEqual(values.filter((_, i) => i !== 3).sort());
  });

  it('closing lets those run again that were sent with one that is refused', async () => {
    const other = db;
    db = openPool({ url: database.url, max: 4, expressLines: 1 });
    await untilTogether();
    const all = Promise.all(values.map((value, i) => told(insert(value, i === 3 ? -1 : 0))));
    await db.close();
    db = other;
    expect(await all).toEqual(values.map((_, i) => (i === 3 ? 'check' : 'stored')));
    expect(await stored()).toEqual(values.filter((_, i) => i !== 3).sort());
  });

  it('a timeout in the URL ends no connection whose statements have been answered', async () => {
    const other = db;
    const url = new URL(database.url);
    url.searchParams.set('query_timeout', '2000');
    db = openPool({ url: url.href, max: 4, expressLines: 1 });
    await untilTogether();
    const [lane] = (await insert('before')) ?? [];
    await other.query('SELECT pg_sleep(2.1)');
    const [same] = (await insert('after')) ?? [];
    await db.close();
    db = other;
    expect(same).toBe(lane);
  });

  it('all that wait in turn wait less than others do before they look for a deadlock, whatever the URL says', async () => {
    const other = db;
    const url = new URL(database.url);
    url.searchParams.set('lock_timeout', '60000');
    url.searchParams.set('statement_timeout', '50000');
    db = openPool({ url: url.href, max: 4, expressLines: 1 });
    const text =
      "SELECT NULL::text, rtrim(current_setting('lock_timeout'), 'ms'), current_setting('statement_timeout')";
    const bounds = () => db.readTexts(text, [], { name: 'bounds', shares: 'read' });
    await vi.waitFor(async () => expect((await bounds())?.[2]).toBe('2s'), { timeout: 20_000 });
    const [, lockMs] = (await bounds()) ?? [];
    await db.close();
    db = other;
    expect(8 * Number(lockMs)).toBeLessThan(100);
    expect(Number(lockMs)).toBeGreaterThan(0);
  });

  it('those whose like have been refused go by themselves for a while', async () => {
    await untilTogether();
    await Promise.all(values.map((value, i) => told(insert(value, i === 3 ? -1 : 0))));
    const all = await Promise.all(values.map((value) => insert(`then ${value}`)));
    expect(transactionsOf(all)).toBe(all.length);
  });

  it('those are left together whose like have not been refused', async () => {
    await untilTogether();
    const other = (value: string, at = 0) =>
      told(db.readTexts(INSERT, [value, String(at)], { name: 'other', shares: 'insert' }));
    for (let i = 0; i < 8; i++) await other(`other ${i}`);
    await Promise.all([...values.slice(0, 6).map((value) => insert(value)), other('other', -1)]);
    const all = await Promise.all(values.map((value) => insert(`then ${value}`)));
    expect(transactionsOf(all)).toBeLessThan(all.length / 2);
  });

  it('and those whose like are refused now and then', async () => {
    await untilTogether();
    for (let i = 0; i < 20; i++) await Promise.all(values.map((value) => insert(`${i} ${value}`)));
    await Promise.all(values.map((value, i) => told(insert(`once ${value}`, i === 3 ? -1 : 0))));
    const all = await Promise.all(values.map((value) => insert(`then ${value}`)));
    expect(transactionsOf(all)).toBeLessThan(all.length / 2);
  });

  it('a transaction that needs their locks, and they its own, is not the one that is ended', async () => {
    await db.execute('INSERT INTO parent VALUES (1), (2)');
    await db.execute('CREATE TABLE child (id text, parent int4 REFERENCES parent (id))');
    const child = (id: string, parent: number) =>
      db.readTexts(
        'INSERT INTO child VALUES ($1, $2::int4) RETURNING id, NULL::text, pg_current_xact_id()::text',
        [id, String(parent)],
        { name: 'child', shares: 'insert' },
      );
    await vi.waitFor(
      async () => {
        const all = await Promise.all(values.map((value) => child(value, 1)));
        expect(transactionsOf(all)).toBeLessThan(all.length / 2);
      },
      { timeout: 20_000, interval: 1 },
    );
    await db.execute('DELETE FROM child');
    let children: readonly Promise<string>[] = [];
    await db.transaction(async (tx) => {
      await tx.execute('DELETE FROM parent WHERE id = 2');
      children = values.map((value, i) => told(child(value, i % 2 === 0 ? 1 : 2)));
      const isWaiting = async () => {
        const locks =
          "SELECT count(*)::int4 AS n FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'";
        expect((await tx.query<{ n: number }>(locks))[0]?.n).toBeGreaterThan(0);
      };
      await vi.waitFor(isWaiting, { interval: 1 });
      await tx.execute('SELECT FROM parent WHERE id = 1 FOR UPDATE');
    });
    expect(await Promise.all(children)).toEqual(
      values.map((_, i) => (i % 2 === 0 ? 'stored' : 'foreignKey')),
    );
  });

  it('when the connection is lost, what was sent is run no second time, and the rest is stored', async () => {
    await untilTogether();
    const [lane] = (await insert('first')) ?? [];
    const release = await hold('LOCK TABLE noted IN EXCLUSIVE MODE');
    const all = Promise.all(values.map((value) => told(insert(value))));
    await db.query('SELECT pg_terminate_backend($1::int4)', [lane]);
    await release();
    const outcomes = await all;
    expect(await stored()).toEqual(['first', ...values.filter((_, i) => outcomes[i] === 'stored')].sort());
    expect(new Set(outcomes)).toEqual(new Set(['unavailable']));
  });
});

describe('what counts as short', () => {
  const S = { name: 's', shares: 'read' } as const;
  const T = { name: 't', shares: 'read' } as const;
  const eight = (ms: number) => Array.from({ length: 8 }, () => ms);
  const noted = (beside: readonly number[], onLane: readonly number[] = [], at = 0): ShortStatements => {
    const short = new ShortStatements();
    for (const ms of beside) short.noteBeside(S, ms, 0);
    for (const ms of onLane) short.noteOnLane([S], ms, at);
    return short;
  };

  it('takes eight runs, one of them quick and half of them not long', () => {
    expect(noted(eight(0.5).slice(1)).has('s', 0)).toBe(false);
    expect(noted(eight(0.5)).has('s', 0)).toBe(true);
    expect(noted([0.5, ...eight(9).slice(1)]).has('s', 0)).toBe(true);
    expect(noted(eight(2)).has('s', 0)).toBe(true);
    expect(noted(eight(3)).has('s', 0)).toBe(false);
    expect(noted([...eight(50).slice(4), ...eight(0.5).slice(4)]).has('s', 0)).toBe(true);
    expect(noted([...eight(50).slice(3), ...eight(0.5).slice(5)]).has('s', 0)).toBe(false);
  });

  it('is judged on the lane from then on: runs beside it find it full, and compete', () => {
    expect(noted([...eight(0.5), ...eight(90)]).has('s', 0)).toBe(true);
    expect(noted(eight(0.5), [30, ...eight(3).slice(1)]).has('s', 0)).toBe(true);
    expect(noted(eight(0.5), [30, 30, ...eight(3).slice(2)]).has('s', 0)).toBe(false);
  });

  it('has to have been quick within a minute', () => {
    expect(noted(eight(0.5), eight(3), 60_000).has('s', 60_000)).toBe(true);
    expect(noted(eight(0.5), eight(3), 60_001).has('s', 60_001)).toBe(false);
  });

  it('is barred for longer each time, until it has behaved for as long', () => {
    const short = noted(eight(0.5));
    short.noteHeldUp([S], 0);
    expect([short.has('s', 4_999), short.has('s', 5_000)]).toEqual([false, true]);
    short.noteHeldUp([S], 5_000);
    expect([short.has('s', 14_999), short.has('s', 15_000)]).toEqual([false, true]);
    for (const ms of eight(0.5)) short.noteOnLane([S], ms, 36_000);
    short.noteHeldUp([S], 36_000);
    expect([short.has('s', 40_999), short.has('s', 41_000)]).toEqual([false, true]);
  });

  it('is sent with others while it has been quick within half a minute by itself', () => {
    const short = noted(eight(0.5));
    expect([short.mayJoin(S, 30_000), short.mayJoin(S, 30_001)]).toEqual([true, false]);
    short.noteOnLane([S, T], 0.5, 30_001);
    expect(short.mayJoin(S, 30_001)).toBe(false);
    short.noteOnLane([S, S], 4, 30_001);
    expect(short.mayJoin(S, 30_001)).toBe(true);
    expect(short.mayJoin({ ...S, shares: 'write' }, 30_001)).toBe(false);
  });

  it('goes by itself where one of several was long, or failed', () => {
    const short = noted(eight(0.5));
    for (const ms of eight(0.5)) short.noteBeside(T, ms, 0);
    short.noteOnLane([S, T, T], 24, 0);
    expect([short.mayJoin(S, 0), short.mayJoin(T, 0)]).toEqual([true, true]);
    short.noteOnLane([S, T, T], 26, 0);
    expect([short.mayJoin(S, 999), short.mayJoin(T, 999)]).toEqual([false, false]);
    expect([short.mayJoin(S, 1_000), short.has('s', 0)]).toEqual([true, true]);
    short.setApart([S], 1_000);
    expect([short.mayJoin(S, 2_999), short.mayJoin(S, 3_000)]).toEqual([false, true]);
  });

  it('goes by itself when it is refused, except after sixteen transactions with others and without a wait', () => {
    const short = noted(eight(0.5));
    const together = (times: number) => {
      for (let i = 0; i < times; i++) short.noteOnLane([S, S], 1, 0);
    };
    together(16);
    short.noteRefused([S], false, 0);
    expect(short.mayJoin(S, 0)).toBe(true);
    together(15);
    short.noteRefused([S], false, 0);
    expect([short.mayJoin(S, 999), short.mayJoin(S, 1_000)]).toEqual([false, true]);
    together(16);
    short.noteRefused([S], true, 1_000);
    expect(short.mayJoin(S, 1_001)).toBe(false);
  });

  it('may take as long as the disk where it writes', () => {
    const short = new ShortStatements();
    const write = { name: 'w', shares: 'insert' } as const;
    for (const ms of eight(4)) short.noteBeside(write, ms, 0);
    expect([short.has('w', 0), short.mayJoin(write, 0)]).toEqual([true, true]);
  });

  it('takes as long as a rule as a quarter of its runs do at most', () => {
    const short = noted(eight(0.5));
    for (let i = 0; i < 400; i++) short.noteOnLane([S], i % 4 === 0 ? 1 : 9, 0);
    expect(short.usualMs('s')).toBeGreaterThan(0.7);
    expect(short.usualMs('s')).toBeLessThan(1.5);
    expect(short.usualMs('never seen')).toBe(0);
  });

  it('is remembered however many others come, as long as it is used', () => {
    const short = noted(eight(0.5));
    for (let number = 0; number < 3_000; number++) {
      short.noteBeside({ name: `other ${number}`, shares: 'read' }, 0.5, 0);
      if (number % 100 === 0) short.noteOnLane([S], 0.5, 0);
    }
    expect(short.has('s', 0)).toBe(true);
    for (let number = 0; number < 1_000; number++)
      short.noteBeside({ name: `another ${number}`, shares: 'read' }, 0.5, 0);
    expect(short.has('s', 0)).toBe(false);
  });
});
