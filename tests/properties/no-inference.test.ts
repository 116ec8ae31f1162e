import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ViewerState } from '../../src/model/viewer.ts';
import { startTwoPaths, type TwoPaths } from '../query/compile/two-paths.ts';
import { Dice } from './paths/dice.ts';
import { changeWhatIsHidden } from './paths/hidden-changes.ts';
import { type RandomOperation, randomOperation } from './paths/random-operation.ts';
import { fillRandomly, SDL, uuid, VIEWERS } from './paths/random-world.ts';

/**
 * What one may not read has no influence on any answer: random questions are asked, everything hidden is changed, and the
 * same questions are asked again. `INFERENCE_MINUTES=5` goes on for minutes, `INFERENCE_SEED` repeats one world.
 */
const minutes = Number(process.env.INFERENCE_MINUTES ?? 0);
const seed = process.env.INFERENCE_SEED === undefined ? undefined : Number(process.env.INFERENCE_SEED);
const NOW = new Date('2024-03-01T12:00:00.000Z');
const QUESTIONS = 40;

let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(SDL);
});
afterAll(() => paths?.reads.stop());

const viewers = VIEWERS.filter((viewer) => viewer.kind !== 'admin');
const counts = { asked: 0, answered: 0, changed: 0 };

/** Every id that there could be, by the two fields that take any. */
const NODES: RandomOperation = {
  source: `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } node(id: "${uuid(301)}") { id } }`,
  variables: () => ({
    ids: [1, 2, 3, 101, 102, 103, 190, 201, 301, 302, 303, 304, 305, 306, 901].map(uuid),
  }),
};

/** Sums of Floats are rounded in the order in which rows happen to lie on disk, which any change may change. */
function isExact({ source }: RandomOperation): boolean {
  return !(/\b(sum|avg)\b/.test(source) && /\bratio\b/.test(source));
}

describe('what a viewer may not read', () => {
  it('has no influence on what is answered', { timeout: minutes * 60_000 + 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (number) => {
        const dice = new Dice(number);
        const viewer = dice.pick(viewers);
        await fillRandomly((sql) => paths.reads.run(sql), dice);
        const operations = [
          NODES,
          ...Array.from({ length: QUESTIONS }, () => randomOperation(paths.reads.schema, dice)).filter(
            isExact,
          ),
        ];
        const before = await askAll(operations, viewer);
        const stored = await everything();
        await paths.reads.run(changeWhatIsHidden(viewer, NOW, number % 1000).join(';\n'));
        if ((await everything()) !== stored) counts.changed++;
        const after = await askAll(operations, viewer);
        for (const [index, answer] of before.entries()) {
          const question = JSON.stringify([
            viewer,
            operations[index]?.source,
            operations[index]?.variables(0),
          ]);
          expect(after[index], question).toEqual(answer);
        }
      }),
      {
        endOnFailure: true,
        numRuns: minutes > 0 ? 1_000_000 : 12,
        interruptAfterTimeLimit: minutes > 0 ? minutes * 60_000 : 25_000,
        ...(seed !== undefined && { examples: [[seed]], numRuns: 1 }),
      },
    );
    // Where nothing is changed and nothing answered, nothing is proven.
    expect(counts.changed).toBeGreaterThan(0);
    expect(counts.answered).toBeGreaterThan(counts.asked * 0.4);
  });
});

/** The data, whether it failed (of several faults, the one that is told is a matter of time), and the compiled path. */
async function askAll(operations: readonly RandomOperation[], viewer: ViewerState): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const { source, variables } of operations) {
    const { resolvers, errors, compiled } = await paths.ask({
      source,
      variables: variables(0),
      viewer,
      now: NOW,
    });
    counts.asked++;
    if (errors.length === 0) counts.answered++;
    answers.push({ resolvers, failed: errors.length > 0, compiled });
  }
  return answers;
}

async function everything(): Promise<string> {
  const tables = ['Person', 'Team', 'Profile', 'Task', 'Note', '_watching'];
  const rows = await Promise.all(tables.map((table) => paths.reads.run(`SELECT * FROM "${table}"`)));
  return JSON.stringify(rows);
}
