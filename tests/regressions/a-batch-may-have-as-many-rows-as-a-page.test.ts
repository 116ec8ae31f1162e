import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../../src/testing/index.ts';
import { serveFiles } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await serveFiles({
    'schema.graphql': 'type Item @model @access(read: "true", create: "true") { id: ID! n: Int! }',
  });
});
afterAll(() => server.stop());

const create = 'mutation ($inputs: [ItemCreateInput!]!) { createItems(inputs: $inputs) { n } }';
const inputs = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));

test('1001 rows are created at once, in order', async () => {
  const { data, errors } = await server.graphql(create, { inputs: inputs(1001) });
  expect(errors).toBeUndefined();
  expect(data.createItems.map(({ n }: { n: number }) => n)).toEqual(inputs(1001).map(({ n }) => n));
});

test('beyond the bound nothing is stored, and the place is named', async () => {
  const { data, errors } = await server.graphql(create, { inputs: inputs(5001) });
  expect(data).toBeNull();
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['inputs'] }] });
  const { data: stored } = await server.graphql('{ itemsAggregate(where: { n: { gt: 1000 } }) { count } }');
  expect(stored.itemsAggregate.count).toBe(0);
});
