import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTwoPaths, type TwoPaths } from '../query/compile/two-paths.ts';
import { Dice } from './paths/dice.ts';
import { randomOperation } from './paths/random-operation.ts';
import { fillRandomly, SDL, VIEWERS } from './paths/random-world.ts';

/**
 * Both executors over random operations, viewers and rows. `PATHS_MINUTES=5 npx vitest run tests/properties/paths.test.ts`
 * goes on for minutes; a failure names its seed, which `PATHS_SEED` repeats.
 */
const minutes = Number(process.env.PATHS_MINUTES ?? 0);
const seed = process.env.PATHS_SEED === undefined ? undefined : Number(process.env.PATHS_SEED);

let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(SDL);
});
afterAll(() => paths?.reads.stop());

const counts = { asked: 0, compiled: 0, refused: 0 };

describe('the compiled path and the resolvers', () => {
  it('answer the same bytes', { timeout: minutes * 60_000 + 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (number) => {
        const dice = new Dice(number);
        await fill(dice);
        for (let operation = 0; operation < 25; operation++) await compare(dice);
      }),
      {
        endOnFailure: true,
        numRuns: minutes > 0 ? 1_000_000 : 8,
        interruptAfterTimeLimit: minutes > 0 ? minutes * 60_000 : 20_000,
        ...(seed !== undefined && { examples: [[seed]], numRuns: 1 }),
      },
    );
    // Questions that nobody compiles, or that all are refused, would prove nothing.
    expect(counts.compiled).toBeGreaterThan(counts.asked * 0.5);
    expect(paths.faults).toEqual([]);
  });

  it('walk through the same pages', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (number) => {
        const dice = new Dice(number);
        await fill(dice);
        for (let walk = 0; walk < 10; walk++) await walkPages(dice);
      }),
      { endOnFailure: true, numRuns: 5 },
    );
  });
});

/** What an answer with an error has left running may still hold locks. */
async function fill(dice: Dice): Promise<void> {
  const statements: string[] = [];
  await fillRandomly(async (sql) => statements.push(sql), dice);
  for (let attempt = 0; ; attempt++) {
    try {
      await paths.reads.run(statements.join(';'));
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== '40P01' || attempt > 5) throw error;
    }
  }
}

async function walkPages(dice: Dice): Promise<void> {
  const keys = ['points', 'ratio', 'price', 'level', 'due', 'title', 'hidden', 'id'] as const;
  const orderBy = Array.from({ length: dice.below(3) }, () => ({
    [dice.pick(keys)]: dice.pick(['ASC', 'DESC', 'ASC_NULLS_FIRST', 'DESC_NULLS_LAST']),
  }));
  const forwards = dice.chance(0.5);
  const args = forwards ? 'first: 2, after: $cursor' : 'last: 2, before: $cursor';
  const source = `query ($orderBy: [TaskOrderBy!], $cursor: String) {
    tasksConnection(orderBy: $orderBy, ${args}) {
      edges { cursor node { id points } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
    }
  }`;
  const viewer = dice.pick(VIEWERS);
  let cursor: string | null = null;
  for (let page = 0; page < 8; page++) {
    const { resolvers, compiled, errors } = await paths.ask({
      source,
      variables: { orderBy, cursor },
      viewer,
    });
    if (errors.length > 0) return expect(compiled).toBeUndefined();
    expect(compiled).toBe(resolvers);
    const { edges, pageInfo } = JSON.parse(resolvers).tasksConnection;
    cursor = forwards ? pageInfo.endCursor : pageInfo.startCursor;
    if (edges.length === 0) return;
  }
}

/**
 * One operation, asked several times: built, built and kept as a template, filled in (or stored and read again before that), and
 * with other variables.
 */
async function compare(dice: Dice): Promise<void> {
  const { source, variables } = randomOperation(paths.reads.schema, dice);
  const isStored = dice.chance(0.5);
  for (let turn = 0; turn < 5; turn++) {
    if (turn === 2 && isStored) paths.storeAndRestore(source);
    const question = { source, variables: variables(turn < 3 ? 0 : turn), viewer: dice.pick(VIEWERS) };
    const said = JSON.stringify(question);
    const { resolvers, errors, compiled, whyNot } = await paths.ask(question);
    counts.asked++;
    if (whyNot !== undefined) throw new Error(`${whyNot} ${said}`);
    if (compiled === undefined) counts.refused++;
    else counts.compiled++;
    if (errors.length > 0) expect(compiled, `${said} ${errors.join('; ')}`).toBeUndefined();
    else if (compiled !== undefined) expect(compiled, said).toBe(resolvers);
  }
}
