import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ shared: true });
});
afterAll(() => server.server.close({ graceMs: 0 }));

const nest = (depth: number, inner = 'id') => 'thing{'.repeat(depth) + inner + '}'.repeat(depth);
const many = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');

/** Fragments each of which spreads the next one twice: 2^count selections from a line each. */
const doubling = (count: number) =>
  `{ thing { ...f0 } } ${many(count, (i) => `fragment f${i} on Thing { ...f${i + 1} ...f${i + 1} }`)} fragment f${count} on Thing { id }`;
const byFragments = (depth: number) =>
  `{ thing { ...d0 } } ${many(depth, (i) => `fragment d${i} on Thing { thing { ...d${i + 1} } }`)} fragment d${depth} on Thing { id }`;
const cycle = (length: number) =>
  `{ thing { ...c0 } } ${many(length, (i) => `fragment c${i} on Thing { thing { ...c${(i + 1) % length} } }`)}`;

const tooComplex: [string, string, string][] = [
  ['101 aliases', `{ ${many(101, (i) => `a${i}: hello`)} }`, '101 root fields; the limit is 20'],
  [
    '31 aliases below the root',
    `{ thing { ${many(31, (i) => `a${i}: id`)} } }`,
    '31 aliases; the limit is 30',
  ],
  ['101 aliases of __typename', `{ thing { ${many(101, (i) => `a${i}: __typename`)} } }`, '101 aliases'],
  [
    'aliases in a fragment used twice',
    `{ thing { ...f thing { ...f } } } fragment f on Thing { ${many(20, (i) => `a${i}: id`)} }`,
    '40 aliases',
  ],
  ['21 root fields', `{ ${many(21, (i) => `a${i}: hello`)} }`, '21 root fields; the limit is 20'],
  [
    '21 root fields in fragments',
    `{ ...f } fragment f on Query { ${many(21, (i) => `a${i}: hello`)} }`,
    '21 root fields',
  ],
  [
    '1000 directives on a field',
    `{ hello ${'@include(if:true)'.repeat(300)} }`,
    '300 directives on one field; the limit is 9',
  ],
  ['1000 unknown directives', `{ hello ${'@aa '.repeat(1000)} }`, '1000 directives on one field'],
  [
    '51 directives in all',
    `{ thing { ${many(51, () => 'id @skip(if:false)')} } }`,
    '51 directives; the limit is 50',
  ],
  ['depth 30', `{ ${nest(30)} }`, '31 levels of fields; the limit is 15'],
  ['depth 200', `{ ${nest(200)} }`, '201 levels'],
  ['depth 16', `{ ${nest(15)} }`, '16 levels'],
  ['depth by fragments', byFragments(40), '42 levels'],
  ['depth by inline fragments', `{ ${'thing{... on Thing{'.repeat(30)}id${'}}'.repeat(30)} }`, '31 levels'],
  ['depth in an operation named IntrospectionQuery', `query IntrospectionQuery { ${nest(30)} }`, '31 levels'],
  [
    'depth in a fragment named __schema',
    `{ ...__schema } fragment __schema on Query { ${nest(30)} }`,
    '31 levels',
  ],
  ['depth behind an alias __schema', `{ __schema: ${nest(30)} }`, '31 levels'],
  ['depth beside real introspection', `{ __schema { queryType { name } } ${nest(30)} }`, '31 levels'],
  ['14 doubling fragments', doubling(14), 'selections; the limit is 5000'],
  ['200 doubling fragments', doubling(200), 'more than a thousand million selections'],
  ['5000 directives', `{ hello ${'@aa '.repeat(5000)} }`, 'more than 4000 tokens'],
  ['50 000-deep selections', '{a'.repeat(50_000), 'more than 4000 tokens'],
  ['50 000-deep lists', `{ echo(text: ${'['.repeat(50_000)}`, 'more than 4000 tokens'],
  ['50 000-deep types', `query ($a: ${'['.repeat(50_000)}`, 'more than 4000 tokens'],
];

describe('is refused at once, with the number and the limit', () => {
  test.each(tooComplex)('%s', async (_name, query, message) => {
    const answer = await server.post({ query });
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe('OPERATION_TOO_COMPLEX');
    expect(answer.json.errors?.[0]?.message).toContain(message);
    expect(answer.json.errors).toHaveLength(1);
    expect(answer.text.length).toBeLessThan(500);
    expect(answer.text).not.toContain('stack');
  });
});

test.each([
  ['what was counted to the end', `{ ${nest(15)} }`, { found: 16, limit: 15 }],
  ['tokens, which are counted up to the limit', `{ echo(text: ${'['.repeat(5_000)}`, { limit: 4000 }],
])('extensions have the limit, and what was found where that is known: %s', async (_of, query, figures) => {
  const answer = await server.post({ query });
  expect(answer.json.errors?.[0]?.extensions).toEqual({ code: 'OPERATION_TOO_COMPLEX', ...figures });
});

describe('is a validation error at once, not a hang', () => {
  test.each([1, 2, 200])('a cycle of %i fragments', async (length) => {
    const started = Date.now();
    const answer = await server.post({ query: cycle(length) });
    expect(Date.now() - started).toBeLessThan(1_000);
    expect(['GRAPHQL_VALIDATION_FAILED', 'OPERATION_TOO_COMPLEX']).toContain(codeOf(answer));
  });

  test('overlapping fields', async () => {
    const answer = await server.post({ query: `{ ${many(900, () => 'hello')} }` });
    expect(answer.json.errors?.[0]?.message).toBe('Validation aborted.');
  });
});

test('fields that overlap in inline fragments are compared within the budget, and answered', async () => {
  const answer = await server.post({
    query: `{ ${many(300, () => '... on Query { hello thing { id } }')} }`,
  });
  expect(answer.json).toEqual({ data: { hello: 'hello', thing: { id: '1' } } });
});

describe('is answered', () => {
  test.each([
    ['depth 15', `{ ${nest(14)} }`],
    ['20 root fields', `{ ${many(20, (i) => `a${i}: hello`)} }`],
    ['one field named by 50 fragments', `{ ${many(50, () => '...f')} } fragment f on Query { hello }`],
    ['the standard introspection query', getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true })],
  ])('%s', async (_name, query) => {
    const answer = await server.post({ query });
    expect(answer.json.errors).toBeUndefined();
    expect(answer.status).toBe(200);
  });
});

test('limits hold the same for an operation seen before', async () => {
  const query = `{ ${nest(30)} }`;
  for (let i = 0; i < 3; i++) expect(codeOf(await server.post({ query }))).toBe('OPERATION_TOO_COMPLEX');
});

test('an array of operations is refused', async () => {
  const answer = await server.post(Array.from({ length: 25 }, () => ({ query: '{hello}' })));
  expect(answer.status).toBe(400);
  expect(codeOf(answer)).toBe('BAD_USER_INPUT');
});
