import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSqlUntil } from '../support/database.ts';
import { serveFiles } from './support.ts';

const SCHEMA = `
type Item @model @access(read: "true", create: "true", update: "true", delete: "true") {
  id: ID!
  name: String! @unique
}
extend type Query { findItem(id: ID!): Item @access(call: "true") }
extend type Mutation {
  rename(id: ID!, name: String!): Item! @access(call: "true")
  misuse: Int @access(call: "true")
  lock: Int @access(call: "true")
}
`;

const RESOLVERS = `
export const Query = { findItem: (_p, { id }, ctx) => ctx.db.item.findUnique({ where: { id } }) };
export const Mutation = {
  rename: (_p, { id, name }, ctx) => ctx.db.item.update({ where: { id }, data: { name } }),
  lock: async (_p, _a, ctx) => {
    await ctx.db.$executeRawUnsafe("SET LOCAL lock_timeout = '50ms'");
    await ctx.db.$executeRawUnsafe('UPDATE "Item" SET name = name');
  },
  misuse: (_p, _a, ctx) => ctx.db.item.create({ data: { colour: 'red' } }),
};
`;

let server: Awaited<ReturnType<typeof serveFiles>>;
beforeAll(async () => {
  server = await serveFiles({ 'schema.graphql': SCHEMA, 'resolvers/items.ts': RESOLVERS });
});
afterAll(() => server.stop());

const rename = 'mutation ($id: ID!, $name: String!) { rename(id: $id, name: $name) { name } }';
const UNKNOWN = '0190a6f0-0000-7000-8000-000000000000';

async function refusal(query: string, variables: object = {}) {
  const { errors } = await server.graphql(query, variables, null);
  return [errors?.length, errors?.[0]?.extensions.code, errors?.[0]?.message];
}

test('a row that is not there is NOT_FOUND', async () => {
  expect(await refusal(rename, { id: UNKNOWN, name: 'x' })).toEqual([
    1,
    'NOT_FOUND',
    'There is no such row.',
  ]);
});

test('a value that is taken is CONFLICT, and the value is not told', async () => {
  const { data } = await server.graphql(
    'mutation { a: createItem(input: { name: "taken" }) { id } b: createItem(input: { name: "other" }) { id } }',
  );
  expect(await refusal(rename, { id: data.b.id, name: 'taken' })).toEqual([
    1,
    'CONFLICT',
    'Another row has the same value.',
  ]);
});

test('an id that no row can have is BAD_USER_INPUT', async () => {
  expect((await refusal('{ findItem(id: "nope") { id } }'))[1]).toBe('BAD_USER_INPUT');
});

test("a mistake of the author's stays masked", async () => {
  expect((await refusal('mutation { misuse }')).slice(1)).toEqual([
    'INTERNAL_SERVER_ERROR',
    'Something went wrong on the server.',
  ]);
});

test('a statement of its own that takes too long is TIMEOUT', async () => {
  const locked = await runSqlUntil(server.databaseUrl, 'BEGIN; LOCK TABLE "Item"');
  expect((await refusal('mutation { lock }')).slice(0, 2)).toEqual([1, 'TIMEOUT']);
  await locked.release();
  expect((await refusal('mutation { lock }'))[0]).toBe(undefined);
});
