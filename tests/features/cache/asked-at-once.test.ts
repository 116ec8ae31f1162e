import { buildSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../../src/pipeline.ts';
import { Dice } from '../../properties/paths/dice.ts';
import { runSql } from '../../support/database.ts';
import { type RandomQuestion, randomQuestions } from './random-question.ts';
import { type Answer, type Node, type Question, startNodes } from './support.ts';
import { RESOLVERS, randomRows, randomSchema, VIEWERS } from './viewers-world.ts';

/**
 * Random questions under random rules, by all kinds of viewers at once: a node whose reads are coalesced tells each of them what
 * a node tells them one by one that coalesces nothing. `ASKED_AT_ONCE_MINUTES=5` goes on for minutes, with a new schema every
 * ten seconds.
 */
const minutes = Number(process.env.ASKED_AT_ONCE_MINUTES ?? 0);
const first = minutes > 0 ? Math.floor(Math.random() * 2 ** 31) : 1;
const SECONDS = minutes > 0 ? 10 : 4;
const seeds = Array.from({ length: minutes > 0 ? Math.ceil(minutes * 6) : 2 }, (_, n) => first + n);
const POOLS = [{ max: 2 }, { max: 6, expressLines: 2 }];
const NOTHING_KEPT = {
  PLINTH_CACHE_BYTES: '0',
  PLINTH_LIMIT_COST: '1000000000',
  PLINTH_SECRET: 'tests-only-Zr4Wm2hS8pQ0vXk6Jt5bNc1L',
};

describe.each(seeds)('asked at once in the world %i', (seed) => {
  const dice = new Dice(seed);
  const sdl = randomSchema(dice);
  const schema = buildSchema(buildApp([{ file: 'schema.graphql', text: sdl }]).apiSdl);
  const counts = { asked: 0, answered: 0, statements: 0, alone: 0, unlike: 0 };
  let url: string;
  let coalescing: Node;
  let plain: Node;
  beforeAll(async () => {
    const settings = [NOTHING_KEPT, { ...NOTHING_KEPT, PLINTH_COALESCE: '0' }];
    const pool = POOLS[seed % POOLS.length] ?? { max: 2 };
    const nodes = await startNodes(sdl, { resolvers: RESOLVERS, settings, mode: 'production', pool });
    const [one, two] = nodes.nodes;
    if (!one || !two) throw new Error('There are two nodes');
    [coalescing, plain, url] = [one, two, nodes.url];
  });

  it('each is told what is theirs', { timeout: SECONDS * 1_000 + 120_000 }, async () => {
    const began = Date.now();
    do {
      await runSql(url, randomRows(dice));
      const questions = Array.from({ length: 4 }, () => randomQuestions(schema, dice)).flat();
      for (let round = 0; round < 2; round++) await askAll([dice.pick(questions), dice.pick(questions)]);
    } while (Date.now() - began < SECONDS * 1_000);
    // Where all fail, or nothing is asked once for several, or viewers are never told apart, nothing is shown.
    expect(counts.answered).toBeGreaterThan(counts.asked * 0.3);
    expect(counts.statements).toBeLessThan(counts.alone);
    expect(counts.unlike).toBeGreaterThan(0);
  });

  async function askAll(questions: readonly RandomQuestion[]): Promise<void> {
    const all = questions.flatMap((question) => VIEWERS.map((viewer) => asked(question, viewer)));
    const expected = new Map<string, Answer>();
    plain.statements();
    for (const question of all) expected.set(JSON.stringify(question), await plain.ask(question));
    counts.alone += 16 * plain.statements().length;
    if (new Set([...expected.values()].map(({ text }) => text)).size > questions.length) counts.unlike++;
    // Statements are prepared once a shape has come again, and take the express lane once they have been short for a while.
    for (let time = 0; time < 4; time++)
      await compareAll(shuffled([...all, ...all, ...all, ...all]), expected);
  }

  async function compareAll(
    turns: readonly Question[],
    expected: ReadonlyMap<string, Answer>,
  ): Promise<void> {
    coalescing.statements();
    const answers = await Promise.all(turns.map((question) => coalescing.ask(question)));
    counts.statements += coalescing.statements().length;
    for (const [at, question] of turns.entries()) {
      const story = `seed ${seed}: ${JSON.stringify(question)}`;
      const truth = expected.get(JSON.stringify(question));
      counts.asked++;
      if (truth?.errors.length === 0) counts.answered++;
      expect(answers[at]?.data, story).toEqual(truth?.data);
      expect(answers[at]?.errors.map(codeOf).sort(), story).toEqual(truth?.errors.map(codeOf).sort());
    }
  }

  function asked({ query, operationName, variables }: RandomQuestion, viewer: string | undefined): Question {
    return {
      query,
      ...(operationName !== undefined && { operationName }),
      ...(variables && { variables }),
      ...(viewer === undefined ? { as: 'admin' } : { as: null, headers: { 'x-plinth-as': viewer } }),
    };
  }

  function shuffled<T>(all: T[]): T[] {
    for (let at = all.length - 1; at > 0; at--) {
      const other = dice.below(at + 1);
      [all[at], all[other]] = [all[other] as T, all[at] as T];
    }
    return all;
  }
});

const codeOf = ({ extensions }: Answer['errors'][number]): unknown => extensions.code;
