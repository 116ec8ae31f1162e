import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPrismaClient, type Db, openPool, type Tx } from '../../src/data/index.ts';
import { prismaSchema } from '../data/example-schemas.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';

/**
 * What an author's code may do with a transaction, in any order and depth, keeping any failure to itself. Whatever has told
 * its caller that it is done is stored with the transaction, and nothing else is.
 */
type Step =
  | { readonly does: Single; readonly keepsFailure: boolean }
  | {
      readonly does: 'nested' | 'savepoint';
      readonly keepsFailure: boolean;
      readonly throws: boolean;
      readonly steps: readonly Step[];
    }
  | { readonly does: 'together'; readonly keepsFailure: boolean; readonly steps: readonly Step[] };

type Single = 'create' | 'insert' | 'list' | 'clash' | 'count';
type Group = 'nested' | 'savepoint' | 'together';

function stepsOf(singles: readonly Single[], groups: readonly Group[]): fc.Arbitrary<readonly Step[]> {
  const { steps } = fc.letrec<{ step: Step; steps: readonly Step[] }>((tie) => ({
    step: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.record({
        does: fc.constantFrom(...singles),
        keepsFailure: fc.boolean(),
      }),
      fc.record({
        does: fc.constantFrom(...groups),
        keepsFailure: fc.constantFrom(true, true, false),
        throws: fc.constantFrom(false, false, true),
        steps: tie('steps'),
      }) as fc.Arbitrary<Step>,
    ),
    steps: fc.array(tie('step'), { minLength: 1, maxLength: 4, depthIdentifier: 'step' }),
  }));
  return steps;
}

interface Items {
  readonly item: { create(args: { data: { id: number } }): Promise<unknown>; count(): Promise<number> };
  $transaction(work: ((inner: Items) => Promise<void>) | readonly Promise<unknown>[]): Promise<unknown>;
}

/** A transaction, or one inside of it. */
interface Part {
  readonly around: Part | undefined;
  isDone: boolean;
}

/** What an author's code can do. Ours, which has the transaction itself, does one thing after another. */
const BY_PRISMA = ['create', 'list', 'clash', 'count'] as const;

const TAKEN = 0;
let database: TestDatabase;
let db: Db;
let prisma: Items;

beforeAll(async () => {
  database = await createDatabase();
  await runSql(database.url, `CREATE TABLE item (id int PRIMARY KEY); INSERT INTO item VALUES (${TAKEN})`);
  db = openPool({ url: database.url, max: 1 });
  const schema = prismaSchema('model Item {\n  id Int @id\n\n  @@map("item")\n}');
  prisma = (await createPrismaClient({ prismaSchema: schema, db })) as never;
});

afterAll(async () => {
  await db.close();
  await database.drop();
});

class Run {
  readonly #tx: Tx;
  readonly #created: { readonly id: number; readonly part: Part }[] = [];
  #last = TAKEN;

  constructor(tx: Tx) {
    this.#tx = tx;
  }

  /** What has to be stored if the whole is. */
  get done(): readonly number[] {
    const isDone = (part: Part | undefined): boolean => !part || (part.isDone && isDone(part.around));
    return this.#created.filter(({ part }) => isDone(part)).map(({ id }) => id);
  }

  async steps(steps: readonly Step[], client: Items, part: Part): Promise<void> {
    for (const step of steps) {
      const work = this.#step(step, client, part);
      await (step.keepsFailure ? work.catch(() => undefined) : work);
    }
  }

  async #step(step: Step, client: Items, around: Part): Promise<void> {
    if (step.does === 'together') {
      await Promise.allSettled(step.steps.map((one) => this.steps([one], client, around)));
      return;
    }
    if (step.does === 'count') return void (await client.item.count());
    if ('steps' in step) {
      const part = { around, isDone: false };
      const inside = async (inner: Items): Promise<void> => {
        await this.steps(step.steps, inner, part);
        if (step.throws) throw new Error('thrown');
      };
      await (step.does === 'nested' ? client.$transaction(inside) : this.#tx.savepoint(() => inside(client)));
      part.isDone = true;
      return;
    }
    const id = step.does === 'clash' ? TAKEN : ++this.#last;
    await this.#create(step.does, id, client);
    this.#created.push({ id, part: around });
  }

  #create(how: Step['does'], id: number, client: Items): Promise<unknown> {
    if (how === 'insert') return this.#tx.query('INSERT INTO item VALUES ($1)', [id]);
    const create = client.item.create({ data: { id } });
    return how === 'list' ? client.$transaction([create, client.item.count()]) : create;
  }
}

interface Outcome {
  readonly stored: readonly unknown[];
  readonly done: readonly number[];
  readonly isCommitted: boolean;
}

async function outcomeOf(steps: readonly Step[]): Promise<Outcome> {
  let done: readonly number[] = [];
  const whole = { around: undefined, isDone: true };
  const committed = db.transaction(async (tx) => {
    const run = new Run(tx);
    await run.steps(steps, prisma, whole);
    done = run.done;
  });
  const isCommitted = await committed.then(
    () => true,
    () => false,
  );
  // In whatever order: PostgreSQL puts rows where others have been.
  const rows = await db.query<{ id: number }>('DELETE FROM item WHERE id > $1 RETURNING id', [TAKEN]);
  const inOrder = (ids: readonly number[]) => [...ids].sort((one, other) => one - other);
  return { stored: inOrder(rows.map(({ id }) => id)), done: inOrder(done), isCommitted };
}

const RUNS = Number(process.env.TRANSACTIONS ?? 150);

/** Whether it ends in a failure, as each part of PostgreSQL's transactions does in which one was kept back. */
const fails = (steps: readonly Step[]): boolean =>
  steps.some((step) => step.does === 'clash' || (!step.keepsFailure && 'throws' in step && isUndone(step)));
const isUndone = ({ steps, throws }: Extract<Step, { throws: boolean }>): boolean => throws || fails(steps);

it('one thing after another: all that was done is stored, unless the transaction itself has failed', () =>
  fc.assert(
    fc.asyncProperty(stepsOf([...BY_PRISMA, 'insert'], ['nested', 'savepoint']), async (steps) => {
      const { stored, done, isCommitted } = await outcomeOf(steps);
      expect(isCommitted).toBe(!fails(steps));
      expect(stored).toEqual(isCommitted ? done : []);
    }),
    { numRuns: RUNS },
  ));

it('at once: all that was done is stored, or nothing is', () =>
  fc.assert(
    fc.asyncProperty(stepsOf(BY_PRISMA, ['nested', 'savepoint', 'together']), async (steps) => {
      const { stored, done, isCommitted } = await outcomeOf(steps);
      expect(stored.toSorted()).toEqual(isCommitted ? done.toSorted() : []);
    }),
    { numRuns: RUNS },
  ));
