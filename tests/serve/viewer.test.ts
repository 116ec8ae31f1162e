import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, type Answer, codeOf, startServer, type TestServer } from './support.ts';

let development: TestServer;
let production: TestServer;
let keyless: TestServer;
beforeAll(async () => {
  development = await startServer({ shared: true });
  production = await startServer({ shared: true, mode: 'production' });
  keyless = await startServer({ shared: true, mode: 'production', env: { PLINTH_ADMIN_KEY: '' } });
});
afterAll(async () => {
  for (const server of [development, production, keyless]) await server.server.close({ graceMs: 0 });
});

const key = { 'x-plinth-admin-key': ADMIN_KEY };
const ask = (server: TestServer, headers: Record<string, string>) =>
  server.post({ query: '{ viewer }' }, headers);
const viewerOf = (answer: Answer) => JSON.parse(String(answer.json.data?.viewer));

describe('the viewer is', () => {
  test.each<[string, Record<string, string>, unknown]>([
    ['signed out by default', {}, { kind: 'signedOut' }],
    ['the administrator with the key', key, { kind: 'admin' }],
    ['signed out with the key and null', { ...key, 'x-plinth-as': 'null' }, { kind: 'signedOut' }],
    ['an account by its id', { ...key, 'x-plinth-as': '{"id":"7"}' }, { kind: 'viewer', id: '7' }],
    [
      'an account with all it has',
      {
        ...key,
        'x-plinth-as': '{"id":"7","roles":["a"],"email":"a@b.c","emailVerified":true,"claims":{"org":1}}',
      },
      { kind: 'viewer', id: '7', roles: ['a'], email: 'a@b.c', emailVerified: true, claims: { org: 1 } },
    ],
    [
      'an account with a name outside ASCII, sent as UTF-8',
      { ...key, 'x-plinth-as': Buffer.from('{"id":"Žofie"}').toString('latin1') },
      { kind: 'viewer', id: 'Žofie' },
    ],
  ])('%s', async (_name, headers, viewer) => {
    for (const server of [development, production])
      expect(viewerOf(await ask(server, headers))).toEqual(viewer);
  });
});

describe('refused, never ignored:', () => {
  test.each<[string, Record<string, string>, number, string]>([
    ['a wrong key', { 'x-plinth-admin-key': 'wrong' }, 401, 'UNAUTHENTICATED'],
    ['an empty key', { 'x-plinth-admin-key': '' }, 401, 'UNAUTHENTICATED'],
    ['a key and more', { 'x-plinth-admin-key': `${ADMIN_KEY}x` }, 401, 'UNAUTHENTICATED'],
    ['X-Plinth-As without a key', { 'x-plinth-as': '{"id":"7"}' }, 401, 'UNAUTHENTICATED'],
    [
      'X-Plinth-As with a wrong key',
      { 'x-plinth-as': '{"id":"7"}', 'x-plinth-admin-key': 'no' },
      401,
      'UNAUTHENTICATED',
    ],
    ['the key from a page', { ...key, origin: 'https://evil.example' }, 403, 'FORBIDDEN'],
    ['the key from a page without an origin', { ...key, origin: 'null' }, 403, 'FORBIDDEN'],
    ['the key from an app on this machine', { ...key, origin: 'http://localhost:5173' }, 403, 'FORBIDDEN'],
    ['no JSON', { ...key, 'x-plinth-as': '{id:7}' }, 400, 'BAD_USER_INPUT'],
    ['a number', { ...key, 'x-plinth-as': '7' }, 400, 'BAD_USER_INPUT'],
    ['a list', { ...key, 'x-plinth-as': '[]' }, 400, 'BAD_USER_INPUT'],
    ['no id', { ...key, 'x-plinth-as': '{"roles":[]}' }, 400, 'BAD_USER_INPUT'],
    ['an id that is a number', { ...key, 'x-plinth-as': '{"id":7}' }, 400, 'BAD_USER_INPUT'],
    ['an id with a NUL', { ...key, 'x-plinth-as': '{"id":"7\\u0000"}' }, 400, 'BAD_USER_INPUT'],
    [
      'a role with half a surrogate pair',
      { ...key, 'x-plinth-as': '{"id":"7","roles":["\\ud800"]}' },
      400,
      'BAD_USER_INPUT',
    ],
    ['an id that is empty', { ...key, 'x-plinth-as': '{"id":""}' }, 400, 'BAD_USER_INPUT'],
    [
      'a role that is no text',
      { ...key, 'x-plinth-as': '{"id":"7","roles":["a",7]}' },
      400,
      'BAD_USER_INPUT',
    ],
    ['claims as a list', { ...key, 'x-plinth-as': '{"id":"7","claims":[]}' }, 400, 'BAD_USER_INPUT'],
    ['roles as text', { ...key, 'x-plinth-as': '{"id":"7","roles":"admin"}' }, 400, 'BAD_USER_INPUT'],
    ['an unknown key', { ...key, 'x-plinth-as': '{"id":"7","role":"admin"}' }, 400, 'BAD_USER_INPUT'],
    [
      '__proto__',
      { ...key, 'x-plinth-as': '{"id":"7","__proto__":{"roles":["admin"]}}' },
      400,
      'BAD_USER_INPUT',
    ],
  ])('%s', async (_name, headers, status, code) => {
    for (const server of [development, production]) {
      const answer = await ask(server, headers);
      expect([answer.status, codeOf(answer)]).toEqual([status, code]);
      expect(answer.json.data).toBeUndefined();
    }
  });

  test('any key where none is configured', async () => {
    expect(codeOf(await ask(keyless, key))).toBe('UNAUTHENTICATED');
    expect(codeOf(await ask(keyless, { 'x-plinth-admin-key': '' }))).toBe('UNAUTHENTICATED');
  });
});

test('faults of X-Plinth-As are listed with their places', async () => {
  const answer = await ask(development, { ...key, 'x-plinth-as': '{"id":7,"rols":[]}' });
  expect(answer.json.errors?.[0]?.extensions.issues).toEqual([
    { path: ['X-Plinth-As', 'rols'], message: 'does not exist. Did you mean "roles"?', constraint: 'format' },
    { path: ['X-Plinth-As', 'id'], message: 'must be a string that is not empty', constraint: 'format' },
  ]);
});

test('the key works from the server’s own page in development and not in production', async () => {
  const own = (server: TestServer) => ({ ...key, origin: server.url });
  expect(viewerOf(await ask(development, own(development)))).toEqual({ kind: 'admin' });
  expect(codeOf(await ask(production, own(production)))).toBe('FORBIDDEN');
});

test('the app never sees the key', async () => {
  const answer = await development.post({ query: '{ headers }' }, key);
  expect(answer.text).not.toContain(ADMIN_KEY);
});

describe('GraphiQL gets the key', () => {
  const page = (headers: Record<string, string>) =>
    development.get('/graphql', { headers: { accept: 'text/html', ...headers } });

  test('not through a proxy or tunnel', async () => {
    expect((await page({ 'x-forwarded-for': '1.2.3.4' })).text).not.toContain(ADMIN_KEY);
  });

  test('never with CORS headers, so no other origin can read it', async () => {
    const answer = await page({ origin: 'http://localhost:5173' });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});
