import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type AuthServer, bearer, startAuthServer } from './support.ts';

const SDL = /* GraphQL */ `
  type Person @model @user @access(read: "viewer != null") {
    id: ID!
    email: String! @unique
  }
  type Doc @model @access(read: "viewer.claims.tier == 'gold' || 'editor' in viewer.roles") {
    id: ID!
    title: String!
  }
`;

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

let server: AuthServer;
let jwks: { keys: JWK[] };
let asked = 0;
let issuer = '';
let issuerServer: Server;
let keys: Pair;
const ID = '018f2d5a-0000-7000-8000-000000000001';

beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true });
  jwks = { keys: [await publicKey(keys, 'one')] };
  issuerServer = createServer((request, response) => {
    asked += 1;
    const document = request.url?.endsWith('openid-configuration')
      ? { issuer, jwks_uri: `${issuer}/jwks` }
      : jwks;
    response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
  });
  await new Promise<void>((done) => issuerServer.listen(0, '127.0.0.1', done));
  issuer = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`;
  const claims = { roles: 'realm.roles' };
  server = await startAuthServer(SDL, {
    AUTH_ISSUERS: JSON.stringify([{ issuer, audience: 'plinth-tests', algorithms: ['RS256'], claims }]),
  });
  await server.db.execute('INSERT INTO "Person" (id, email) VALUES ($1, $2)', [ID, 'jwt@example.com']);
  await server.db.execute('INSERT INTO "Doc" (id, title) VALUES ($1, $2)', [randomUUID(), 'Gold']);
});
afterAll(() => issuerServer.close());

async function publicKey(pair: Pair, kid: string): Promise<JWK> {
  return { ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' };
}

const now = (): number => Math.floor(Date.now() / 1000);
interface Variation {
  readonly payload?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly pair?: Pair;
}
function sign({ payload = {}, header = {}, pair = keys }: Variation = {}): Promise<string> {
  const usual = { iss: issuer, aud: 'plinth-tests', sub: ID, iat: now(), exp: now() + 300 };
  return new SignJWT({ ...usual, ...payload })
    .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
    .sign(pair.privateKey);
}
async function viewerBy(token: string) {
  return (await server.graphql('{ viewer { id } }', {}, bearer(token))).data?.viewer;
}

describe('a token of a trusted issuer', () => {
  it('says who the viewer is, with its claims and roles in the rules', async () => {
    const query = '{ docs { title } }';
    const plain = await server.graphql('{ viewer { id email } }', {}, bearer(await sign()));
    expect(plain.data.viewer).toEqual({ id: ID, email: 'jwt@example.com' });
    expect((await server.graphql(query, {}, bearer(await sign()))).codes).toEqual(['FORBIDDEN']);
    for (const payload of [{ tier: 'gold' }, { realm: { roles: ['editor'] } }]) {
      const { data } = await server.graphql(query, {}, bearer(await sign({ payload })));
      expect(data.docs).toEqual([{ title: 'Gold' }]);
    }
  });

  it('is accepted within 30 seconds of clock difference', async () => {
    expect(await viewerBy(await sign({ payload: { exp: now() - 20 } }))).not.toBeNull();
    expect(await viewerBy(await sign({ payload: { nbf: now() + 20 } }))).not.toBeNull();
  });

  it('may be signed by a key that came later, and asks for keys once', async () => {
    const next = await generateKeyPair('RS256', { extractable: true });
    jwks = { keys: [...jwks.keys, await publicKey(next, 'two')] };
    // The cooldown of the key set holds for 30 s, so a server of its own is asked.
    const other = await startAuthServer(SDL, {
      AUTH_ISSUERS: JSON.stringify([{ issuer, audience: 'plinth-tests' }]),
    });
    await other.db.execute('INSERT INTO "Person" (id, email) VALUES ($1, $2)', [ID, 'jwt@example.com']);
    asked = 0;
    for (const [pair, kid] of [
      [keys, 'one'],
      [next, 'two'],
      [next, 'two'],
    ] as const) {
      const token = await sign({ pair, header: { kid } });
      const { data } = await other.graphql('{ viewer { id } }', {}, bearer(token));
      expect(data.viewer).toEqual({ id: ID });
    }
    expect(asked).toBe(2);
  });
});

describe('several issuers', () => {
  it('are each believed with their own keys, for their own audience and by their own algorithms', async () => {
    const ec = await generateKeyPair('ES256', { extractable: true });
    const otherKeys = { keys: [{ ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256' }] };
    let broken = false;
    const second = createServer((_request, response) => {
      if (broken) response.destroy();
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(otherKeys));
    });
    await new Promise<void>((done) => second.listen(0, '127.0.0.1', done));
    onTestFinished(() => void second.close());
    const jwksUrl = `http://127.0.0.1:${(second.address() as AddressInfo).port}/keys`;
    const other = 'https://other.example';
    const both = await startAuthServer(SDL, {
      AUTH_ISSUERS: JSON.stringify([
        { issuer, audience: 'plinth-tests', algorithms: ['RS256'] },
        {
          issuer: other,
          audience: ['x', 'other-audience'],
          jwksUrl,
          claims: { id: 'https://other.example/id' },
        },
      ]),
    });
    await both.db.execute('INSERT INTO "Person" (id, email) VALUES ($1, $2)', [ID, 'jwt@example.com']);
    const viewer = async (token: string) =>
      (await both.graphql('{ viewer { id } }', {}, bearer(token))).data?.viewer;
    const make = (payload: Record<string, unknown>, kid = 'ec', pair = ec, alg = 'ES256') =>
      new SignJWT({ exp: now() + 300, 'https://other.example/id': ID, ...payload })
        .setProtectedHeader({ alg, kid })
        .sign(pair.privateKey);
    expect(await viewer(await make({ iss: other, aud: 'other-audience' }))).toEqual({ id: ID });
    expect(await viewer(await sign())).toEqual({ id: ID });
    // One's keys do not speak for the other, nor is a token for one's audience good at the other.
    expect(await viewer(await make({ iss: issuer, aud: 'plinth-tests', sub: ID }))).toBeNull();
    expect(await viewer(await make({ iss: other, aud: 'plinth-tests' }))).toBeNull();
    const strange = await sign({
      payload: { iss: other, aud: 'other-audience', 'https://other.example/id': ID },
    });
    expect(await viewer(strange)).toBeNull();
    // An issuer that cannot be asked makes nobody a viewer, and nobody else's request fail.
    broken = true;
    expect(await viewer(await make({ iss: other, aud: 'other-audience' }, 'unheard-of'))).toBeNull();
    expect(await viewer(await sign())).toEqual({ id: ID });
  });

  it('that narrow their algorithms down are not believed with another one of the same key set', async () => {
    const ec = await generateKeyPair('ES256', { extractable: true });
    jwks = { keys: [...jwks.keys, { ...(await exportJWK(ec.publicKey)), kid: 'ec', alg: 'ES256' }] };
    const settings = (algorithms: string[]) => ({
      AUTH_ISSUERS: JSON.stringify([{ issuer, audience: 'plinth-tests', algorithms }]),
    });
    const token = await new SignJWT({ iss: issuer, aud: 'plinth-tests', sub: ID, exp: now() + 300 })
      .setProtectedHeader({ alg: 'ES256', kid: 'ec' })
      .sign(ec.privateKey);
    for (const [algorithms, expected] of [
      [['RS256'], null],
      [['RS256', 'ES256'], { id: ID }],
    ] as const) {
      const pinned = await startAuthServer(SDL, settings([...algorithms]));
      await pinned.db.execute('INSERT INTO "Person" (id, email) VALUES ($1, $2)', [ID, 'jwt@example.com']);
      const { data } = await pinned.graphql('{ viewer { id } }', {}, bearer(token));
      expect(data.viewer).toEqual(expected);
    }
  });
});

describe('is signed out with', () => {
  const cases: Record<string, () => Promise<string>> = {
    'a signature of another key': async () => sign({ pair: await generateKeyPair('RS256') }),
    'another audience': () => sign({ payload: { aud: 'somebody-else' } }),
    'no audience': () => sign({ payload: { aud: undefined } }),
    'another issuer': () => sign({ payload: { iss: 'https://evil.example' } }),
    'an expiry a minute ago': () => sign({ payload: { exp: now() - 60 } }),
    'no expiry': () => sign({ payload: { exp: undefined } }),
    'a beginning in the future': () => sign({ payload: { nbf: now() + 300 } }),
    'an issue in the future': () => sign({ payload: { iat: now() + 300 } }),
    'an unknown key id': () => sign({ header: { kid: '../../etc/passwd' } }),
    'no key id but a key of its own': async () => {
      const pair = await generateKeyPair('RS256', { extractable: true });
      return sign({ pair, header: { kid: 'one', jwk: await publicKey(pair, 'one') } });
    },
    'the address of other keys': async () =>
      sign({
        pair: await generateKeyPair('RS256'),
        header: { jku: `${issuer}/evil`, x5u: `${issuer}/evil` },
      }),
    'an extension that must be understood': () =>
      sign({ header: { crit: ['x'], x: 1 } }).catch(() => 'a.b.c'),
    'algorithm none': async () => {
      const [, payload] = (await sign()).split('.');
      return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    },
    'changed claims': async () => {
      const [header, , signature] = (await sign()).split('.');
      const payload = { iss: issuer, aud: 'plinth-tests', sub: ID, exp: now() + 300, tier: 'gold' };
      return `${header}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.${signature}`;
    },
    'HS256 by the public key': async () => {
      const [, payload] = (await sign()).split('.');
      const head = `${Buffer.from('{"alg":"HS256","kid":"one"}').toString('base64url')}.${payload}`;
      const mac = createHmac('sha256', await exportSPKI(keys.publicKey))
        .update(head)
        .digest('base64url');
      return `${head}.${mac}`;
    },
    'a signature that was taken off': async () => `${(await sign()).split('.').slice(0, 2).join('.')}.`,
    'a key id that is SQL': () => sign({ header: { kid: "one' OR '1'='1" } }),
    'a key id that is a path': () => sign({ header: { kid: '/dev/null' } }),
    'a certificate of its own': async () =>
      sign({ pair: await generateKeyPair('RS256'), header: { x5c: ['MIIB'] } }),
    'no subject': () => sign({ payload: { sub: undefined } }),
    'an algorithm that is not pinned': async () => {
      const pair = await generateKeyPair('PS256', { extractable: true });
      return new SignJWT({ iss: issuer, aud: 'plinth-tests', sub: ID, exp: now() + 300 })
        .setProtectedHeader({ alg: 'PS256', kid: 'one' })
        .sign(pair.privateKey);
    },
    'four parts': async () => `${await sign()}.x`,
  };

  it.each(Object.entries(cases))('%s', async (_name, make) => {
    const { data, errors } = await server.graphql('{ viewer { id } }', {}, bearer(await make()));
    expect(errors).toEqual([]);
    expect(data.viewer).toBeNull();
  });

  it('and nobody is asked for keys that a token names', async () => {
    asked = 0;
    await viewerBy(await (cases['the address of other keys'] as () => Promise<string>)());
    expect(asked).toBe(0);
  });
});
