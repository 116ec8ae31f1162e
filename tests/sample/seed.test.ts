import { describe, expect, it } from 'vitest';
import { loadFaker } from '../../prisma/seed/load-faker.ts';
import { makeRows } from '../../prisma/seed/make-rows.ts';
import seed from '../../prisma/seed.ts';
import { startProject } from './start-project.ts';

const rowsOf = async () =>
  Object.fromEntries(makeRows(await loadFaker()).map(({ table, rows }) => [table, rows]));

describe('the sample data', async () => {
  const sample = await startProject('.');
  const count = async (table: string): Promise<number | undefined> =>
    (await sample.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${table}"`))[0]?.n;

  it('is the same every time', async () => expect(await rowsOf()).toEqual(await rowsOf()));

  it('has no id twice', async () => {
    const ids = Object.values(await rowsOf()).flatMap((rows) => rows.flatMap(({ id }) => (id ? [id] : [])));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is all in the database', async () => {
    for (const [table, rows] of Object.entries(await rowsOf())) expect(await count(table)).toBe(rows.length);
  });

  it('is large enough to be interesting', async () => {
    expect(await count('Organization')).toBeGreaterThanOrEqual(5);
    expect(await count('Person')).toBeGreaterThanOrEqual(50);
    expect(await count('Task')).toBeGreaterThanOrEqual(2_000);
    expect(await count('Comment')).toBeGreaterThanOrEqual(10_000);
  });

  it('is known to the planner at once', async () => {
    const tables = await sample.db.query<{ known: boolean }>(
      `SELECT reltuples >= 2000 AS known FROM pg_class WHERE relname IN ('Task', 'Comment')`,
    );
    expect(tables).toEqual([{ known: true }, { known: true }]);
  });

  // About 2 s on two idle cores; the suite runs other files beside it.
  it('loads in seconds', () => expect(sample.seedMs).toBeLessThan(20_000));

  it('is not loaded twice', async () => {
    const lines: string[] = [];
    const before = await count('Task');
    await seed({ db: sample.db, prisma: {} as never, log: (line) => lines.push(line) });
    expect(await count('Task')).toBe(before);
    expect(lines.join()).toMatch(/already/);
  });

  it('breaks no rule of its own: whoever has a task belongs to the organization', async () => {
    const strangers = await sample.db.query(
      `SELECT t.id FROM "Task" t JOIN "Project" p ON p.id = t."projectId"
       WHERE t."assigneeId" IS NOT NULL AND NOT EXISTS (
         SELECT FROM "Membership" m WHERE m."organizationId" = p."organizationId" AND m."personId" = t."assigneeId")`,
    );
    expect(strangers).toEqual([]);
  });
});
