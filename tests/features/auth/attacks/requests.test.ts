import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ADMIN_KEY,
  type AuthServer,
  admin,
  bearer,
  cookieOf,
  resetThrottle,
  SIGN_IN,
  SIGN_UP,
  startAuthServer,
} from '../support.ts';

const SDL = /* GraphQL */ `
  type User @model @user @access(read: "viewer != null", update: "this.id == viewer.id") {
    id: ID!
    email: EmailAddress! @unique
    name: String
    roles: [String!]!
  }
`;
const PASSWORD = 'correct horse battery';
const APP = 'http://localhost:4149';
const VIEWER = '{ viewer { id roles } }';

let server: AuthServer;
beforeAll(async () => {
  server = await startAuthServer(SDL, { CORS_ORIGINS: APP, PLINTH_APP_URL: APP });
});
beforeEach(() => resetThrottle(server));

let count = 0;
async function newAccount() {
  const email = `req${++count}@example.com`;
  const { data, cookies } = await server.graphql(SIGN_UP, { input: { email, password: PASSWORD } });
  return {
    email,
    id: data.signUp.user.id as string,
    token: data.signUp.token as string,
    cookie: cookieOf({ cookies }),
  };
}
const viewerOf = async (headers: Record<string, string>) =>
  (await server.graphql(VIEWER, {}, headers)).data?.viewer;
const mailTo = async (email: string, subject: string) =>
  (await server.mails()).find((mail) => mail.to === email && mail.subject === subject);

describe('a secret that is for something else', () => {
  it('is no session: not a mail’s token, not a key’s id, not a stored hash, not a challenge', async () => {
    const { email, token } = await newAccount();
    await server.graphql('mutation ($e: String!) { requestPasswordReset(email: $e) }', { e: email });
    await server.auth('/sign-in/magic-link', { email });
    await server.auth('/email-otp/send-verification-otp', { email, type: 'sign-in' });
    const made = await server.auth('/api-keys', { name: 'x' }, bearer(token));
    const key = (await made.json()) as { id: string; key: string };
    const challenge = await server.auth('/passkey/generate-authenticate-options');
    const [set = ''] = challenge.headers.getSetCookie();
    const value = decodeURIComponent(set.split(';', 1)[0]?.split('=').slice(1).join('=') ?? '');
    const rows = await server.db.query<{ secret: string }>(
      `SELECT identifier AS secret FROM plinth_verification UNION ALL SELECT value FROM plinth_verification
       UNION ALL SELECT hash FROM plinth_api_key UNION ALL SELECT id::text FROM plinth_session`,
    );
    const secrets = [
      ...(await server.mails()).flatMap((mail) => mail.token ?? []),
      key.id,
      key.key,
      value,
      ...rows.map(({ secret }) => secret),
    ];
    expect(secrets.length).toBeGreaterThan(8);
    for (const secret of secrets.filter((one) => /^[\x21-\x7e]{8,}$/.test(one))) {
      expect(await viewerOf(bearer(secret))).toBeNull();
      const cookie = `plinth.session_token=${encodeURIComponent(secret)}`;
      expect(await viewerOf({ cookie })).toBeNull();
    }
    const resets = await server.graphql(
      'mutation ($t: String!) { resetPassword(token: $t, password: "another password") }',
      { t: token },
    );
    expect(resets.codes).toEqual(['BAD_USER_INPUT']);
  });

  it('is no session either with a signature that was taken off, cut, or made for another value', async () => {
    const [one, two] = [await newAccount(), await newAccount()];
    const [, signed = ''] = one.cookie.split('=');
    const [token = '', signature = ''] = decodeURIComponent(signed).split('.');
    const foreign = decodeURIComponent(two.cookie.split('=')[1] ?? '').split('.')[1];
    for (const forged of [
      token,
      `${token}.`,
      `${token}.${signature.slice(0, -4)}`,
      `${token}.${foreign}`,
      `${token}.${signature}.${signature}`,
      `.${signature}`,
    ]) {
      expect(await viewerOf({ cookie: `plinth.session_token=${encodeURIComponent(forged)}` })).toBeNull();
      const answer = await server.auth('/get-session', undefined, {
        cookie: `plinth.session_token=${encodeURIComponent(forged)}`,
      });
      expect(await answer.json()).toBeNull();
    }
    expect(await viewerOf({ cookie: one.cookie })).toMatchObject({ id: one.id });
  });

  it('is used up: a reset cannot be replayed, nor after another change of the password', async () => {
    const { email } = await newAccount();
    const RESET = 'mutation ($t: String!, $p: String!) { resetPassword(token: $t, password: $p) }';
    await server.graphql('mutation ($e: String!) { requestPasswordReset(email: $e) }', { e: email });
    const t = (await mailTo(email, 'Set a new password'))?.token;
    const twice = await Promise.all([
      server.graphql(RESET, { t, p: 'first new password' }),
      server.graphql(RESET, { t, p: 'second new password' }),
    ]);
    expect(twice.filter(({ codes }) => codes.length === 0)).toHaveLength(1);
    const rest = await server.auth('/reset-password', { token: t, newPassword: 'third new password' });
    expect(rest.status).toBe(400);
    await server.db.execute('DELETE FROM plinth_verification');
    await server.graphql('mutation ($e: String!) { requestPasswordReset(email: $e) }', { e: email });
    const late = (await mailTo(email, 'Set a new password'))?.token;
    await server.db.execute(`UPDATE plinth_verification SET "expiresAt" = now() - interval '1 s'`);
    expect((await server.graphql(RESET, { t: late, p: 'fourth new password' })).codes).toEqual([
      'BAD_USER_INPUT',
    ]);
  });
});

describe('a page of another site', () => {
  const origins = ['https://evil.example', 'null', 'http://localhost:4148', `${APP}.evil.example`];

  it.each(origins)('(%s) uses nobody’s cookie and is answered no cookie', async (origin) => {
    const { cookie, email, id } = await newAccount();
    expect(await viewerOf({ cookie, origin })).toBeNull();
    const { codes } = await server.graphql(
      'mutation ($id: ID!) { updateUser(id: $id, input: { name: "Eve" }) { id } }',
      { id },
      { cookie, origin },
    );
    expect(codes).toEqual(['UNAUTHENTICATED']);
    for (const [path, body] of [
      ['/sign-out', {}],
      ['/revoke-sessions', {}],
      ['/sign-in/email', { email, password: PASSWORD }],
      ['/sign-in/anonymous', {}],
      ['/api-keys', { name: 'x' }],
      ['/change-password', { currentPassword: PASSWORD, newPassword: 'another password' }],
    ] as const) {
      const answer = await server.auth(path, body, { cookie, origin });
      expect([path, answer.ok, answer.headers.getSetCookie()]).toEqual([path, false, []]);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    const login = await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } }, { origin });
    expect(login.cookies).toEqual([]);
    expect(login.headers.get('access-control-allow-credentials')).toBeNull();
    expect(await viewerOf({ cookie, origin: APP })).toMatchObject({ id });
  });

  it('has no cookie kept for it where CORS_ORIGINS lets everybody in', async () => {
    const open = await startAuthServer(SDL, { CORS_ORIGINS: '*' });
    const input = { email: 'open@example.com', password: PASSWORD };
    const origin = { origin: 'https://evil.example' };
    const made = await open.graphql(SIGN_UP, { input }, origin);
    expect(made.cookies).toEqual([]);
    const signedIn = await open.auth('/sign-in/email', input, origin);
    expect(signedIn.headers.getSetCookie()).toEqual([]);
    const { token } = (await signedIn.json()) as { token: string };
    expect(
      (await open.graphql('{ viewer { email } }', {}, { ...origin, ...bearer(token) })).data.viewer,
    ).toEqual({
      email: input.email,
    });
  });

  it('is not led to by any link or provider that sign-in answers', async () => {
    const { email, token } = await newAccount();
    await server.auth('/sign-in/magic-link', { email });
    const link = new URL((await mailTo(email, 'Sign in'))?.url ?? '');
    const confirm = new URL((await mailTo(email, 'Confirm your address'))?.url ?? '');
    for (const target of [
      'https://evil.example/',
      '//evil.example/',
      '/\\evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
      'data:text/html,x',
      `${APP}@evil.example`,
      `${APP}.evil.example`,
      `https://evil.example/?x=${APP}`,
    ]) {
      for (const key of ['callbackURL', 'errorCallbackURL', 'newUserCallbackURL']) {
        const sent = await server.auth('/sign-in/magic-link', { email, [key]: target });
        expect([key, target, sent.ok]).toEqual([key, target, false]);
      }
      for (const url of [link, confirm]) {
        const bent = new URL(url);
        bent.searchParams.set('callbackURL', target);
        const answer = await fetch(bent, { redirect: 'manual' });
        const leads = new URL(answer.headers.get('location') ?? '/', server.url).hostname;
        expect([target, leads, answer.headers.getSetCookie()]).toEqual([target, 'localhost', []]);
      }
      const reset = await server.auth(`/reset-password/some-token?callbackURL=${encodeURIComponent(target)}`);
      expect(new URL(reset.headers.get('location') ?? '/', server.url).hostname).toBe('localhost');
      await resetThrottle(server);
    }
    expect(await viewerOf(bearer(token))).not.toBeNull();
  });
});

describe('a link in a mail', () => {
  it('leads to our address, whatever Host the request says', async () => {
    const { email } = await newAccount();
    const spoofed = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example',
    };
    await server.auth('/sign-in/magic-link', { email }, spoofed);
    await server.auth('/request-password-reset', { email }, spoofed);
    expect(new URL((await mailTo(email, 'Sign in'))?.url ?? '').origin).toBe(server.url);
    expect(new URL((await mailTo(email, 'Set a new password'))?.url ?? '').origin).toBe(APP);
  });
});

describe('the administrator’s headers', () => {
  it('are refused without the key, with a wrong one, and from a page', async () => {
    const { id, token } = await newAccount();
    const as = JSON.stringify({ id, roles: ['admin'] });
    for (const headers of [
      { 'x-plinth-as': as },
      { 'x-plinth-as': as, ...bearer(token) },
      { 'x-plinth-as': 'null', ...bearer(token) },
      { 'x-plinth-admin-key': '' },
      { 'x-plinth-admin-key': `${ADMIN_KEY}x`, 'x-plinth-as': as },
      { 'x-plinth-admin-key': ADMIN_KEY.toUpperCase(), 'x-plinth-as': as },
    ]) {
      const answer = await server.graphql(VIEWER, {}, headers);
      expect([headers, answer.codes]).toEqual([headers, ['UNAUTHENTICATED']]);
      const rest = await server.auth('/admin/set-roles', { id, roles: ['admin'] }, headers);
      expect([headers, rest.status]).toEqual([headers, 401]);
    }
    const fromPage = await server.graphql(VIEWER, {}, { ...admin, origin: APP });
    expect(fromPage.codes).toEqual(['FORBIDDEN']);
    const rest = await server.auth('/admin/impersonate', { id, reason: 'x' }, { ...admin, origin: APP });
    expect(rest.status).toBe(403);
    expect(await viewerOf(bearer(token))).toMatchObject({ roles: [] });
  });

  it('are not asked for by a page that the browser lets through', async () => {
    const preflight = await fetch(`${server.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: APP, 'access-control-request-method': 'POST' },
    });
    const allowed = preflight.headers.get('access-control-allow-headers') ?? '';
    expect(allowed).toContain('authorization');
    expect(allowed).not.toMatch(/plinth-a|api-key/);
  });
});

describe('an Idempotency-Key', () => {
  it('does not keep a session: signing up and in are refused with one', async () => {
    const { email } = await newAccount();
    const headers = { 'idempotency-key': '018f2d5a-0000-7000-8000-00000000abcd' };
    const input = { email, password: PASSWORD };
    expect((await server.graphql(SIGN_IN, { input }, headers)).codes).toEqual(['BAD_USER_INPUT']);
    const fresh = { input: { ...input, email: `new${email}` } };
    expect((await server.graphql(SIGN_UP, fresh, headers)).codes).toEqual(['BAD_USER_INPUT']);
    expect((await server.graphql(SIGN_UP, fresh)).errors).toEqual([]);
  });
});
