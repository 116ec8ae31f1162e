import { expect, it } from 'vitest';
import { type Incoming, plainOperation } from '../../src/serve/admit-request.ts';

const posted = (body: unknown): Incoming => ({ method: 'POST', body }) as unknown as Incoming;
const query = '{ tasks { id } }';

it.each([
  ['a text', { query }],
  ['a text with a name and variables', { query, operationName: 'A', variables: { a: 1 } }],
  ['nulls', { query, operationName: null, variables: null }],
  [
    'what Apollo Client adds',
    { query, extensions: { clientLibrary: { name: '@apollo/client', version: '4.3.8' } } },
  ],
  ['no extensions', { query, extensions: {} }],
])('is %s', (_, body) => {
  expect(plainOperation(posted(body))?.query).toBe(query);
});

it.each([
  ['an id', { query, extensions: { persistedQuery: { version: 1 } } }],
  ['an id that is null', { query, extensions: { persistedQuery: null } }],
  ['extensions that are none', { query, extensions: [] }],
  ['null for extensions', { query, extensions: null }],
  ['another member', { query, documentId: 'a' }],
  ['no text', { query: 1 }],
  ['variables that are a list', { query, variables: [] }],
  ['a list', [{ query }]],
  ['nothing', null],
])('is not what has %s', (_, body) => {
  expect(plainOperation(posted(body))).toBeUndefined();
});
