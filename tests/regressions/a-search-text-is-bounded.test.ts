import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../../src/testing/index.ts';
import { serveFiles } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await serveFiles({
    'schema.graphql': `
      type Shelf @model @access(read: "true") {
        id: ID!
        items: [Item!]!
      }
      type Item @model @access(read: "true", create: "true") {
        id: ID!
        title: String! @search
        shelf: Shelf
      }
    `,
  });
  await ask('mutation { createItem(input: { title: "lamp" }) { id } }', {});
});
afterAll(() => server.stop());

async function ask(query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

const QUERIES = [
  'query ($search: String) { items(search: $search) { title } }',
  'query ($search: String) { itemsConnection(search: $search) { nodes { title } } }',
];

// PostgreSQL joins the words of a search one into the other, and gives up when they are nested too deep.
test.each(QUERIES)('as many words as it may have are searched for: %s', async (query) => {
  const search = 'a '.repeat(5_000);
  for (const _ of [1, 2, 3]) expect(await ask(query, { search })).not.toHaveProperty('errors');
  expect(JSON.stringify(await ask(query, { search: 'lamp '.repeat(2_000) }))).toContain('"lamp"');
});

test.each(QUERIES)('one character more is refused, whatever was searched for before: %s', async (query) => {
  const message = 'A search may have at most 10000 characters, not 10001.';
  for (const search of ['lamp', 'desk', 'a '.repeat(5_000), 'b '.repeat(5_000)])
    expect(await ask(query, { search })).not.toHaveProperty('errors');
  for (const search of [`${'a '.repeat(5_000)}b`, 'x'.repeat(10_001)])
    expect(await ask(query, { search })).toMatchObject({
      errors: [
        {
          message,
          extensions: {
            code: 'BAD_USER_INPUT',
            issues: [{ path: ['search'], message, constraint: 'maxLength' }],
          },
        },
      ],
    });
});

test('a filter takes longer text, before and after shorter', async () => {
  const query = 'query ($text: String!) { items(where: { title: { ne: $text } }) { title } }';
  for (const text of ['x'.repeat(20_000), 'desk', 'y'.repeat(20_000), 'chair', 'z'.repeat(20_000)])
    expect(await ask(query, { text })).toEqual({ data: { items: [{ title: 'lamp' }] } });
});
