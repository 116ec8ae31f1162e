import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Db, openPool } from '../../src/data/index.ts';
import { PlanChoice, PlanChoices, type Way } from '../../src/data/plan-choices.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

/** Runs a statement that takes so long either way; answers the ways that it went. */
function play(choice: PlanChoice, runs: number, ms: (way: Way) => number): readonly Way[] {
  return Array.from({ length: runs }, () => {
    const way = choice.next;
    choice.note(way, ms(way));
    return way;
  });
}
const anews = (ways: readonly Way[]): number => ways.filter((way) => way === 'anew').length;

describe('a prepared statement is planned anew for each run', () => {
  it('once that has been tried, and was much faster', () => {
    const choice = new PlanChoice();
    const slow = (way: Way) => (way === 'prepared' ? 100 : 1);
    expect(anews(play(choice, 8, slow))).toBe(0);
    expect(anews(play(choice, 64, slow))).toBe(64);
    // Now and then it is looked whether that is still so.
    expect(anews(play(choice, 1_000, slow))).toBeGreaterThan(900);
  });

  it('never where it is fast as it is', () => {
    expect(anews(play(new PlanChoice(), 5_000, () => 2))).toBe(0);
  });

  it('for a few trials, ever more seldom, where it takes as long', () => {
    const choice = new PlanChoice();
    expect(anews(play(choice, 10_000, () => 50))).toBeLessThan(60);
    expect(anews(play(choice, 10_000, () => 50))).toBeLessThan(25);
  });

  it('until it is as fast without', () => {
    const choice = new PlanChoice();
    play(choice, 200, (way) => (way === 'prepared' ? 100 : 1));
    expect(anews(play(choice, 500, () => 3))).toBeLessThan(300);
    expect(choice.next).toBe('prepared');
  });

  it('not for one slow run', () => {
    const choice = new PlanChoice();
    play(choice, 7, () => 1);
    choice.note('prepared', 30);
    expect(anews(play(choice, 100, () => 1))).toBe(0);
  });
});

describe('while a way is tried', () => {
  const tried = (): PlanChoice => {
    const choice = new PlanChoice();
    play(choice, 8, () => 100);
    return choice;
  };

  it('only as many go it at once as are to be noted', () => {
    const choice = tried();
    expect(anews(Array.from({ length: 50 }, () => choice.begin()))).toBe(5);
    choice.end('anew');
    expect(anews(Array.from({ length: 50 }, () => choice.begin()))).toBe(1);
    for (let run = 0; run < 5; run++) {
      choice.note('anew', 1);
      choice.end('anew');
    }
    expect(anews(Array.from({ length: 50 }, () => choice.begin()))).toBe(50);
  });

  it('the next trial has all of its runs', () => {
    const choice = tried();
    for (let trial = 0; trial < 4; trial++) {
      let anew = 0;
      for (let run = 0; run < 10_000 && anew < 5; run++) {
        const way = choice.begin();
        if (way === 'anew') anew += 1;
        choice.note(way, 100);
        choice.end(way);
      }
      expect(anew).toBe(5);
    }
  });

  it('what was stopped counts where it had taken as long by then', () => {
    const choice = tried();
    for (let run = 0; run < 20; run++) choice.noteStopped('anew', 50);
    expect(choice.next).toBe('anew');
    for (let run = 0; run < 5; run++) choice.noteStopped('anew', 200);
    expect(choice.next).toBe('prepared');
  });

  it('it goes where no others wait for it', () => {
    const choices = new PlanChoices();
    expect(choices.mayShare('read')).toBe(true);
    const mayShare = new Set<boolean>();
    for (let run = 0; run < 300; run++) {
      const way = choices.begin('read');
      choices.note('read', way, way === 'prepared' ? 100 : 1);
      choices.end('read', way);
      if (run > 20) mayShare.add(choices.mayShare('read'));
    }
    expect(mayShare).toEqual(new Set([false]));
  });
});

it('the choice of what is used is remembered, however many others come', () => {
  const choices = new PlanChoices();
  const run = (name: string): Way => {
    const way = choices.begin(name);
    choices.note(name, way, way === 'prepared' ? 100 : 1);
    choices.end(name, way);
    return way;
  };
  for (let time = 0; time < 30; time++) run('slow');
  const ways: Way[] = [];
  for (let number = 0; number < 3_000; number++) {
    run(`other ${number}`);
    if (number % 100 === 0) ways.push(run('slow'));
  }
  expect(anews(ways)).toBe(30);
});

describe('a range that few rows meet, in the order of another column', () => {
  let database: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await createDatabase();
    db = openPool({ url: database.url, max: 4, expressLines: 1 });
    await db.execute('CREATE TABLE task (id int PRIMARY KEY, day int NOT NULL)');
    await db.execute('INSERT INTO task SELECT n, n FROM generate_series(1, 400000) AS n');
    await db.execute('CREATE INDEX ON task (day)');
    // Slower than it says.
    await db.execute(
      `CREATE FUNCTION any_task(int) RETURNS bool LANGUAGE plpgsql COST 0.0001 AS 'BEGIN RETURN true; END'`,
    );
    await db.execute('VACUUM ANALYZE task');
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  it('is found by its index, however often all rows were asked for', { timeout: 60_000 }, async () => {
    const text = 'SELECT id::text AS found FROM task WHERE day >= $1 ORDER BY id LIMIT 20';
    const total = async (read: (day: number) => Promise<unknown>): Promise<number> => {
      for (let run = 0; run < 20; run++) await read(1);
      const began = performance.now();
      for (let run = 0; run < 60; run++) await read(399_990);
      return performance.now() - began;
    };
    const ours = await total((day) => db.readTexts(text, [day], { name: 'tasks since', shares: 'read' }));
    const client = await db.pool.connect();
    const prepared = await total((day) => client.query({ name: 'kept', text, values: [day] }));
    client.release();
    expect(ours * 3).toBeLessThan(prepared);
  });

  it('also where nobody has waited until all rows were looked at', { timeout: 60_000 }, async () => {
    const text = 'SELECT id::text AS found FROM task WHERE any_task(id) AND day >= $1 ORDER BY id LIMIT 20';
    const alone = openPool({ url: database.url, max: 1 });
    onTestFinished(() => alone.close());
    const read = (day: number, signal?: AbortSignal) =>
      alone.readTexts(text, [day], { name: 'any tasks since', shares: 'read', signal });
    for (let run = 0; run < 20; run++) await read(1);
    const ends: string[] = [];
    for (let run = 0; run < 60; run++) {
      const work = read(399_990, AbortSignal.timeout(60));
      ends.push(
        await work.then(
          () => 'answered',
          () => 'stopped',
        ),
      );
    }
    expect(ends.slice(30)).toEqual(ends.slice(30).map(() => 'answered'));
  });
});
