import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Db, openPool } from '../../src/data/index.ts';
import { PlanChoice, type Way } from '../../src/data/plan-choices.ts';
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

describe('a range that few rows meet, in the order of another column', () => {
  let database: TestDatabase;
  let db: Db;
  beforeAll(async () => {
    database = await createDatabase();
    db = openPool({ url: database.url, max: 4, expressLines: 1 });
    await db.execute('CREATE TABLE task (id int PRIMARY KEY, day int NOT NULL)');
    await db.execute('INSERT INTO task SELECT n, n FROM generate_series(1, 400000) AS n');
    await db.execute('CREATE INDEX ON task (day)');
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
});
