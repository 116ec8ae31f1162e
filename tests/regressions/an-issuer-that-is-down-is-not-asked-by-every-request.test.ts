import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type AuthServer, bearer, startAuthServer } from '../features/auth/support.ts';

const SDL = /* GraphQL */ `
  type Doc @model @access(read: "viewer.claims.tier == 'gold'") { id: ID!  title: String! }
`;
const SECOND = 1000;
const MINUTE = 60 * SECOND;

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

/** An issuer on an address that stays the same while it stops and starts. */
let issuer: Server;
let url: string;
let keys: Pair;
let asked: number;
let mode: 'up' | 'broken' | 'silent';
let server: AuthServer;

beforeEach(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256' };
  asked = 0;
  mode = 'up';
  issuer = createServer((request, response) => {
    asked += 1;
    if (mode === 'silent') return;
    const document = request.url?.startsWith('/.well-known')
      ? { issuer: url, jwks_uri: `${url}/keys` }
      : { keys: [jwk] };
    response.writeHead(mode === 'broken' ? 500 : 200).end(JSON.stringify(document));
  });
  await new Promise<void>((done) => issuer.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  server = await startAuthServer(SDL, {
    LOG_LEVEL: 'silent',
    AUTH_ISSUERS: JSON.stringify([{ issuer: url, audience: 'a' }]),
  });
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await stop();
});

async function stop(): Promise<void> {
  issuer.closeAllConnections();
  if (issuer.listening) await new Promise((done) => issuer.close(done));
}

const later = (ms: number): unknown => vi.setSystemTime(Date.now() + ms);
let count = 0;
/** A fresh token each time: what is known of one says nothing of the next. */
const sign = (kid = 'one') =>
  new SignJWT({
    iss: url,
    aud: 'a',
    sub: `s${++count}`,
    tier: 'gold',
    exp: Math.floor(Date.now() / 1000) + 300,
  })
    .setProtectedHeader({ alg: 'RS256', kid })
    .sign(keys.privateKey);
/** Whether the issuer's word is taken. */
const accepted = async (kid?: string): Promise<boolean> =>
  (await server.graphql('{ docs { title } }', {}, bearer(await sign(kid)))).codes.length === 0;
const all = (count: number, kid?: (index: number) => string) =>
  Promise.all(Array.from({ length: count }, (_, index) => accepted(kid?.(index))));

it('one that refuses: one request asks, the others do not for some seconds, and then it is believed again', async () => {
  mode = 'broken';
  expect(new Set(await all(20))).toEqual(new Set([false]));
  expect(new Set(await all(20))).toEqual(new Set([false]));
  expect(asked).toBe(1);
  mode = 'up';
  later(4 * SECOND);
  expect([await accepted(), asked]).toEqual([false, 1]);
  later(2 * SECOND);
  expect([await accepted(), asked]).toEqual([true, 3]);
});

it('one that is stopped: what it said lately goes on being good, but not for ever', async () => {
  expect(await accepted()).toBe(true);
  await stop();
  later(11 * MINUTE);
  expect(await accepted()).toBe(true);
  later(51 * MINUTE);
  expect(await accepted()).toBe(false);
});

it('one that fails again and again is asked less and less often', async () => {
  mode = 'broken';
  for (let second = 0; second < 60; second++) {
    await accepted();
    later(SECOND);
  }
  // At once, after 5 s, 10 s more, 20 s more.
  expect(asked).toBe(4);
});

it('key ids that nobody has heard of make it no work', async () => {
  expect(await accepted()).toBe(true);
  asked = 0;
  later(MINUTE);
  expect(new Set(await all(50, (index) => `strange${index}`))).toEqual(new Set([false]));
  expect(new Set(await all(50, (index) => `stranger${index}`))).toEqual(new Set([false]));
  expect(asked).toBe(1);
  expect(await accepted()).toBe(true);
});

it('one that keeps silent holds up those who wait for the first answer, and nobody after', async () => {
  mode = 'silent';
  expect(new Set(await all(10))).toEqual(new Set([false]));
  expect(new Set(await all(10))).toEqual(new Set([false]));
  expect(asked).toBe(1);
});
