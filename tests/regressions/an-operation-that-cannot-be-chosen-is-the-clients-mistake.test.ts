import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../../src/testing/index.ts';
import { serveFiles } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await serveFiles({
    'schema.graphql': 'type Item @model @access(read: "true") { id: ID! }',
  });
});
afterAll(() => server.stop());

async function post(query: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const answer = (await response.json()) as { data?: unknown; errors: { extensions: { code: string } }[] };
  return [response.status, answer.data ?? null, answer.errors.map(({ extensions }) => extensions.code)];
}

test.each([
  ['two queries and no name', 'query A { items { id } } query B { items { id } }'],
  ['two operations of which one writes', 'query A { items { id } } mutation B { __typename }'],
  ['a fragment and no operation', 'fragment F on Item { id }'],
])('%s', async (_case, query) => {
  const [status, data, codes] = await post(query);
  expect([400, 200]).toContain(status);
  expect(data).toBeNull();
  expect(codes).not.toContain('INTERNAL_SERVER_ERROR');
});

test('a subscription where the schema has none', async () => {
  expect(await post('subscription { itemChanged { id } }')).toEqual([400, null, ['BAD_USER_INPUT']]);
});
