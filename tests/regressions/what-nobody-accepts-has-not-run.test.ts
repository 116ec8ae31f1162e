import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../../src/testing/index.ts';
import { serveFiles } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await serveFiles({
    'schema.graphql': `
      type Item @model @access(read: "true", create: "true") {
        id: ID!
        one: String!
        two: String!
      }
    `,
  });
});
afterAll(() => server.stop());

async function post(accept: string, query: string) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

const FOREIGN = [
  'application/json; charset=iso-8859-1',
  'application/graphql-response+json; charset=utf-16',
  'application/json; profile="x"',
  '*/*; charset=iso-8859-1',
  '*/*;q=0',
];

test.each(FOREIGN)('a mutation is not run for who accepts only %s', async (accept) => {
  const many = 'mutation { a: createItem(input: { one: "1", two: "2" }) { id } __typename }';
  for (const query of [many, 'mutation { createItem(input: { one: "1", two: "2" }) { id } }'])
    expect(await post(accept, query)).toMatchObject({ status: 406 });
  expect((await post('application/json', '{ itemsAggregate { count } }')).text).toBe(
    '{"data":{"itemsAggregate":{"count":0}}}\n',
  );
});

test.each(FOREIGN)('a query is refused the second time as the first: %s', async (accept) => {
  const query = '{ items { one } }';
  expect(await post('application/json', query)).toMatchObject({ status: 200 });
  for (const _ of [1, 2]) expect(await post(accept, query)).toMatchObject({ status: 406 });
});

const [JSON_TYPE, RESPONSE_TYPE] = ['application/json', 'application/graphql-response+json'];

test.each([
  ['application/json; charset=utf-8', JSON_TYPE],
  ['application/json;charset="UTF-8"', JSON_TYPE],
  ['APPLICATION/JSON ; Q=0.5', JSON_TYPE],
  ['application/json; charset=utf-16, application/json', JSON_TYPE],
  ['*/*, application/json;q=0', RESPONSE_TYPE],
  ['application/*;q=0.8, application/json;q=0.2', RESPONSE_TYPE],
  ['application/graphql-response+json, application/json', RESPONSE_TYPE],
  ['application/json, application/graphql-response+json', JSON_TYPE],
  ['text/html, */*;q=0.1', JSON_TYPE],
])('%s is answered with %s', async (accept, type) => {
  for (const query of ['{ items { two } }', '{ __typename items { two } }'])
    for (const _ of [1, 2])
      expect(await post(accept, query)).toMatchObject({ status: 200, type: `${type}; charset=utf-8` });
});
