import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../support/app.ts';

const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
const SDL = `
type Counter @model ${OPEN} { id: ID!  key: String! @unique  value: Int! @default(value: 0)  version: Int! @version  tags: [Tag!]!  home: Home }
type Tag @model ${OPEN} { id: ID!  name: String! @unique  counters: [Counter!]! }
type Home @model ${OPEN} { id: ID!  place: String! @unique  counters: [Counter!]! }
extend type Mutation { touchBoth(a: ID!, b: ID!): Boolean! @access(call: "true") }
`;

let app: TestApp;
let customRuns = 0;
beforeAll(async () => {
  app = await createTestApp(SDL, {
    resolvers: {
      Mutation: {
        touchBoth: async (
          _parent: unknown,
          args: { a: string; b: string },
          ctx: { scope: { db: TestApp['db'] } },
        ) => {
          customRuns += 1;
          for (const id of [args.a, args.b]) {
            await ctx.scope.db.execute('UPDATE "Counter" SET value = value + 1 WHERE id = $1::uuid', [id]);
            await new Promise((done) => setTimeout(done, 50));
          }
          return true;
        },
      },
    },
  });
});
afterAll(() => app?.close());
beforeEach(() => app.db.execute('TRUNCATE "Counter", "Tag", "Home" CASCADE'));

const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const make = async (key: string) =>
  (
    await app.data<{ createCounter: { id: string } }>(
      `mutation { createCounter(input: { key: "${key}" }) { id } }`,
    )
  ).createCounter.id;
const value = async (key: string) =>
  (
    await app.data<{ counterByKey: { value: number; version: number } }>(
      `{ counterByKey(key: "${key}") { value version } }`,
    )
  ).counterByKey;

test('50 parallel upserts of one key make one row and no error', async () => {
  const answers = await times(50, () =>
    app.graphql(
      'mutation { upsertCounter(by: { key: "k" }, create: { key: "k", value: 1 }, update: { increment: { value: 1 } }) { id } }',
    ),
  );
  expect(answers.flatMap((answer) => answer.errors)).toEqual([]);
  expect(await value('k')).toEqual({ value: 50, version: 50 });
  expect((await app.data('{ countersAggregate { count } }')).countersAggregate).toEqual({ count: 1 });
});

test('50 parallel increments lose nothing', async () => {
  const id = await make('k');
  const answers = await times(50, () =>
    app.graphql(`mutation { updateCounter(id: "${id}", input: { increment: { value: 2 } }) { value } }`),
  );
  expect(answers.flatMap((answer) => answer.errors)).toEqual([]);
  expect(await value('k')).toEqual({ value: 100, version: 51 });
});

test('of 20 parallel updates that expect the same version, one succeeds', async () => {
  const id = await make('k');
  const answers = await times(20, () =>
    app.graphql(
      `mutation { updateCounter(id: "${id}", input: { increment: { value: 1 } }, expectVersion: 1) { value } }`,
    ),
  );
  expect(answers.filter((answer) => answer.errors.length === 0)).toHaveLength(1);
  expect(new Set(answers.flatMap((answer) => answer.codes))).toEqual(new Set(['CONFLICT']));
  expect(await value('k')).toEqual({ value: 1, version: 2 });
});

test('parallel connectOrCreate of the same rows makes each once, whatever the order', async () => {
  const answers = await times(20, (index) => {
    const names = ['x', 'y', 'z'].map((_, at, all) => all[(at + index) % 3]);
    const one = (name: string | undefined) => `{ by: { name: "${name}" }, create: { name: "${name}" } }`;
    return app.graphql(`mutation { createCounter(input: { key: "c${index}", tags: { connectOrCreate: [${names.map(one).join(' ')}] },
      home: { connectOrCreate: { by: { place: "here" }, create: { place: "here" } } } }) { tags { name } } }`);
  });
  expect(answers.flatMap((answer) => answer.errors)).toEqual([]);
  const data = await app.data(
    '{ tagsAggregate { count } homesAggregate { count } tags { countersAggregate { count } } }',
  );
  expect(data).toEqual({
    tagsAggregate: { count: 3 },
    homesAggregate: { count: 1 },
    tags: Array.from({ length: 3 }, () => ({ countersAggregate: { count: 20 } })),
  });
});

test('mutations that deadlock are run again, and none is ever half done', async () => {
  const [a, b] = [await make('a'), await make('b')];
  const add = (id: string, alias: string) =>
    `${alias}: updateCounter(id: "${id}", input: { increment: { value: 1 } }) { value }`;
  const answers = await times(24, (index) => {
    const [first, second] = index % 2 ? [a, b] : [b, a];
    return app.graphql(`mutation { ${add(first, 'one')} ${add(second, 'two')} }`);
  });
  const failed = answers.filter((answer) => answer.errors.length > 0);
  expect(new Set(failed.flatMap((answer) => answer.codes))).toEqual(
    new Set(failed.length > 0 ? ['CONFLICT'] : []),
  );
  const done = answers.length - failed.length;
  expect(done).toBeGreaterThan(0);
  expect([(await value('a')).value, (await value('b')).value]).toEqual([done, done]);
}, 60_000);

test('code of the author’s is never run twice: its deadlock is a conflict', async () => {
  const [a, b] = [await make('a'), await make('b')];
  customRuns = 0;
  const answers = await times(2, (index) => {
    const [first, second] = index ? [a, b] : [b, a];
    return app.graphql(`mutation { touchBoth(a: "${first}", b: "${second}") }`);
  });
  expect(customRuns).toBe(2);
  expect(answers.flatMap((answer) => answer.codes)).toEqual(['CONFLICT']);
  expect([(await value('a')).value, (await value('b')).value]).toEqual([1, 1]);
});
