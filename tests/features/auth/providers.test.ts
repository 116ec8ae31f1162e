import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthServer, cookieOf, startAuthServer } from './support.ts';

const SDL = /* GraphQL */ `
  type Person @model @user @access(read: "this.id == viewer.id") {
    id: ID!
    email: EmailAddress! @unique
    name: String! @constraint(minLength: 1)
  }
`;

let server: AuthServer;
let listener: Server;
let issuer = '';
const asked: URL[] = [];
/** Access tokens that the provider has given out. */
const issued: string[] = [];

beforeAll(async () => {
  // The provider must know our address, and we must know the provider's: it gets its handler once both are known.
  let handle: ((request: never, response: never) => void) | undefined;
  listener = createServer((request, response) => handle?.(request as never, response as never));
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  issuer = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  server = await startAuthServer(SDL, {
    AUTH_PROVIDERS: JSON.stringify([
      {
        id: 'house',
        clientId: 'plinth',
        clientSecret: 'tests-only-secret-tests-only-secret',
        discoveryUrl: `${issuer}/.well-known/openid-configuration`,
      },
    ]),
  });
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'plinth',
        client_secret: 'tests-only-secret-tests-only-secret',
        redirect_uris: [`${server.url}/auth/callback/house`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: async (_context, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        email: `${id}@house.example`,
        email_verified: true,
        name: 'House Guest',
      }),
    }),
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ['tests-only'] },
  });
  provider.on('access_token.saved', (token) => void issued.push(token.jti));
  handle = provider.callback() as never;
});
afterAll(() => listener.close());

/** Walks through the provider's own pages as a browser would: type a name, agree. Answers where it ends. */
async function signInAtProvider(start: string, login: string): Promise<string> {
  const jar = new Map<string, string>();
  let url = start;
  let body: string | undefined;
  for (let step = 0; step < 15; step++) {
    if (url.startsWith(server.url)) return url;
    asked.push(new URL(url));
    const response = await fetch(url, {
      redirect: 'manual',
      ...(body !== undefined && { method: 'POST', body }),
      headers: {
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';', 1);
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = response.headers.get('location');
    if (location) {
      url = new URL(location, url).href;
      body = undefined;
      continue;
    }
    const page = await response.text();
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
    if (!action) throw new Error(`No way on from ${url}: ${page.slice(0, 300)}`);
    url = new URL(action, url).href;
    body = page.includes('name="login"') ? `prompt=login&login=${login}&password=x` : 'prompt=consent';
  }
  throw new Error('The provider leads in circles');
}

async function begin(): Promise<{ url: string; cookie: string }> {
  const response = await server.auth('/sign-in/social', { provider: 'house', callbackURL: '/' });
  const { url } = (await response.json()) as { url: string };
  return { url, cookie: cookieOf({ cookies: response.headers.getSetCookie() }) };
}

describe('signing in at an OpenID provider', () => {
  it('makes an account through the model, and finds it again', async () => {
    for (const _time of ['first', 'second']) {
      const { url, cookie } = await begin();
      const back = await fetch(await signInAtProvider(url, 'guest'), {
        redirect: 'manual',
        headers: { cookie },
      });
      expect(back.status).toBe(302);
      const session = cookieOf({ cookies: back.headers.getSetCookie() });
      const { data } = await server.graphql('{ viewer { email name } }', {}, { cookie: session });
      expect(data.viewer).toEqual({ email: 'guest@house.example', name: 'House Guest' });
    }
    const rows = await server.db.query('SELECT "emailVerified" FROM "Person"');
    expect(rows).toEqual([{ emailVerified: true }]);
    const authorize = asked.find(({ searchParams }) => searchParams.has('code_challenge'));
    expect(authorize?.searchParams.get('code_challenge_method')).toBe('S256');
    expect(authorize?.searchParams.get('state')).toEqual(expect.any(String));
    expect(authorize?.searchParams.get('nonce')).toEqual(expect.any(String));
  });

  it('is refused with an identity that was made for another attempt (nonce), or another verifier (PKCE)', async () => {
    const before = await server.db.query('SELECT 1 FROM plinth_session');
    for (const name of ['nonce', 'code_challenge']) {
      const { url, cookie } = await begin();
      const bent = new URL(url);
      expect(bent.searchParams.has(name)).toBe(true);
      bent.searchParams.set(name, 'x'.repeat(43));
      const back = await fetch(await signInAtProvider(bent.href, 'guest'), {
        redirect: 'manual',
        headers: { cookie },
      });
      expect(cookieOf({ cookies: back.headers.getSetCookie() })).not.toContain('session_token=');
    }
    expect(await server.db.query('SELECT 1 FROM plinth_session')).toEqual(before);
  });

  it('does not take over an account with the same address that nobody has verified', async () => {
    const input = { email: 'squatted@house.example', password: 'correct horse battery', name: 'Squatter' };
    const made = await server.graphql('mutation ($i: SignUpInput!) { signUp(input: $i) { user { id } } }', {
      i: input,
    });
    const { url, cookie } = await begin();
    const back = await fetch(await signInAtProvider(url, 'squatted'), {
      redirect: 'manual',
      headers: { cookie },
    });
    expect(cookieOf({ cookies: back.headers.getSetCookie() })).not.toContain('session_token=');
    const linked = await server.db.query('SELECT "providerId" FROM plinth_account WHERE "userId" = $1', [
      made.data.signUp.user.id,
    ]);
    expect(linked).toEqual([{ providerId: 'credential' }]);
  });

  it('keeps no token of the provider in clear', async () => {
    const [row] = await server.db.query<{ idToken: string | null; accessToken: string }>(
      'SELECT "idToken", "accessToken" FROM plinth_account',
    );
    expect(row?.idToken).toBeNull();
    expect(issued).not.toEqual([]);
    expect(issued).not.toContain(row?.accessToken);
  });

  it('is refused to a browser that did not begin it, and for a made-up state', async () => {
    const { url, cookie } = await begin();
    const target = await signInAtProvider(url, 'guest');
    const foreign = await fetch(target, { redirect: 'manual' });
    expect(cookieOf({ cookies: foreign.headers.getSetCookie() })).not.toContain('session_token=');
    const forged = new URL(target);
    forged.searchParams.set('state', 'made-up');
    const answer = await fetch(forged, { redirect: 'manual', headers: { cookie } });
    expect(cookieOf({ cookies: answer.headers.getSetCookie() })).not.toContain('session_token=');
  });
});
