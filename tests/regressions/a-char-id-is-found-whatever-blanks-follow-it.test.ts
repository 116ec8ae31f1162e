import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ADMIN, as, createTestApp, type TestApp } from '../support/app.ts';

const SDL = /* GraphQL */ `
  type Pair @model @access(read: "true", create: "true", update: "true", delete: "true") {
    id: ID! @id(auto: NONE) @column(type: "char(6)")
    a: Int! @default(value: 3)
    label: String @column(type: "char(4)")
    leaves: [Leaf!]!
    stems: [Stem!]!
    owns: [Own!]!
  }
  type Leaf @model @access(read: "true", create: "true", update: "true", delete: "true") {
    id: ID! @id(auto: INT)
    pair: Pair
    pairId: ID
  }
  type Stem @model @access(read: "true", create: "true", update: "true", delete: "true") {
    id: ID! @id(auto: NONE)
    pairs: [Pair!]!
  }
  type Own @model @access(read: "true", create: "true") {
    id: ID! @id(auto: NONE) @column(type: "char(6)")
    pair: Pair @preset(create: "viewer.id")
  }
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
});
beforeEach(async () => {
  await app.db.execute('TRUNCATE "Pair", "Leaf", "Stem", "Own" RESTART IDENTITY CASCADE');
  await app.db.execute(`INSERT INTO "Pair" (id, a, label) VALUES ('p1', 1, 'x'), ('p2', 2, NULL)`);
  await app.db.execute(`INSERT INTO "Leaf" ("pairId") VALUES ('p1')`);
  await app.db.execute(`INSERT INTO "Stem" (id) VALUES ('s')`);
});
afterAll(() => app?.close());

const P1 = { id: 'p1' };
const P2 = { id: 'p2' };

// PostgreSQL takes a char's blanks for filling: what equals it is the same id.
describe('a row is read by it', () => {
  test.each([
    ['a root', '{ pair(id: "p2  ") { id } node(id: "p2 ") { id } }', { pair: P2, node: P2 }],
    ['nodes', '{ nodes(ids: ["p1 ", "p2", "p2         "]) { id } }', { nodes: [P1, P2, P2] }],
    ['a filter', '{ pairs(where: { id: { in: ["p1  "] } }) { id } }', { pairs: [P1] }],
    [
      'a key',
      '{ leaves(where: { pairId: { eq: "p1 " } }) { pairId pair { id } } }',
      { leaves: [{ pairId: 'p1', pair: P1 }] },
    ],
    // Only blanks at the end are filling, and nothing but blanks.
    ['other letters', '{ pair(id: " p2") { id } node(id: "p2\\t") { id } }', { pair: null, node: null }],
    ['a text beside it', '{ pair(id: "p1 ") { label } }', { pair: { label: 'x   ' } }],
  ])('%s', async (_place, query, data) => {
    expect((await app.graphql(query)).data).toEqual(data);
    expect(await app.compiled(query, {}, ADMIN)).toEqual(data);
  });
});

describe.each([
  ['by one statement where that can be', true],
  ['step by step', false],
])('rows are written by it, %s', (_way, compile) => {
  const write = async (mutation: string): Promise<unknown> => {
    const { data, errors } = await app.graphql(`mutation { ${mutation} }`, {}, ADMIN, { compile });
    return errors.length > 0 ? errors.map(({ code, message }) => `${code} ${message}`) : data;
  };

  test.each([
    ['update', 'updatePair(id: "p1    ", input: { a: 7 }) { id a }', { updatePair: { id: 'p1', a: 7 } }],
    ['delete', 'deletePair(id: "p1  ") { id }', { deletePair: P1 }],
    ['create', 'createPair(input: { id: "p3  " }) { id a }', { createPair: { id: 'p3', a: 3 } }],
    [
      'a create that is longer than the column',
      'createPair(input: { id: "p3         ", label: "y " }) { id label }',
      { createPair: { id: 'p3', label: 'y   ' } },
    ],
    [
      'a batch',
      'createPairs(inputs: [{ id: "m1 " }, { id: "m2" }]) { id }',
      { createPairs: [{ id: 'm1' }, { id: 'm2' }] },
    ],
    [
      'an upsert that creates',
      'upsertPair(by: { id: "n1  " }, create: { id: "n1 " }, update: { a: 9 }) { id a }',
      { upsertPair: { id: 'n1', a: 3 } },
    ],
    [
      'an upsert that updates',
      'upsertPair(by: { id: "p2  " }, create: { id: "p2 " }, update: { a: 9 }) { id a }',
      { upsertPair: { id: 'p2', a: 9 } },
    ],
    [
      'a nested create',
      'createLeaf(input: { pair: { create: { id: "p4 ", stems: { connect: [{ id: "s" }] } } } }) { pairId pair { id stems { id } } }',
      { createLeaf: { pairId: 'p4', pair: { id: 'p4', stems: [{ id: 's' }] } } },
    ],
    [
      'a connect',
      'createLeaf(input: { pair: { connect: { id: "p2 " } } }) { pairId pair { id } }',
      { createLeaf: { pairId: 'p2', pair: P2 } },
    ],
    [
      'a declared key',
      'updateLeaf(id: 1, input: { pairId: "p2   " }) { pairId pair { id } }',
      { updateLeaf: { pairId: 'p2', pair: P2 } },
    ],
    [
      'many to many',
      'updateStem(id: "s", input: { pairs: { set: [{ id: "p1 " }], connect: [{ id: "p1" }], create: [{ id: "p5 " }], connectOrCreate: [{ by: { id: "p6 " }, create: { id: "p6  " } }] } }) { pairs(orderBy: [{ id: ASC }]) { id } }',
      { updateStem: { pairs: [P1, { id: 'p5' }, { id: 'p6' }] } },
    ],
    [
      'an update below',
      'updateStem(id: "s", input: { pairs: { connect: [{ id: "p1 " }], update: [{ by: { id: "p1  " }, input: { a: 8 } }] } }) { pairs { id a } }',
      { updateStem: { pairs: [{ id: 'p1', a: 8 }] } },
    ],
  ])('%s', async (_verb, mutation, data) => {
    expect(await write(mutation)).toEqual(data);
  });

  test('a key that the server sets is the row that it is nested under', async () => {
    const mutation = 'mutation { createOwn(input: { id: "o1 " }) { id pair { id } } }';
    const answer = await app.graphql(mutation, {}, as('p1 '), { compile });
    expect([answer.data, answer.errors]).toEqual([{ createOwn: { id: 'o1', pair: P1 } }, []]);
    const nested =
      'mutation { updatePair(id: "p1", input: { owns: { create: [{ id: "o2 " }] } }) { owns { id } } }';
    const below = await app.graphql(nested, {}, as('p1 '), { compile });
    expect([below.data, below.errors]).toEqual([{ updatePair: { owns: [{ id: 'o1' }, { id: 'o2' }] } }, []]);
    const other = await app.graphql(nested.replace('"p1"', '"p2"'), {}, as('p1 '), { compile });
    expect(other.codes).toEqual(['BAD_USER_INPUT']);
  });
});
