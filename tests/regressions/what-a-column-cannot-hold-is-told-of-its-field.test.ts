import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../../src/testing/index.ts';
import { serveFiles } from './support.ts';

/** PostgreSQL names no column where a value is too long or out of range; in a batch not even the row was told. */
let server: TestServer;
beforeAll(async () => {
  server = await serveFiles({
    'schema.graphql': `
      type Box @model @access(read: "true", create: "true", update: "true", delete: "true") {
        id: ID!
        code: String @column(type: "varchar(3)") @constraint(minLength: 1)
        short: String @column(type: "char(2)") @constraint(maxLength: 1)
        words: [String!] @column(type: "varchar(2)")
        price: Decimal @column(name: "cost", type: "numeric(5,2)")
        whole: Decimal @column(type: "numeric(3)")
        share: Decimal @column(type: "numeric(2,2)")
        small: Int @column(type: "smallint")
        inner: Box @relation(name: "inside")
        outer: [Box!]! @relation(name: "inside")
      }`,
  });
});
afterAll(() => server.stop());

const create =
  'mutation ($input: BoxCreateInput!) { createBox(input: $input) { code price whole share small } }';

test.each<[object, (string | number)[], string, string]>([
  [{ code: 'four' }, ['code'], 'maxLength', 'must have at most 3 characters'],
  [{ code: '😀😀😀😀' }, ['code'], 'maxLength', 'must have at most 3 characters'],
  [{ short: 'abc' }, ['short'], 'maxLength', 'must have at most 1 character'],
  [{ words: ['ab', 'abc'] }, ['words', 1], 'maxLength', 'must have at most 2 characters'],
  [{ price: '1000' }, ['price'], 'range', 'must be at least -999.99 and at most 999.99'],
  [{ price: '-999.995' }, ['price'], 'range', 'must be at least -999.99 and at most 999.99'],
  [{ whole: '999.5' }, ['whole'], 'range', 'must be at least -999 and at most 999'],
  [{ share: '1' }, ['share'], 'range', 'must be at least -0.99 and at most 0.99'],
  [{ small: 32768 }, ['small'], 'range', 'must be at least -32768 and at most 32767'],
  [{ small: -32769 }, ['small'], 'range', 'must be at least -32768 and at most 32767'],
  [
    { outer: { create: [{}, { inner: undefined, outer: { create: [{ code: 'four' }] } }] } },
    ['outer', 'create', 1, 'outer', 'create', 0, 'code'],
    'maxLength',
    'must have at most 3 characters',
  ],
])('%j', async (input, path, constraint, message) => {
  const { errors } = await server.graphql(create, { input });
  expect(errors?.[0]?.extensions).toEqual({
    code: 'BAD_USER_INPUT',
    issues: [{ path: ['input', ...path], constraint, message }],
  });
});

test('in a batch the row is named, and so is every fault', async () => {
  const { errors } = await server.graphql(
    'mutation { createBoxes(inputs: [{ code: "ok" }, { code: "long", small: 40000 }]) { id } }',
  );
  expect(errors?.[0]?.extensions?.issues).toMatchObject([
    { path: ['inputs', 1, 'code'], constraint: 'maxLength' },
    { path: ['inputs', 1, 'small'], constraint: 'range' },
  ]);
});

test('what PostgreSQL takes is taken: spaces at the end, and what rounding brings back', async () => {
  const input = { code: '😀bc   ', price: '999.994', whole: '-999.4', share: '0.994', small: -32768 };
  expect((await server.graphql(create, { input })).data).toEqual({
    createBox: { code: '😀bc', price: '999.99', whole: '-999', share: '0.99', small: -32768 },
  });
});
