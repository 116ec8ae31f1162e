import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN, createTestApp, type TestApp } from '../support/app.ts';

const SDL = /* GraphQL */ `
  type Pair @model @access(read: "true", create: "true", update: "true", delete: "true") {
    id: ID! @id(auto: INT)
    a: Int! @default(value: 3)
    name: String
    boxes: [Box!]!
  }
  type Box @model @access(read: "true", create: "true", update: "true", delete: "true") {
    id: ID! @id(auto: INT)
    pairs: [Pair!]!
  }
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL, { limits: { maxListLength: 500 } });
  await app.db.execute(`INSERT INTO "Pair" (a, name) VALUES (7, 'x'), (8, 'y')`);
});
afterAll(() => app?.close());

/** `OR` of as many lists of as many filters; none of one number twice. */
function filters(lists: number, each: number, make: (index: number) => unknown): unknown {
  const all = (list: number) => Array.from({ length: each }, (_, index) => make(list * each + index));
  return { OR: Array.from({ length: lists }, (_, list) => ({ AND: all(list) })) };
}

const ne = (index: number): unknown => ({ a: { ne: index } });
const refusal = (path: string) => ({
  code: 'BAD_USER_INPUT',
  message: 'A filter may compare at most 5000 times; `in` takes many values at once.',
  issues: [{ path: [path], constraint: 'maxComparisons' }],
});

describe('a filter', () => {
  const PAIRS = 'query ($w: PairWhere) { pairs(where: $w, orderBy: [{ id: ASC }]) { id } }';
  const BOTH = { pairs: [{ id: '1' }, { id: '2' }] };

  test('may compare 5000 times', async () => {
    const w = filters(500, 10, ne);
    for (const _ of [1, 2, 3]) expect(await app.compiled(PAIRS, { w }, ADMIN)).toEqual(BOTH);
    expect((await app.graphql(PAIRS, { w })).data).toEqual(BOTH);
  });

  test.each([
    ['once more', { AND: [filters(500, 10, ne), ne(1)] }],
    ['as often as a request is long', filters(500, 70, ne)],
    ['the same thing over and over', filters(500, 60, () => ({ a: { ne: 7 } }))],
    [
      'nested lists of one kind',
      { OR: Array.from({ length: 500 }, () => ({ OR: Array.from({ length: 60 }, () => ne(7)) })) },
    ],
    [
      'with every value of a list by itself',
      filters(1, 11, () => ({ name: { in: Array(500).fill('x'), mode: 'INSENSITIVE' } })),
    ],
    ['by way of relations', filters(500, 11, () => ({ boxes: { some: {} } }))],
    ['inside of a relation', { boxes: { none: { pairs: { some: filters(500, 10, ne) } } } }],
  ])('may not compare more: %s', async (_how, w) => {
    expect(await app.compiled(PAIRS, { w }, ADMIN)).toBeUndefined();
    expect((await app.graphql(PAIRS, { w })).errors).toMatchObject([refusal('where')]);
  });

  test('of groups and of a write is one as well', async () => {
    const groups = `query ($h: PairHaving) {
      pairsGroups(by: { field: name }, having: $h) { aggregate { count } }
    }`;
    const h = filters(500, 11, (index) => ({ sum: { a: { ne: index } } }));
    expect(await app.compiled(groups, { h }, ADMIN)).toBeUndefined();
    expect((await app.graphql(groups, { h })).errors).toMatchObject([refusal('having')]);
    const update = 'mutation ($w: PairWhere!) { updatePairs(where: $w, input: { a: 9 }) { count } }';
    expect((await app.graphql(update, { w: filters(500, 11, ne) })).errors).toMatchObject([refusal('where')]);
    expect((await app.graphql('{ pairs(where: { a: { eq: 9 } }) { id } }')).data).toEqual({ pairs: [] });
  });
});
