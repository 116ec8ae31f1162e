import { buildSchema, type GraphQLSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../../src/pipeline.ts';
import { Dice } from '../../properties/paths/dice.ts';
import { runSql } from '../../support/database.ts';
import { type RandomQuestion, randomQuestions } from './random-question.ts';
import { type Answer, type Node, type Nodes, type Question, startNodes } from './support.ts';
import { RESOLVERS, randomMutation, randomRows, randomSchema, randomSql, VIEWERS } from './viewers-world.ts';

/**
 * Random rules over random rows, asked by all kinds of viewers between writes of all kinds: nodes that keep answers say what a
 * node says that keeps none, and tell other caches that an answer is everybody's only where it is.
 * `CACHE_MINUTES=5 npx vitest run tests/features/cache/random-viewers.test.ts` goes on for minutes, with a new schema every
 * quarter of a minute; `CACHE_SEED` repeats one.
 */
const minutes = Number(process.env.CACHE_MINUTES ?? 0);
// The suite always has the same worlds: others are for who looks for them.
const first = Number(process.env.CACHE_SEED ?? (minutes > 0 ? Math.floor(Math.random() * 2 ** 31) : 1));
const SECRET = 'tests-only-Zr4Wm2hS8pQ0vXk6Jt5bNc1L';
const SECONDS = minutes > 0 ? 15 : 5;
const seeds = Array.from({ length: minutes > 0 ? Math.ceil(minutes * 4) : 2 }, (_, n) => first + n);

const counts = {
  asked: 0,
  /** Without errors. */
  answered: 0,
  /** From memory. */
  kept: 0,
  /** Questions that viewers were answered differently. */
  unlike: 0,
  /** Told to be `public`. */
  everybodys: 0,
  /** "Not modified." */
  unchanged: 0,
  /** Answers that a write might have changed, and those that it has. */
  repeated: 0,
  changed: 0,
};

/** Where nothing is answered from memory, nothing is shown; nor where viewers are never told apart, or writes change nothing. */
const hasShown = (): boolean =>
  counts.answered > counts.asked * 0.3 &&
  counts.kept > counts.asked * 0.1 &&
  Math.min(counts.unlike, counts.everybodys, counts.unchanged, counts.changed) > 1;

describe.each(seeds)('viewers of the world %i', (seed) => {
  const dice = new Dice(seed);
  const sdl = randomSchema(dice);
  let schema: GraphQLSchema;
  let nodes: Nodes;
  let keeping: readonly Node[];
  let plain: Node;
  beforeAll(async () => {
    schema = buildSchema(buildApp([{ file: 'schema.graphql', text: sdl }]).apiSdl);
    const settings = [{}, { PLINTH_COMPILE: '0' }, { PLINTH_CACHE_BYTES: '0' }];
    nodes = await startNodes(sdl, {
      resolvers: RESOLVERS,
      settings: settings.map((one) => ({ ...one, PLINTH_LIMIT_COST: '1000000000', PLINTH_SECRET: SECRET })),
      // In development, an answer that counts what it hides is not kept.
      mode: dice.chance(0.8) ? 'production' : 'development',
    });
    const [one, two, three] = nodes.nodes;
    if (!one || !two || !three) throw new Error('There are three nodes');
    keeping = [one, two];
    plain = three;
  });

  it('are told what is theirs and still so', { timeout: SECONDS * 1_000 + 120_000 }, async () => {
    const began = Date.now();
    const isOver = (seconds: number): boolean => Date.now() - began > seconds * 1_000;
    // On a busy machine few questions fit into the time, so it goes on until there is something to show.
    while (!isOver(SECONDS) || !(hasShown() || isOver(SECONDS + 10))) await new Round().play();
  });

  /** Some questions about one filling of the tables. */
  class Round {
    readonly #questions: readonly RandomQuestion[];
    /** What was asked lately, and what was true then. */
    readonly #asked: { readonly question: Question; readonly text: string }[] = [];
    readonly #log: string[] = [];

    constructor() {
      const pages = pageQuestions(dice);
      this.#questions = [...Array.from({ length: 5 }, () => randomQuestions(schema, dice)).flat(), ...pages];
    }

    async play(): Promise<void> {
      await runSql(nodes.url, randomRows(dice));
      await hearAll(keeping);
      for (let step = 0; step < 14; step++) {
        if (dice.chance(0.3)) await this.#write();
        else await this.#askAround(dice.pick(this.#questions));
      }
    }

    /** One question by a few viewers on one node, one after the other or all at once. */
    async #askAround(asked: RandomQuestion): Promise<void> {
      const node = dice.pick(keeping);
      const few = [...new Set(Array.from({ length: 5 }, () => dice.pick(VIEWERS)))];
      const turns = [...few, ...few].map((viewer) => this.#question(asked, viewer));
      const truths = await Promise.all(few.map((viewer) => plain.ask(this.#question(asked, viewer))));
      const expected = new Map(few.map((viewer, index) => [viewer, truths[index] as Answer]));
      const strangers = [...expected].filter(([viewer]) => viewer !== undefined).map(([, answer]) => answer);
      if (new Set(strangers.map(said)).size > 1) counts.unlike++;
      const answers = dice.chance(0.3)
        ? await Promise.all(turns.map((question) => node.ask(question)))
        : await inTurn(turns, (question) => node.ask(question));
      for (const [index, question] of turns.entries()) {
        const truth = expected.get(viewerOf(question));
        const answer = answers[index];
        if (!truth || !answer) throw new Error('Everybody is answered');
        this.#compare(question, answer, truth);
        this.#asked.push({ question, text: truth.text });
        if (answer.kept?.includes('public')) {
          counts.everybodys++;
          for (const other of strangers) expect(said(other), this.#story(question)).toBe(said(truth));
        }
      }
      await this.#askWithTag(node, dice.pick(turns), expected);
      await this.#turnPage(asked, node, expected);
    }

    #question({ query, operationName, variables }: RandomQuestion, viewer: string | undefined): Question {
      return {
        query,
        ...(operationName !== undefined && { operationName }),
        ...(variables && { variables }),
        method: dice.chance(0.5) ? 'GET' : 'POST',
        ...(viewer === undefined ? { as: 'admin' } : { as: null, headers: { 'x-plinth-as': viewer } }),
      };
    }

    #compare(question: Question, answer: Answer, truth: Answer): void {
      counts.asked++;
      if (truth.errors.length === 0) counts.answered++;
      if (answer.headers.has('age')) counts.kept++;
      const story = this.#story(question);
      expect(answer.data, story).toEqual(truth.data);
      expect(answer.errors.map(codeOf).sort(), story).toEqual(truth.errors.map(codeOf).sort());
      expect(answer.kept, story).toBe(truth.kept);
    }

    /** With the tag that somebody else was given, "not modified" is only to be heard where both see the same. */
    async #askWithTag(
      node: Node,
      question: Question,
      expected: ReadonlyMap<string | undefined, Answer>,
    ): Promise<void> {
      const [viewer, truth] = dice.pick([...expected]);
      const tagged = await node.ask({ ...question, method: 'GET' });
      const tag = tagged.headers.get('etag');
      if (tag === null) return;
      const again = this.#question(question, viewer);
      const headers = { ...again.headers, 'if-none-match': tag };
      const answer = await node.ask({ ...again, as: again.as ?? null, method: 'GET', headers });
      if (answer.status === 304) {
        counts.unchanged++;
        expect(said(truth), this.#story(again)).toBe(said(tagged));
      } else expect(said(answer), this.#story(again)).toBe(said(truth));
    }

    /** The page after the one that somebody was answered, for them and for others. */
    async #turnPage(
      asked: RandomQuestion,
      node: Node,
      expected: ReadonlyMap<string | undefined, Answer>,
    ): Promise<void> {
      if (asked.operationName !== 'Page') return;
      const cursors = [...expected.values()].map(
        ({ data }) => data?.docsConnection?.pageInfo.endCursor ?? null,
      );
      const next = { ...asked, variables: { ...asked.variables, after: dice.pick(cursors) } };
      for (const viewer of [...expected.keys(), ...expected.keys()]) {
        const question = this.#question(next, viewer);
        this.#compare(question, await node.ask(question), await plain.ask(question));
      }
    }

    /** By the API of any node, or by hand. Where it was written, nobody has to wait. */
    async #write(): Promise<void> {
      const known = Array.from({ length: Math.min(10, this.#asked.length) }, () =>
        dice.pick(this.#asked.slice(-20)),
      );
      const node = dice.pick([...keeping, plain]);
      if (dice.chance(0.6)) {
        const write = randomMutation(dice);
        this.#log.push(JSON.stringify(write));
        await node.ask({
          ...this.#question(write, dice.chance(0.7) ? undefined : dice.pick(VIEWERS)),
          method: 'POST',
        });
        if (node !== plain) await this.#askAgain(known, node);
      } else {
        const sql = randomSql(dice);
        this.#log.push(sql);
        await runSql(nodes.url, sql);
      }
      await hearAll(keeping);
      for (const one of keeping) await this.#askAgain(known, one);
    }

    /** What was asked before a write, at once. */
    async #askAgain(known: readonly { question: Question; text: string }[], node: Node): Promise<void> {
      const answers = await Promise.all(known.map(({ question }) => node.ask(question)));
      const truths = await Promise.all(known.map(({ question }) => plain.ask(question)));
      for (const [index, { question, text }] of known.entries()) {
        const [answer, truth] = [answers[index], truths[index]];
        if (!answer || !truth) throw new Error('Everybody is answered');
        this.#compare(question, answer, truth);
        counts.repeated++;
        if (truth.text !== text) counts.changed++;
      }
    }

    #story(question: Question): string {
      return [`CACHE_SEED=${seed}`, sdl, ...this.#log, JSON.stringify(question, null, 1)].join('\n');
    }
  }
});

it('have answers from memory, and writes that matter to them', () => {
  if (minutes > 0) console.log(counts);
  expect(hasShown(), JSON.stringify(counts)).toBe(true);
});

/** Pages whose cursors hold what a rule may hide. */
function pageQuestions(dice: Dice): readonly RandomQuestion[] {
  const query = `query Page($first: Int = 2, $after: String, $order: [DocOrderBy!], $where: DocWhere) {
    docsConnection(first: $first, after: $after, orderBy: $order, where: $where) {
      totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id } }
    }
  }`;
  const orders = ['points', 'level', 'text', 'slot'].map((name) => [{ [name]: dice.pick(['ASC', 'DESC']) }]);
  const order = dice.pick([
    ...orders,
    [{ owner: { email: 'ASC' } }],
    [{ tags: { count: 'DESC' } }],
    undefined,
  ]);
  return [{ query, operationName: 'Page', variables: { first: 1 + dice.below(2), ...(order && { order }) } }];
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

const viewerOf = ({ headers }: Question): string | undefined => headers?.['x-plinth-as'];
const said = ({ text }: Answer): string => text.replaceAll(/"requestId":"[^"]*"/g, '');
/** Of several faults, the one that is told is a matter of time, and so is the path of one in a list. */
const codeOf = ({ extensions }: Answer['errors'][number]): unknown => extensions.code;

/** A mutation is answered once its node has heard of everything before. */
async function hearAll(keeping: readonly Node[]): Promise<void> {
  for (const node of keeping) {
    const { errors } = await node.ask({
      query: 'mutation { updateMarks(where: {}, input: { label: "x" }) { count } }',
    });
    expect(errors).toEqual([]);
  }
}
