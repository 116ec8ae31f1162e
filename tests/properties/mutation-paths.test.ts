import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { Dice } from './paths/dice.ts';
import { randomMutation, WRITABLE_SDL } from './paths/random-mutation.ts';
import { fillRandomly, VIEWERS } from './paths/random-world.ts';

/**
 * Random mutations on two databases that hold the same: one whose statements are compiled, one step by step with the
 * resolvers. `PATHS_MINUTES=5 npx vitest run tests/properties/mutation-paths.test.ts` goes on for minutes; a failure names its
 * seed, which `PATHS_SEED` repeats.
 */
const minutes = Number(process.env.PATHS_MINUTES ?? 0);
const seed = process.env.PATHS_SEED === undefined ? undefined : Number(process.env.PATHS_SEED);
const NOW = new Date('2024-03-01T12:00:00.000Z');
const TABLES = ['Person', 'Team', 'Profile', 'Task', 'Note', 'Slip', 'Mark', '_watching'];

let compiled: TestApp;
let resolved: TestApp;
beforeAll(async () => {
  [compiled, resolved] = await Promise.all([createTestApp(WRITABLE_SDL), createTestApp(WRITABLE_SDL)]);
  for (const { db } of [compiled, resolved]) {
    await db.execute(
      `ALTER TABLE "Task" ALTER version SET DEFAULT 1, ALTER touched SET DEFAULT '2020-01-01'`,
    );
  }
});
afterAll(() => Promise.all([compiled?.close(), resolved?.close()]));

const counts = { asked: 0, succeeded: 0, single: 0, fewer: 0, statements: { compiled: 0, resolved: 0 } };

describe('compiled mutations and those of the resolvers', () => {
  it('answer the same and leave the same', { timeout: minutes * 60_000 + 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (number) => {
        const dice = new Dice(number);
        await fill(dice);
        for (let operation = 0; operation < 12; operation++) await compare(dice, operation);
      }),
      {
        endOnFailure: true,
        numRuns: minutes > 0 ? 1_000_000 : 8,
        interruptAfterTimeLimit: minutes > 0 ? minutes * 60_000 : 30_000,
        ...(seed !== undefined && { examples: [[seed]], numRuns: 1 }),
      },
    );
    // Mutations that are all refused, or all left to the resolvers, would prove nothing. How many are not is chance: eight
    // worlds were once a quarter, less one.
    expect(counts.succeeded).toBeGreaterThan(counts.asked * 0.1);
    expect(counts.single).toBeGreaterThan(0);
    expect(counts.statements.compiled).toBeLessThan(counts.statements.resolved);
  });
});

async function fill(dice: Dice): Promise<void> {
  const statements: string[] = [];
  await fillRandomly(async (sql) => statements.push(sql), dice);
  for (const { db } of [compiled, resolved])
    for (const one of statements.join(';\n').split(/;\n/)) await db.execute(one);
}

/** What the servers make up differs between the two: new ids. Serial ones go on from 1000 and so have four digits. */
function sameNames(text: string): string {
  return text
    .replace(/"(W[\w-]{8,})"/g, (given, cursor: string) => {
      const place = Buffer.from(cursor, 'base64url').toString();
      return place.startsWith('["') ? place : given;
    })
    .replace(/"0[1-9a-f][0-9a-f]{6}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"/g, '"new"')
    .replace(/"1\d{3}"/g, '"new"');
}

async function stored({ db }: TestApp): Promise<unknown> {
  const dump = TABLES.map(
    (table) =>
      `SELECT '${table}' AS name, coalesce(string_agg(row, E'\\n'), '') AS rows FROM (SELECT (SELECT jsonb_object_agg(key, to_jsonb(value #>> '{}')) FROM jsonb_each(to_jsonb(t)))::text AS row FROM "${table}" t) r`,
  );
  const rows = await db.query<{ name: string; rows: string }>(dump.join(' UNION ALL '));
  return Object.fromEntries(rows.map(({ name, rows }) => [name, sameNames(rows).split('\n').sort()]));
}

async function ask(app: TestApp, question: Question, compile: boolean) {
  app.statements();
  const answer = await app.graphql(question.source, question.variables, question.viewer, {
    compile,
    now: NOW,
  });
  const statements = app.statements();
  const errors = answer.errors.map(({ code, message, path, issues }) => ({ code, message, path, issues }));
  return { said: sameNames(JSON.stringify({ data: answer.data, errors })), statements: statements.length };
}

interface Question {
  readonly source: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly viewer: (typeof VIEWERS)[number];
}

/** One mutation, several times: built, built and kept as a template, filled in, and with other variables. */
async function compare(dice: Dice, operation: number): Promise<void> {
  const { source, variables } = randomMutation(compiled.schema, dice);
  for (let turn = 0; turn < 5; turn++) {
    const question = { source, variables: variables(turn < 2 ? 0 : turn), viewer: dice.pick(VIEWERS) };
    const said = JSON.stringify(question);
    for (const { db } of [compiled, resolved])
      await db.execute(
        `SELECT setval(pg_get_serial_sequence('"Note"', 'id'), ${1000 + operation * 80 + turn * 15})`,
      );
    const one = await ask(compiled, question, true);
    const other = await ask(resolved, question, false);
    counts.asked++;
    expect(one.said, said).toBe(other.said);
    const ok = one.said.includes('"errors":[]');
    if (ok) counts.succeeded++;
    if (ok && one.statements === 1) counts.single++;
    if (ok) {
      counts.statements.compiled += one.statements;
      counts.statements.resolved += other.statements;
    }
    expect(await stored(compiled), said).toEqual(await stored(resolved));
  }
}
