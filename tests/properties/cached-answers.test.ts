import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ViewerState } from '../../src/model/viewer.ts';
import { buildApp } from '../../src/pipeline.ts';
import { type Answer, type Node, type Nodes, type Sender, startNodes } from '../features/cache/support.ts';
import { runSql } from '../support/database.ts';
import { Dice } from './paths/dice.ts';
import { type RandomOperation, randomOperation } from './paths/random-operation.ts';
import { fillRandomly, SDL, uuid, VIEWERS } from './paths/random-world.ts';

/**
 * Random operations by random viewers between random writes, of two nodes that keep answers and one that does not: whatever
 * the order, all say the same. `CACHE_MINUTES=5 npx vitest run tests/properties/cached-answers.test.ts` goes on for minutes.
 */
const minutes = Number(process.env.CACHE_MINUTES ?? 0);
const seed = process.env.CACHE_SEED === undefined ? undefined : Number(process.env.CACHE_SEED);

/** The rule about the time would keep most operations from being kept. */
const KEPT = SDL.replaceAll('@model', '@model @cacheControl(maxAge: 3600)').replace(
  '&& this.until > now',
  '&& this.id != 3',
);
const schema = buildSchema(buildApp([{ file: 'schema.graphql', text: KEPT }]).apiSdl);

let nodes: Nodes;
let keeping: readonly Node[];
let plain: Node;
beforeAll(async () => {
  const settings = [{}, { PLINTH_COMPILE: '0' }, { PLINTH_CACHE_BYTES: '0' }];
  nodes = await startNodes(KEPT, {
    settings: settings.map((one) => ({ ...one, PLINTH_LIMIT_COST: '1000000000' })),
  });
  const [one, two, three] = nodes.nodes;
  if (!one || !two || !three) throw new Error('There are three nodes');
  keeping = [one, two];
  plain = three;
});

const counts = { asked: 0, kept: 0 };

describe('kept answers', () => {
  it('are what would be answered anew, for every viewer and after every write', {
    timeout: minutes * 60_000 + 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 - 1 }), async (number) => {
        const dice = new Dice(number);
        await fill(dice);
        const operations = Array.from({ length: 5 }, () => randomOperation(schema, dice));
        for (let step = 0; step < 12; step++) {
          if (dice.chance(0.4)) await writeAmongReads(operations, dice);
          else await compare(operations, dice);
        }
      }),
      {
        endOnFailure: true,
        numRuns: minutes > 0 ? 1_000_000 : 4,
        interruptAfterTimeLimit: minutes > 0 ? minutes * 60_000 : 25_000,
        ...(seed !== undefined && { examples: [[seed]], numRuns: 1 }),
      },
    );
    // Where nothing is ever answered from memory, nothing is shown. How much is, is chance: a sixth to a third as a rule.
    expect(counts.kept).toBeGreaterThan(0);
  });
});

async function fill(dice: Dice): Promise<void> {
  await fillRandomly((sql) => runSql(nodes.url, sql), dice);
  await hearAll();
}

function question(operations: readonly RandomOperation[], dice: Dice) {
  const { source, variables } = dice.pick(operations);
  return { query: source, variables: variables(dice.below(2)), as: sender(dice.pick(VIEWERS)) };
}

function sender(viewer: ViewerState): Sender {
  if (viewer.kind === 'admin') return 'admin';
  return viewer.kind === 'signedOut' ? null : { id: viewer.id, roles: viewer.roles ?? [] };
}

/** One operation by all viewers on one node, twice: whoever comes later must get what is theirs. */
async function compare(operations: readonly RandomOperation[], dice: Dice): Promise<void> {
  const { query, variables } = question(operations, dice);
  const node = dice.pick(keeping);
  const anew = new Map<ViewerState, Answer>();
  for (let turn = 0; turn < 2 * VIEWERS.length; turn++) {
    const viewer = dice.pick(VIEWERS);
    const asked = { query, variables, as: sender(viewer) };
    const expected = anew.get(viewer) ?? (await plain.ask(asked));
    anew.set(viewer, expected);
    const answer = await node.ask(asked);
    counts.asked++;
    if (answer.headers.has('age')) counts.kept++;
    expect(answer.data, JSON.stringify(asked)).toEqual(expected.data);
    expect(answer.errors.length, JSON.stringify(asked)).toBe(expected.errors.length);
    expect(answer.kept).toBe(expected.kept);
  }
}

/** What is read while something is written may be of before or after, and must not be of before later on. */
async function writeAmongReads(operations: readonly RandomOperation[], dice: Dice): Promise<void> {
  const reads = Array.from({ length: 4 }, () => dice.pick(keeping).ask(question(operations, dice)));
  if (dice.chance(0.5)) {
    const node = dice.pick(keeping);
    const input = dice.pick([
      { points: dice.below(9) },
      { level: 'HIGH' },
      { title: 'z_' },
      { hidden: null },
    ]);
    const query = 'mutation ($input: TaskUpdateInput!) { updateTasks(where: {}, input: $input) { count } }';
    expect((await node.ask({ query, variables: { input } })).errors).toEqual([]);
    await Promise.all(reads);
    // Nobody needs to wait where it was written.
    const asked = question(operations, dice);
    expect((await node.ask(asked)).data, JSON.stringify(asked)).toEqual((await plain.ask(asked)).data);
  } else {
    await runSql(nodes.url, dice.pick(WRITES)(dice));
    await Promise.all(reads);
  }
  await hearAll();
}

const WRITES: readonly ((dice: Dice) => string)[] = [
  () => 'UPDATE "Team" SET open = NOT open',
  () => 'UPDATE "Profile" SET public = NOT public',
  (dice) => `UPDATE "Task" SET "ownerId" = '${uuid(1 + dice.below(3))}'`,
  (dice) => `UPDATE "Person" SET secret = 'secret ${dice.below(100)}', name = NULL`,
  () => 'UPDATE "Person" SET "teamId" = (SELECT id FROM "Team" ORDER BY random() LIMIT 1)',
  () => 'DELETE FROM "_watching" WHERE random() < 0.5',
  () => 'UPDATE "Note" SET text = text || \'!\'',
  () => 'DELETE FROM "Slip" WHERE random() < 0.3',
  (dice) => {
    const id = `'${uuid(4 + dice.below(3))}'`;
    return `DELETE FROM "Profile" WHERE "personId" = ${id}; DELETE FROM "Person" WHERE id = ${id}`;
  },
];

/** A mutation is answered once its node has heard of everything before. */
async function hearAll(): Promise<void> {
  const query = 'mutation { updateSlips(where: { left: { eq: -1 } }, input: { left: 0 }) { count } }';
  for (const node of keeping) expect((await node.ask({ query })).errors).toEqual([]);
}
