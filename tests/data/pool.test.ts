import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  DatabaseError,
  type Db,
  openPool,
  type Shares,
  toDatabaseError,
  withReserve,
} from '../../src/data/index.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';
import { Way } from '../support/way.ts';

let database: TestDatabase;
let db: Db;

beforeAll(async () => {
  database = await createDatabase();
  await runSql(
    database.url,
    `CREATE TABLE parent (id int PRIMARY KEY);
     CREATE TABLE item (id int PRIMARY KEY, n smallint NOT NULL CHECK (n > 0), code varchar(3) UNIQUE, parent int REFERENCES parent);
     INSERT INTO item VALUES (1, 1, 'abc'), (2, 1, 'xyz')`,
  );
  db = openPool({ url: database.url, max: 5, connectTimeoutMs: 1_000 });
});

afterAll(async () => {
  await db.close();
  await database.drop();
});

const failureOf = (fn: () => Promise<unknown>): Promise<unknown> => fn().catch((error: unknown) => error);

describe('the version of PostgreSQL', () => {
  it('is known once there was a connection, to all that ask with it', async () => {
    const fresh = openPool({ url: database.url, max: 2 });
    try {
      expect(fresh.serverVersion).toBeUndefined();
      const [row] = await fresh.query<{ version: string }>(
        "SELECT current_setting('server_version') AS version",
      );
      const version = Number.parseInt(row?.version ?? '', 10);
      expect(version).toBeGreaterThanOrEqual(14);
      expect(fresh.serverVersion).toBe(version);
      expect(await fresh.transaction(async (tx) => tx.serverVersion)).toBe(version);
      expect(withReserve(fresh, fresh).serverVersion).toBe(version);
    } finally {
      await fresh.close();
    }
  });
});

describe('values', () => {
  it('leaves whatever JavaScript cannot hold exactly as text', async () => {
    const rows = await db.query(
      `SELECT 9007199254740993::int8 AS big, 1.50::numeric AS num, '{"a":1}'::json AS doc, '2020-01-01T00:00:00.123456Z'::timestamptz AS at, ARRAY[1,2] AS list, 7 AS int, true AS yes, NULL AS nothing, 0.5::float8 AS half`,
    );
    expect(rows).toEqual([
      {
        big: '9007199254740993',
        num: '1.50',
        doc: '{"a":1}',
        at: '2020-01-01 00:00:00.123456+00',
        list: '{1,2}',
        int: 7,
        yes: true,
        nothing: null,
        half: 0.5,
      },
    ]);
  });

  it('counts the rows that a statement touched', async () => {
    expect(await db.execute('UPDATE item SET n = n WHERE id = ANY ($1)', [[1, 2, 3]])).toBe(2);
  });
});

describe('errors', () => {
  it.each([
    ['unique', `INSERT INTO item VALUES (9, 1, 'abc')`, '23505'],
    ['foreignKey', `INSERT INTO item VALUES (9, 1, 'a', 77)`, '23503'],
    ['check', `INSERT INTO item VALUES (9, 0)`, '23514'],
    ['notNull', `INSERT INTO item VALUES (9, NULL)`, '23502'],
    ['outOfRange', `INSERT INTO item VALUES (9, 99999)`, '22003'],
    ['tooLong', `INSERT INTO item VALUES (9, 1, 'abcd')`, '22001'],
    ['invalidText', `SELECT 'x'::int`, '22P02'],
    ['other', `SELECT 1 / 0`, '22012'],
  ])('%s', async (kind, sql, sqlState) => {
    const error = await failureOf(() => db.query(sql));
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ kind, sqlState });
  });

  it('a NUL byte is invalid text', async () => {
    expect(await failureOf(() => db.query('SELECT $1::text', ['a\0b']))).toMatchObject({
      kind: 'invalidText',
    });
  });

  it('names table, column and constraint, and keeps values in detail', async () => {
    const error = await failureOf(() => db.query(`INSERT INTO item VALUES (9, 1, 'abc')`));
    expect(error).toMatchObject({ table: 'item', constraint: 'item_code_key' });
    expect(String(error)).not.toContain('abc');
  });

  it('a server that is not there is unavailable, and the process lives on', async () => {
    const nowhere = openPool({ url: 'postgresql://x:y@127.0.0.1:1/z', connectTimeoutMs: 500 });
    expect(await failureOf(() => nowhere.query('SELECT 1'))).toMatchObject({ kind: 'unavailable' });
    await nowhere.close();
    expect(toDatabaseError(new Error('anything'))).toMatchObject({ kind: 'other', sqlState: undefined });
  });

  it('a server that cuts its connections is unavailable once, then works again', async () => {
    await db.query('SELECT 1');
    const running = failureOf(() => db.query('SELECT pg_sleep(5)'));
    await runSql(
      database.url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    expect(await running).toMatchObject({ kind: 'unavailable' });
    await expect.poll(() => db.query('SELECT 1 AS one').catch(() => undefined)).toEqual([{ one: 1 }]);
  });
});

describe('a connection that has lost its prepared statements', () => {
  const read = (on: Db, value: string, shares: Shares | undefined) =>
    on.readTexts('SELECT $1::text', [value], { name: 'forgotten', ...(shares && { shares }) });
  it('is given up: a read is asked again, anything else from the next time on', async () => {
    const one = openPool({ url: database.url, max: 1, expressLines: 0 });
    try {
      for (const shares of ['read', undefined] as const) {
        expect(await read(one, 'a', shares)).toEqual(['a']);
        await one.execute('DISCARD ALL');
        const failure = await failureOf(() => read(one, 'b', shares));
        if (shares) expect(failure).toEqual(['b']);
        else expect(failure).toMatchObject({ kind: 'unavailable', sqlState: '26000' });
        expect(await read(one, 'c', shares)).toEqual(['c']);
      }
    } finally {
      await one.close();
    }
  });
});

describe('time', () => {
  it('a statement that takes too long is cancelled by the server', async () => {
    const impatient = openPool({ url: database.url, statementTimeoutMs: 100 });
    expect(await failureOf(() => impatient.query('SELECT pg_sleep(5)'))).toMatchObject({ kind: 'timeout' });
    await impatient.close();
  });

  it.each(['query', 'transaction'])('an aborted %s stops on the server as well', async (how) => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 150);
    const { signal } = abort;
    const sql = `SELECT pg_sleep(20) /* ${how} */`;
    const run = () =>
      how === 'query' ? db.query(sql, [], { signal }) : db.transaction((tx) => tx.query(sql), { signal });
    expect(await failureOf(run)).toMatchObject({ kind: 'cancelled' });
    const left = await runSql(
      database.url,
      `SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep(20) /* ${how}%'`,
    );
    expect(left).toEqual([]);
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('a connection that falls silent before its first statement is unavailable, and makes room', async () => {
    await using way = await Way.to(database.url);
    const through = openPool({ url: way.url, max: 1 });
    way.mutesNew = true;
    expect(await failureOf(() => through.query('SELECT 1'))).toMatchObject({ kind: 'unavailable' });
    way.mutesNew = false;
    expect(await through.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await through.close();
  });

  it('a pool without a free connection is unavailable, not stuck', async () => {
    const small = openPool({ url: database.url, max: 1, connectTimeoutMs: 1_500 });
    const error = await small.transaction(() => failureOf(() => small.query('SELECT 1')));
    expect(error).toMatchObject({ kind: 'unavailable' });
    await small.close();
  });
});

describe('transactions', () => {
  const count = async (id: number): Promise<number> =>
    (await db.query('SELECT FROM item WHERE id = $1', [id])).length;

  it('keep everything or nothing', async () => {
    await db.transaction((tx) => tx.query('INSERT INTO item VALUES (10, 1)'));
    const failed = failureOf(() =>
      db.transaction(async (tx) => {
        await tx.query('INSERT INTO item VALUES (11, 1)');
        throw new Error('no');
      }),
    );
    expect(String(await failed)).toBe('Error: no');
    expect([await count(10), await count(11)]).toEqual([1, 0]);
  });

  it('never report success when a swallowed error has spoilt them', async () => {
    const failed = failureOf(() =>
      db.transaction(async (tx) => {
        await tx.query('INSERT INTO item VALUES (12, 1)');
        await tx.query('SELECT 1 / 0').catch(() => undefined);
      }),
    );
    expect(await failed).toMatchObject({ sqlState: '25P02' });
    expect(await count(12)).toBe(0);
  });

  it('go on after a savepoint is undone', async () => {
    await db.transaction(async (tx) => {
      await tx.query('INSERT INTO item VALUES (13, 1)');
      await failureOf(() => tx.savepoint(() => tx.query('INSERT INTO item VALUES (14, 0)')));
      await tx.savepoint(() => tx.savepoint(() => tx.query('INSERT INTO item VALUES (15, 1)')));
    });
    expect([await count(13), await count(14), await count(15)]).toEqual([1, 0, 1]);
  });

  it('call back after the commit only', async () => {
    const told: string[] = [];
    await db.transaction(async (tx) => tx.afterCommit(() => told.push('kept')));
    await failureOf(() =>
      db.transaction(async (tx) => {
        tx.afterCommit(() => told.push('lost'));
        throw new Error('no');
      }),
    );
    expect(told).toEqual(['kept']);
  });

  it('refuse statements once they are over', async () => {
    const leaked = await db.transaction(async (tx) => tx);
    expect(String(await failureOf(() => leaked.query('SELECT 1')))).toMatch(/transaction is over/);
  });

  it('refuse to write when read only', async () => {
    const failed = failureOf(() => db.transaction((tx) => tx.query('DELETE FROM item'), { readOnly: true }));
    expect(await failed).toMatchObject({ sqlState: '25006' });
  });

  it.each([
    [0, 'serialization'],
    [20, undefined],
  ])('lose no increment under serializable isolation; retries: %i', async (retry, kind) => {
    await db.query('UPDATE item SET n = 1 WHERE id = 1');
    // Nobody writes before two have read: they could all run one after the other.
    let readers = 0;
    let meet = (): void => undefined;
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const increment = () =>
      db.transaction(
        async (tx) => {
          const [row] = await tx.query<{ n: number }>('SELECT n FROM item WHERE id = 1');
          readers += 1;
          if (readers === 2) meet();
          await met;
          await tx.query('UPDATE item SET n = $1 WHERE id = 1', [(row?.n ?? 0) + 1]);
        },
        { isolation: 'serializable', retry },
      );
    const results = await Promise.all(Array.from({ length: 5 }, () => failureOf(increment)));
    const failed = results.filter((one) => one !== undefined);
    if (kind === undefined) expect(failed).toEqual([]);
    else expect(failed[0]).toMatchObject({ kind });
    expect(await db.query('SELECT n FROM item WHERE id = 1')).toEqual([{ n: 6 - failed.length }]);
  });

  it('resolve a deadlock by running one of the two again', async () => {
    const cross = (first: number, second: number) =>
      db.transaction(
        async (tx) => {
          await tx.query('UPDATE item SET n = n + 1 WHERE id = $1', [first]);
          await tx.query('SELECT pg_sleep(0.1)');
          await tx.query('UPDATE item SET n = n + 1 WHERE id = $1', [second]);
        },
        { retry: 3 },
      );
    await Promise.all([cross(1, 2), cross(2, 1)]);
  });
});

describe('what fails at its first turn', () => {
  beforeAll(() =>
    runSql(
      database.url,
      `CREATE SEQUENCE turn;
       CREATE FUNCTION fail_once(state text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN
         IF nextval('turn') > 1 THEN RETURN 'read'; END IF;
         IF state = 'lost' THEN PERFORM pg_terminate_backend(pg_backend_pid()), pg_sleep(5); END IF;
         RAISE EXCEPTION 'not this time' USING ERRCODE = state;
       END $$`,
    ),
  );

  const ask = async (state: string, shares?: Shares) => {
    await db.execute("SELECT setval('turn', 1, false)");
    const options = { name: 'fail_once', ...(shares && { shares }) };
    return db.readTexts('SELECT fail_once($1)', [state], options);
  };

  it.each(['lost', '40001'])('is read again (%s)', async (state) => {
    expect(await ask(state, 'read')).toEqual(['read']);
  });

  it.each([
    ['lost', 'write', 'unavailable'],
    ['lost', undefined, 'unavailable'],
    ['40001', 'insert', 'serialization'],
    ['53200', 'read', 'unavailable'],
    ['22003', 'read', 'outOfRange'],
  ] as const)('fails (%s, %s)', async (state, shares, kind) => {
    expect(await failureOf(() => ask(state, shares))).toMatchObject({ kind });
    expect(await db.query('SELECT last_value::int AS turns FROM turn')).toEqual([{ turns: 1 }]);
  });
});

describe('a statement that has been cancelled', () => {
  it('before it began says so, with the reason', async () => {
    const reason = new Error('The client went away.');
    const signal = AbortSignal.abort(reason);
    for (const run of [
      () => db.query('SELECT 1', [], { signal }),
      () => db.readTexts('SELECT 1', [], { signal }),
    ])
      expect(await failureOf(run)).toMatchObject({ name: 'DatabaseError', kind: 'cancelled', cause: reason });
  });

  it('gives its connection back, whether it ran or waited for one', async () => {
    const few = openPool({ url: database.url, max: 2 });
    try {
      const backends = async () => {
        const all = await Promise.all(
          [1, 2].map(() => few.query<{ pid: number }>('SELECT pg_backend_pid() AS pid, pg_sleep(0.1)')),
        );
        return new Set(all.map(([row]) => row?.pid));
      };
      const before = await backends();
      const leaving = new AbortController();
      const { signal } = leaving;
      const all = Promise.allSettled([
        ...[1, 2].map(() => few.query('SELECT pg_sleep(20)', [], { signal })),
        ...[1, 2, 3].map(() => few.query('SELECT 1', [], { signal })),
        ...[1, 2, 3].map(() => few.readTexts('SELECT 1', [], { signal })),
        ...[1, 2].map(() => few.transaction((tx) => tx.query('SELECT 1'), { signal })),
      ]);
      const sleeping = `SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()`;
      await vi.waitFor(async () => expect(await db.query(sleeping)).toHaveLength(2), { timeout: 20_000 });
      leaving.abort(new Error('The client went away.'));
      for (const end of await all)
        expect(end).toMatchObject({ status: 'rejected', reason: { kind: 'cancelled' } });
      expect(await backends()).toEqual(before);
    } finally {
      await few.close();
    }
  });

  it('ends also where its connection has died without a word, and others go on', async () => {
    await using way = await Way.to(database.url);
    const through = openPool({ url: way.url, max: 2 });
    await through.query('SELECT 1');
    way.mute();
    const signal = AbortSignal.timeout(100);
    expect(await failureOf(() => through.query('SELECT 1', [], { signal }))).toMatchObject({
      kind: 'cancelled',
    });
    expect(await through.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    await through.close();
  });
});
