import { createHash } from 'node:crypto';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { cacheExchange, createClient, fetchExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { print } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { Problems } from '../../src/kit/problem.ts';
import { readOperations, TrustedDocuments } from '../../src/operations/index.ts';
import { RegisteredTexts } from '../../src/serve/documents/registered-texts.ts';
import { ADMIN_KEY, codeOf, startServer, type TestServer, testApp } from './support.ts';

const OWN =
  'query Own($text: String) {\n  echo(text: $text)\n  thing {\n    ...Named\n  }\n}\n\nfragment Named on Thing {\n  name\n}';
const COUNT = 'mutation Count {\n  count\n}';
const SCHEMA = 'query Schema {\n  __schema {\n    queryType {\n      name\n    }\n  }\n}';
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const persisted = (sha256Hash: string) => ({ persistedQuery: { version: 1, sha256Hash } });

function trusted(): TrustedDocuments {
  const sources = [OWN, COUNT, SCHEMA].map((text, index) => ({ file: `operations/${index}.graphql`, text }));
  return TrustedDocuments.of(readOperations(sources, new Problems()), [
    { id: 'md5-of-hello', file: 'web.json', text: '{ hello }' },
    { id: `sha256:${'ab'.repeat(32)}`, file: 'web.json', text: '{ hello }' },
    { id: 'CD'.repeat(32), file: 'web.json', text: '{ hello }' },
  ]);
}

const start = (documents: 'open' | 'trusted', mode: 'development' | 'production' = 'production') =>
  startServer({
    mode,
    env: { PLINTH_DOCUMENTS: documents },
    app: (runs) => ({ ...testApp(runs), documents: trusted }),
    shared: true,
  });

let open: TestServer;
let closed: TestServer;
beforeAll(async () => {
  [open, closed] = await Promise.all([start('open'), start('trusted')]);
  return async () => {
    await Promise.all([open, closed].map(({ server }) => server.close({ graceMs: 0 })));
  };
});

const byGet = (parameters: Record<string, string>): string => `/graphql?${new URLSearchParams(parameters)}`;

describe.each([
  ['open', () => open],
  ['trusted', () => closed],
])('a trusted document, where documents are %s', (_name, server) => {
  test.each([
    ['documentId', { documentId: sha256(OWN) }],
    ['documentId with the name of the hash', { documentId: `sha256:${sha256(OWN)}` }],
    ['a hash in capitals', { documentId: sha256(OWN).toUpperCase() }],
    ["Apollo's extension", { extensions: persisted(sha256(OWN)) }],
    ['both', { documentId: sha256(OWN), extensions: persisted(sha256(OWN)) }],
    ['its text', { query: OWN }],
    ['its text and its hash', { query: OWN, extensions: persisted(sha256(OWN)) }],
    ['the hash beside an empty text', { query: '', documentId: sha256(OWN) }],
  ])('runs by %s', async (_way, body) => {
    const answer = await server().post({ ...body, variables: { text: 'x' } });
    expect(answer.json).toEqual({ data: { echo: 'x', thing: { name: 'thing' } } });
    expect(answer.status).toBe(200);
  });

  test('runs by the id that a list gives it', async () => {
    expect((await server().post({ documentId: 'md5-of-hello' })).json).toEqual({ data: { hello: 'hello' } });
  });

  test.each([
    ['with the name of the hash', 'ab'.repeat(32)],
    ['in capitals', 'cd'.repeat(32)],
  ])('runs by a hash that a list has %s, however it is written', async (_how, hash) => {
    const bodies = [hash, hash.toUpperCase(), `sha256:${hash}`].map((documentId) => ({ documentId }));
    for (const body of [...bodies, { extensions: persisted(hash) }])
      expect((await server().post(body)).json).toEqual({ data: { hello: 'hello' } });
  });

  test.each([
    ['documentId', { documentId: sha256(OWN) }],
    ["Apollo's extension", { extensions: JSON.stringify(persisted(sha256(OWN))) }],
  ])('runs by GET with %s', async (_way, parameters) => {
    const answer = await server().get(byGet({ ...parameters, variables: '{"text":"ä&b"}' }));
    expect(answer.json).toEqual({ data: { echo: 'ä&b', thing: { name: 'thing' } } });
  });

  test.each([
    ['two ids', 'documentId', [sha256(OWN), sha256(COUNT)]],
    ['two hashes', 'extensions', [sha256(OWN), sha256(COUNT)].map((hash) => JSON.stringify(persisted(hash)))],
    ['two texts', 'query', [OWN, '{ hello }']],
  ])('nothing runs by GET with %s', async (_way, name, values) => {
    const search = values.map((value) => `${name}=${encodeURIComponent(value)}`).join('&');
    const answer = await server().get(`/graphql?${search}`);
    expect([answer.status, answer.json.data]).toEqual([400, undefined]);
    expect(answer.json.errors?.[0]?.message).toBe(
      `The '${name}' search parameter may only be specified once.`,
    );
  });

  test('a mutation runs by POST and never by GET', async () => {
    const before = server().runs.mutations;
    expect((await server().get(byGet({ documentId: sha256(COUNT) }))).status).toBe(405);
    expect(server().runs.mutations).toBe(before);
    expect((await server().post({ documentId: sha256(COUNT) })).json.data).toEqual({ count: before + 1 });
  });

  test('introspection is refused as ever, except with the admin key', async () => {
    expect(codeOf(await server().post({ documentId: sha256(SCHEMA) }))).toBe('FORBIDDEN');
    const admin = await server().post({ documentId: sha256(SCHEMA) }, { 'x-plinth-admin-key': ADMIN_KEY });
    expect(admin.json.errors).toBeUndefined();
  });

  test.each<[string, unknown, string]>([
    ['an id that is not known', { documentId: sha256('{ a }') }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['an id that is no hash', { documentId: 'constructor' }, 'PERSISTED_QUERY_NOT_FOUND'],
    ['a hash that is not known', { extensions: persisted(sha256('{ a }')) }, 'PERSISTED_QUERY_NOT_FOUND'],
    [
      'a text under the hash of another',
      { query: '{ hello }', extensions: persisted(sha256(OWN)) },
      'BAD_USER_INPUT',
    ],
    ['a text under the id of another', { query: '{ hello }', documentId: sha256(OWN) }, 'BAD_USER_INPUT'],
    ['two ids', { documentId: sha256(OWN), extensions: persisted(sha256(COUNT)) }, 'BAD_USER_INPUT'],
    [
      'another version',
      { extensions: { persistedQuery: { version: 2, sha256Hash: sha256(OWN) } } },
      'BAD_USER_INPUT',
    ],
    ['no hash', { extensions: { persistedQuery: { version: 1 } } }, 'BAD_USER_INPUT'],
    ['no object', { extensions: { persistedQuery: 'x' } }, 'BAD_USER_INPUT'],
    ['an id that is no text', { documentId: 7 }, 'BAD_USER_INPUT'],
    ['a text that is none', { query: { kind: 'Document' }, documentId: sha256(OWN) }, 'BAD_USER_INPUT'],
  ])('nothing runs by %s', async (_way, body, code) => {
    const answer = await server().post(body);
    expect(codeOf(answer)).toBe(code);
    expect(answer.json.data).toBeUndefined();
  });
});

describe('where documents are trusted', () => {
  test.each<[string, Record<string, unknown>]>([
    ['another text', { query: '{ viewer }' }],
    ['a trusted text with a space more', { query: `${OWN} ` }],
    ['a text that does not parse', { query: '{' }],
    ['a text that is far too complex', { query: '{a'.repeat(50_000) }],
    ['a text with its own hash', { query: '{ viewer }', extensions: persisted(sha256('{ viewer }')) }],
  ])('%s is refused before it is parsed', async (_name, body) => {
    const answer = await closed.post(body);
    expect(answer.status).toBe(403);
    expect(answer.json.errors).toHaveLength(1);
    expect(codeOf(answer)).toBe('FORBIDDEN');
  });

  test('what was refused with its hash was not registered either', async () => {
    const answer = await closed.post({ extensions: persisted(sha256('{ viewer }')) });
    expect(codeOf(answer)).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  test('another text by GET is refused', async () => {
    expect((await closed.get(byGet({ query: '{ hello viewer }' }))).status).toBe(403);
  });

  test('the admin key sends what it likes, and a wrong one does not', async () => {
    const ask = (key: string) => closed.post({ query: '{ hello viewer }' }, { 'x-plinth-admin-key': key });
    expect((await ask(ADMIN_KEY)).json.data).toMatchObject({ hello: 'hello' });
    expect((await ask(`${ADMIN_KEY}x`)).status).toBe(401);
  });

  test('a batch stays refused', async () => {
    expect((await closed.post([{ documentId: sha256(OWN) }])).status).toBe(400);
  });
});

describe('automatic persisted queries', () => {
  const TEXT = '{ hello thing { id } }';

  test('a hash is asked for, its text registered, and then enough', async () => {
    const body = { extensions: persisted(sha256(TEXT)) };
    const unknown = await open.post(body);
    expect(unknown.status).toBe(200);
    expect(unknown.json).toEqual({
      errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
    });
    expect(unknown.headers.get('cache-control')).toContain('no-cache');
    const registered = await open.post({ ...body, query: TEXT });
    expect(registered.json.data).toEqual({ hello: 'hello', thing: { id: '1' } });
    expect((await open.post(body)).text).toBe(registered.text);
    const got = await open.get(byGet({ extensions: JSON.stringify(body.extensions) }));
    expect(got.text).toBe(registered.text);
  });

  test('limits hold for a registered text, each time', async () => {
    const query = `{ ${'thing{'.repeat(20)}id${'}'.repeat(20)} }`;
    const body = { extensions: persisted(sha256(query)) };
    for (const each of [{ ...body, query }, body, body])
      expect(codeOf(await open.post(each))).toBe('OPERATION_TOO_COMPLEX');
  });

  test('a registered mutation does not run by GET', async () => {
    const query = 'mutation Registered { count }';
    await open.post({ query, extensions: persisted(sha256(query)) });
    const { mutations } = open.runs;
    const answer = await open.get(byGet({ extensions: JSON.stringify(persisted(sha256(query))) }));
    expect(answer.status).toBe(405);
    expect(open.runs.mutations).toBe(mutations);
  });

  test('strangers cannot make the server remember without bound', () => {
    const many = new RegisteredTexts();
    for (let index = 0; index <= 1_000; index++) many.add(String(index), '{ hello }');
    expect([many.get('0'), many.get('1'), many.get('1000')]).toEqual([undefined, '{ hello }', '{ hello }']);
    const large = new RegisteredTexts();
    for (let index = 0; index < 50; index++) large.add(String(index), 'x'.repeat(99_999));
    const kept = Array.from({ length: 50 }, (_, index) => large.get(String(index))).filter(Boolean);
    expect(kept).toHaveLength(40);
    large.add('one', 'x'.repeat(100_001));
    expect(large.get('one')).toBeUndefined();
  });
});

describe('clients as they are', () => {
  const query = gql(OWN);
  const variables = { text: 'hi' };
  const data = { echo: 'hi', thing: { name: 'thing' } };

  /** Counts the requests, and how many of them had a text. */
  const counting = () => {
    const sent = { all: 0, texts: 0 };
    const send: typeof fetch = (url, init) => {
      sent.all += 1;
      const parameters = new URL(String(url)).searchParams;
      const body = init?.body ? JSON.parse(String(init.body)) : Object.fromEntries(parameters);
      if (body.query) sent.texts += 1;
      return fetch(url, init);
    };
    return { sent, send };
  };
  const apollo = (server: TestServer, send: typeof fetch, useGETForHashedQueries: boolean) =>
    new ApolloClient({
      cache: new InMemoryCache(),
      link: new PersistedQueryLink({ sha256: async (text) => sha256(text), useGETForHashedQueries }).concat(
        new HttpLink({ uri: `${server.url}/graphql`, fetch: send }),
      ),
    });
  const urql = (server: TestServer, send: typeof fetch) =>
    createClient({
      url: `${server.url}/graphql`,
      fetch: send,
      preferGetMethod: false,
      exchanges: [cacheExchange, persistedExchange({ preferGetForPersistedQueries: true }), fetchExchange],
    });

  test.each([false, true])(
    'Apollo Client names a trusted document by its hash; by GET: %s',
    async (useGet) => {
      const { sent, send } = counting();
      const answer = await apollo(closed, send, useGet).query({ query, variables });
      expect(answer.data).toMatchObject(data);
      expect(sent).toEqual({ all: 1, texts: 0 });
    },
  );

  test('Apollo Client registers what is not known, once', async () => {
    const { sent, send } = counting();
    const other = gql('query Other { hello again: hello }');
    const fresh = () => apollo(open, send, false).query({ query: other });
    expect((await fresh()).data).toMatchObject({ hello: 'hello' });
    expect(sent).toEqual({ all: 2, texts: 1 });
    expect((await fresh()).data).toMatchObject({ hello: 'hello' });
    expect(sent).toEqual({ all: 3, texts: 1 });
  });

  test('urql names a trusted document by its hash', async () => {
    const { sent, send } = counting();
    const answer = await urql(closed, send).query(OWN, variables).toPromise();
    expect(answer.error).toBeUndefined();
    expect(answer.data).toMatchObject(data);
    expect(sent).toEqual({ all: 1, texts: 0 });
  });

  test('urql names a parsed document by its hash', async () => {
    const { sent, send } = counting();
    const answer = await urql(closed, send).query(query, variables).toPromise();
    expect(answer.error).toBeUndefined();
    expect(sent).toEqual({ all: 1, texts: 0 });
  });

  test('urql registers what is not known', async () => {
    const { sent, send } = counting();
    const answer = await urql(open, send).query('query FromUrql { hello }', {}).toPromise();
    expect(answer.data).toMatchObject({ hello: 'hello' });
    expect(sent).toEqual({ all: 2, texts: 1 });
  });

  test('graphql-js prints what code generators list', () => {
    expect(trusted().has(print(query))).toBe(true);
  });
});
