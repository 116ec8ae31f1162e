import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type AuthServer,
  admin,
  bearer,
  cookieOf,
  SIGN_UP,
  startAuthServer,
} from '../features/auth/support.ts';

/** An account may know nothing of what rules commonly ask for: here the address goes, and roles are never given. */
const SDL = /* GraphQL */ `
  type Person @model @user @access(read: "viewer != null") { id: ID!  email: String @unique  roles: [String!]! }
  type Note @model @access(read: "viewer != null", create: "viewer != null") { id: ID!  text: String! }
`;
const QUERIES = [
  '{ notes { text } }',
  'mutation { createNote(input: {text: "x"}) { id } }',
  '{ __typename }',
];

let server: AuthServer;
let issuer: ReturnType<typeof createServer>;
const ways: Record<string, Record<string, string>> = {};

beforeAll(async () => {
  const keys = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256' };
  issuer = createServer((_request, response) => response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((done) => issuer.listen(0, '127.0.0.1', done));
  const iss = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  server = await startAuthServer(SDL, {
    AUTH_ISSUERS: JSON.stringify([{ issuer: iss, audience: 'a', jwksUrl: `${iss}/keys` }]),
  });
  const { data, cookies } = await server.graphql(SIGN_UP, {
    input: { email: 'nobody@example.com', password: 'correct horse battery' },
  });
  const { token, user } = data.signUp;
  const { key } = (await (await server.auth('/api-keys', { name: 'k' }, bearer(token))).json()) as {
    key: string;
  };
  await server.db.execute('UPDATE "Person" SET "email" = NULL');
  const jwt = (claims: object, sub: string) =>
    new SignJWT({ iss, aud: 'a', sub, exp: Math.floor(Date.now() / 1000) + 300, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .sign(keys.privateKey);
  Object.assign(ways, {
    cookie: { cookie: cookieOf({ cookies }) },
    token: bearer(token),
    'API key': { 'x-api-key': key },
    'token of another issuer': bearer(await jwt({}, user.id)),
    'token of another issuer for nobody here': bearer(await jwt({}, 'somebody')),
  });
});
afterAll(() => issuer.close());

/** Statements of the second of two equal requests. */
async function costOf(query: string, headers: Record<string, string>): Promise<number> {
  await server.graphql(query, {}, headers);
  server.allStatements();
  const { errors } = await server.graphql(query, {}, headers);
  expect(errors).toEqual([]);
  return server.allStatements().length;
}

describe.each(QUERIES)('%s', (query) => {
  let bare: number;
  beforeAll(async () => {
    bare = await costOf(query, admin);
  });

  it.each([
    'cookie',
    'token',
    'API key',
    'token of another issuer',
    'token of another issuer for nobody here',
  ])('by %s, when the account has no address', async (way) => {
    expect(await costOf(query, ways[way] ?? {})).toBe(bare);
  });

  it('by X-Plinth-As, which may load what it leaves out, in one statement', async () => {
    const id = '0197c0de-0000-7000-8000-000000000001';
    const full = { id, roles: [], email: 'x@example.com', emailVerified: true };
    const as = (viewer: object) => costOf(query, { ...admin, 'x-plinth-as': JSON.stringify(viewer) });
    expect([await as(full), await as({ id })]).toEqual([bare, bare + 1]);
    // No account can have an id like this one.
    expect(await as({ id: 'x' })).toBe(bare);
  });
});
