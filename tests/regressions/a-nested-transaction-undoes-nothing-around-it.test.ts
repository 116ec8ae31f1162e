import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../../src/testing/index.ts';
import { serveFiles } from './support.ts';

const SCHEMA = `
type Item @model @access(read: "true", create: "true") { id: ID!  name: String! @unique }
extend type Mutation {
  nested: [String!]! @access(call: "true")
  atOnce: [String!]! @access(call: "true")
}
`;

const RESOLVERS = `
const create = (client, name) => client.item.create({ data: { name } });
const names = async (ctx) => (await ctx.db.item.findMany({ orderBy: { name: 'asc' } })).map(({ name }) => name);
export const Mutation = {
  nested: async (_p, _a, ctx) => {
    await ctx.db.$transaction(async (outer) => {
      await create(outer, 'before');
      const refused = outer.$transaction(async (inner) => {
        await create(inner, 'inside');
        await create(inner, 'before').catch(() => undefined);
      });
      await refused.catch(() => undefined);
      await create(outer, 'behind');
    });
    return names(ctx);
  },
  atOnce: async (_p, _a, ctx) => {
    const add = 'mutation ($name: String!) { createItem(input: { name: $name }) { id } }';
    const work = (name) => ctx.db.$transaction(async (inner) => {
      await create(inner, name);
      if (name === 'x') throw new Error('no');
    });
    await Promise.allSettled([work('x'), ctx.api(add, { name: 'y' }), work('z'), ctx.api(add, { name: 'z' })]);
    return names(ctx);
  },
};
`;

let server: TestServer;
beforeAll(async () => {
  server = await serveFiles({ 'schema.graphql': SCHEMA, 'resolvers/items.ts': RESOLVERS });
});
afterAll(() => server.stop());

const stored = async () =>
  (await server.graphql('{ items { name } }')).data.items.map(({ name }: never) => name);

test('a refused one, kept back, leaves what the one around it has written, and the rest goes on', async () => {
  expect(await server.graphql('mutation { nested }')).toEqual({ data: { nested: ['before', 'behind'] } });
  expect(await stored()).toEqual(expect.arrayContaining(['before', 'behind']));
});

test('those that begin at once, and operations, each stand for themselves', async () => {
  const { data, errors } = await server.graphql('mutation { atOnce }');
  expect([errors, data?.atOnce.filter((name: string) => name.length === 1)]).toEqual([undefined, ['y', 'z']]);
});
