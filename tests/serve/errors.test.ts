import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeErrors } from '../../src/serve/errors.ts';
import { formatLogLine } from '../../src/serve/format-log-line.ts';
import { ADMIN_KEY, codeOf, startServer, type TestServer } from './support.ts';

let development: TestServer;
let production: TestServer;
beforeAll(async () => {
  development = await startServer({ shared: true });
  production = await startServer({ shared: true, mode: 'production' });
});
afterAll(async () => {
  await development.server.close({ graceMs: 0 });
  await production.server.close({ graceMs: 0 });
});

test('docs/errors.md is what the table says', async () => {
  await expect(describeErrors()).toMatchFileSnapshot('../../docs/errors.md');
});

const MASKED = 'Something went wrong on the server.';

describe('what a resolver throws reaches the viewer as', () => {
  test.each([
    ['viewer', 'FORBIDDEN', 'Not this one.'],
    ['graphql', 'CONFLICT', 'Made for you.'],
    ['foreignCode', 'INTERNAL_SERVER_ERROR', MASKED],
    ['plain', 'INTERNAL_SERVER_ERROR', MASKED],
    ['unique', 'INTERNAL_SERVER_ERROR', MASKED],
    ['other', 'INTERNAL_SERVER_ERROR', MASKED],
    ['unavailable', 'UNAVAILABLE', 'The database does not answer right now. Try again in a moment.'],
    ['timeout', 'TIMEOUT', 'The operation took too long and was cancelled.'],
    ['serialization', 'CONFLICT', 'The data was changed by someone else meanwhile. Try again.'],
    ['deadlock', 'CONFLICT', 'The data was changed by someone else meanwhile. Try again.'],
  ])('%s', async (kind, code, message) => {
    for (const server of [development, production]) {
      const answer = await server.post({ query: `{ fail(kind: "${kind}") }` });
      expect(answer.status).toBe(200);
      expect(answer.json.errors?.[0]).toMatchObject({ message, path: ['fail'], extensions: { code } });
      expect(answer.text).not.toMatch(/hunter2|ECONNREFUSED|10\.0\.0\.5|srv|stack/);
    }
  });

  test('a value that does not fit its type is masked', async () => {
    const answer = await development.post({ query: '{ tooLarge }' });
    expect(codeOf(answer)).toBe('INTERNAL_SERVER_ERROR');
    expect(answer.text).not.toContain('1099511627776');
  });

  test('a masked error is found in the log by the id that the viewer got', async () => {
    const answer = await production.post({ query: '{ fail(kind: "plain") }' });
    const id = answer.json.errors?.[0]?.extensions.requestId ?? 'none';
    expect(answer.headers.get('x-request-id')).toBe(id);
    const lines = production
      .logged()
      .split('\n')
      .filter((text) => text.includes(id) && text.includes('"stack"'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('password=hunter2 at /srv/app.js');
  });

  test('a context that fails to be made is masked too, with its id', async () => {
    const answer = await production.get('/graphql?break-context=plain&query={hello}');
    expect(answer.status).toBe(500);
    expect(answer.json.errors?.[0]).toMatchObject({ message: MASKED });
    expect(answer.json.errors?.[0]?.extensions.requestId).toBe(answer.headers.get('x-request-id'));
    expect(answer.text).not.toContain('hunter2');
  });

  test.each([
    ['unavailable', 'UNAVAILABLE', 503],
    ['timeout', 'TIMEOUT', 504],
    ['viewer', 'FORBIDDEN', 403],
  ])('a context that fails to be made (%s) has the status of its code', async (kind, code, status) => {
    const answer = await production.get(`/graphql?break-context=${kind}&query={hello}`);
    expect(answer.status).toBe(status);
    expect(answer.json.data).toBeUndefined();
    expect(codeOf(answer)).toBe(code);
  });

  test('why a rule denied is told in development and not in production', async () => {
    const query = '{ fail(kind: "viewer") }';
    expect((await development.post({ query })).json.errors?.[0]?.extensions.access).toEqual({
      rule: 'secret rule',
    });
    expect((await production.post({ query })).text).not.toContain('secret rule');
  });
});

describe('production does not show the schema', () => {
  test.each([
    ['a field', '{ helo }', {}],
    ['an argument', '{ echo(txt: "a") }', {}],
    ['a type', 'query($a: Filtr) { hello }', {}],
    ['an input field', '{ filtered(where: { nam: "a" }) }', {}],
    ['an input field of a variable', 'query($f: Filter) { filtered(where: $f) }', { f: { nam: 'a' } }],
  ])('by a suggestion for a misspelt %s', async (_name, query, variables) => {
    expect((await development.post({ query, variables })).text).toContain('Did you mean');
    const answer = await production.post({ query, variables });
    expect(answer.json.errors).not.toEqual([]);
    expect(answer.text).not.toMatch(/did you mean/i);
  });

  test.each([
    ['plain', '{ __schema { queryType { name } } }'],
    ['__type', '{ __type(name: "Query") { name } }'],
    ['an alias', '{ a: __schema { queryType { name } } }'],
    ['a fragment', '{ ...f } fragment f on Query { __schema { queryType { name } } }'],
    ['an inline fragment', '{ ... { ... on Query { __schema { queryType { name } } } } }'],
    ['newlines and commas', '{\n,,__schema\n,{ queryType { name } } }'],
    ['a comment', '{ #x\n__schema { queryType { name } } }'],
    ['a byte order mark', '\ufeff{ __schema { queryType { name } } }'],
    ['a directive', '{ __schema @include(if: true) { queryType { name } } }'],
    ['the second operation', 'query A { hello } query B { __schema { queryType { name } } }'],
    ['a mutation', 'mutation { __typename ... on Mutation { __schema { queryType { name } } } }'],
  ])('by introspection through %s, except with the admin key', async (_name, query) => {
    const body = query.startsWith('query A') ? { query, operationName: 'B' } : { query };
    const post = await production.post(body);
    expect(post.text).not.toContain('"name"');
    expect(codeOf(post)).toBe('FORBIDDEN');
    const get = await production.get(`/graphql?query=${encodeURIComponent(query)}`);
    expect(get.text).not.toContain('"name"');
    const admin = await production.post(body, { 'x-plinth-admin-key': ADMIN_KEY });
    expect(codeOf(admin)).not.toBe('FORBIDDEN');
  });
});

describe('the log', () => {
  test('has no secrets', async () => {
    await production.post(
      { query: '{hello}' },
      { 'x-plinth-admin-key': ADMIN_KEY, authorization: 'Bearer abc.def' },
    );
    expect(production.logged()).not.toMatch(new RegExp(`${ADMIN_KEY}|abc\\.def`));
  });

  test('cannot be forged by what is logged, in production or development', () => {
    const line = JSON.stringify({
      level: 30,
      time: '2026-01-01T00:00:00.000Z',
      msg: 'a\n10:00 error b',
      name: '\u001b[2J\u009b2J\r\nx',
    });
    const readable = formatLogLine(line);
    expect(readable.trimEnd().split('\n')).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(readable.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });
});
