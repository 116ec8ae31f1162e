import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthServer,
  admin,
  bearer,
  cookieOf,
  type Mail,
  resetThrottle,
  SIGN_IN,
  SIGN_UP,
  startAuthServer,
  totp,
} from './support.ts';

const SDL = /* GraphQL */ `
  type Member @model @user @access(read: "viewer != null") {
    id: ID!
    email: String! @unique
    notes: [Note!]!
  }
  type Note @model @access(read: "this.owner.id == viewer.id", create: "this.owner.id == viewer.id") {
    id: ID!
    text: String!
    owner: Member! @preset(create: "viewer.id")
  }
  extend type Query { ping: Boolean! @access(call: "'writer' in viewer.roles") }
`;

let server: AuthServer;
beforeAll(async () => {
  server = await startAuthServer(SDL.replace(/extend type Query.*\n/, ''));
});
beforeEach(() => resetThrottle(server));

const PASSWORD = 'correct horse battery';
const VIEWER = '{ viewer { id email } }';
let count = 0;

async function newAccount(email = `member${++count}@example.com`) {
  const { data, cookies } = await server.graphql(SIGN_UP, { input: { email, password: PASSWORD } });
  return { email, cookies, token: data.signUp.token as string, id: data.signUp.user.id as string };
}
async function viewerOf(headers: Record<string, string>) {
  return (await server.graphql(VIEWER, {}, headers)).data.viewer;
}
async function mailTo(email: string, subject: string): Promise<Mail> {
  const mail = (await server.mails()).find((one) => one.to === email && one.subject === subject);
  if (!mail) throw new Error(`No mail "${subject}" for ${email}`);
  return mail;
}
function follow(url: string | undefined, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url ?? '', { redirect: 'manual', headers });
}
const cookiesOf = (response: Response): string => cookieOf({ cookies: response.headers.getSetCookie() });

describe('over /auth', () => {
  it('the same accounts sign up and in, under the same rules for input', async () => {
    const made = await server.auth('/sign-up/email', { email: 'rest@example.com', password: PASSWORD });
    expect(made.status).toBe(200);
    expect(await viewerOf({ cookie: cookiesOf(made) })).toMatchObject({ email: 'rest@example.com' });
    const weak = await server.auth('/sign-up/email', {
      email: 'weak@example.com',
      password: 'x'.repeat(129),
    });
    expect(weak.status).toBe(400);
    const foreign = await server.auth(
      '/sign-in/email',
      { email: 'rest@example.com', password: PASSWORD },
      { origin: 'https://evil.example', cookie: cookiesOf(made) },
    );
    expect(foreign.headers.getSetCookie()).toEqual([]);
  });

  it('does not lead anybody to a foreign page', async () => {
    const { email } = await newAccount();
    const answer = await server.auth('/sign-in/magic-link', { email, callbackURL: 'https://evil.example/' });
    expect(answer.status).toBe(403);
  });

  it('cannot rewrite the row of an account past the rules', async () => {
    const { token } = await newAccount();
    const answer = await server.auth('/update-user', { name: 'x' }, bearer(token));
    expect(answer.status).toBe(404);
  });
});

describe('sessions', () => {
  it('are listed, and ended one by one or all at once, within the next request', async () => {
    const { email, token } = await newAccount();
    const signIn = async (): Promise<string> =>
      (await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } })).data.signIn.token;
    const [second, third] = [await signIn(), await signIn()];
    const listed = (await (
      await server.auth('/list-sessions', undefined, bearer(token))
    ).json()) as unknown[];
    expect(listed).toHaveLength(3);
    for (const each of [second, third]) expect(await viewerOf(bearer(each))).not.toBeNull();
    expect((await server.auth('/revoke-session', { token: second }, bearer(token))).status).toBe(200);
    expect(await viewerOf(bearer(second))).toBeNull();
    expect(await viewerOf(bearer(third))).not.toBeNull();
    await server.auth('/revoke-sessions', {}, bearer(token));
    expect(await viewerOf(bearer(third))).toBeNull();
    expect(await viewerOf(bearer(token))).toBeNull();
  });

  it('all end with a change of the password', async () => {
    const { token } = await newAccount();
    expect(await viewerOf(bearer(token))).not.toBeNull();
    const body = { currentPassword: PASSWORD, newPassword: 'another password', revokeOtherSessions: false };
    expect((await server.auth('/change-password', body, bearer(token))).status).toBe(200);
    expect(await viewerOf(bearer(token))).toBeNull();
  });
});

describe('mail', () => {
  it('verifies an address by its link', async () => {
    const { email, id } = await newAccount();
    const { url } = await mailTo(email, 'Confirm your address');
    expect(url?.startsWith(`${server.url}/auth/verify-email?token=`)).toBe(true);
    expect((await follow(url)).status).toBe(302);
    expect(await server.db.query('SELECT "emailVerified" FROM "Member" WHERE id = $1', [id])).toEqual([
      { emailVerified: true },
    ]);
  });

  it('signs in by a link, once', async () => {
    const email = 'link@example.com';
    expect((await server.auth('/sign-in/magic-link', { email })).status).toBe(200);
    const { url } = await mailTo(email, 'Sign in');
    expect(await viewerOf({ cookie: cookiesOf(await follow(url)) })).toMatchObject({ email });
    expect(cookiesOf(await follow(url))).not.toContain('session_token');
  });

  it('signs in by a code, which is not stored, and not by a wrong one', async () => {
    const email = 'code@example.com';
    await server.auth('/email-otp/send-verification-otp', { email, type: 'sign-in' });
    const { token = '' } = await mailTo(email, 'Your code');
    expect(token).toMatch(/^\d{6}$/);
    const rows = await server.db.query<{ row: string }>('SELECT v::text AS row FROM plinth_verification v');
    expect(rows.some(({ row }) => row.includes(token))).toBe(false);
    expect((await server.auth('/sign-in/email-otp', { email, otp: '00000000' })).ok).toBe(false);
    const right = await server.auth('/sign-in/email-otp', { email, otp: token });
    expect(await viewerOf({ cookie: cookiesOf(right) })).toMatchObject({ email });
  });

  it('is shown on a page that runs nothing of what it shows', async () => {
    await server.auth('/sign-in/magic-link', { email: '"<b>x"@example.com' });
    const page = await fetch(`${server.url}/dev/mail`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).not.toContain('<b>');
    const foreign = await fetch(`${server.url}/dev/mail`, { headers: { host: 'evil.example' } });
    expect([200, 404]).toContain(foreign.status);
  });
});

describe('a second factor', () => {
  it('is asked for once it is on, and recovery codes work once', async () => {
    const { email, token } = await newAccount();
    const enabled = await server.auth('/two-factor/enable', { password: PASSWORD }, bearer(token));
    const { totpURI, backupCodes } = (await enabled.json()) as { totpURI: string; backupCodes: string[] };
    const secret = new URL(totpURI).searchParams.get('secret') ?? '';
    const on = await server.auth('/two-factor/verify-totp', { code: totp(secret) }, bearer(token));
    expect(on.status).toBe(200);
    const signIn = (code?: string) => server.graphql(SIGN_IN, { input: { email, password: PASSWORD, code } });
    const without = await signIn();
    expect(without.codes).toEqual(['UNAUTHENTICATED']);
    expect(without.cookies).toEqual([]);
    expect((await signIn('000000')).codes).toEqual(['UNAUTHENTICATED']);
    expect((await signIn(totp(secret))).data.signIn.user.email).toBe(email);
    const [recovery = ''] = backupCodes;
    expect((await signIn(recovery)).data.signIn.user.email).toBe(email);
    expect((await signIn(recovery)).codes).toEqual(['UNAUTHENTICATED']);
    const stored = await server.db.query<{ row: string }>('SELECT f::text AS row FROM plinth_two_factor f');
    expect(stored.some(({ row }) => row.includes(secret) || row.includes(recovery))).toBe(false);
  });
});

describe('an anonymous account', () => {
  it('keeps its rows when it becomes a real one', async () => {
    const begun = await server.auth('/sign-in/anonymous', {});
    expect(begun.status).toBe(200);
    const cookie = cookiesOf(begun);
    const before = await viewerOf({ cookie });
    const note = await server.graphql(
      'mutation { createNote(input: {text: "mine"}) { id } }',
      {},
      { cookie },
    );
    expect(note.errors).toEqual([]);
    const made = await server.auth(
      '/sign-up/email',
      { email: 'real@example.com', password: PASSWORD },
      { cookie },
    );
    const after = cookiesOf(made);
    const { data } = await server.graphql('{ viewer { id email } notes { text } }', {}, { cookie: after });
    expect(data).toEqual({
      viewer: { id: expect.not.stringMatching(before.id), email: 'real@example.com' },
      notes: [{ text: 'mine' }],
    });
    expect(await server.db.query('SELECT 1 FROM "Member" WHERE id = $1', [before.id])).toEqual([]);
  });
});

describe('API keys', () => {
  it('act for their account until they are revoked, and are stored as a hash', async () => {
    const { id, token } = await newAccount();
    const made = await server.auth('/api-keys', { name: 'ci' }, bearer(token));
    expect(made.status).toBe(201);
    const { key, id: keyId } = (await made.json()) as { key: string; id: string };
    expect(await viewerOf({ 'x-api-key': key })).toMatchObject({ id });
    const stored = await server.db.query<{ row: string }>('SELECT k::text AS row FROM plinth_api_key k');
    expect(stored.some(({ row }) => row.includes(key))).toBe(false);
    expect((await server.auth('/api-keys', { name: 'more' }, { 'x-api-key': key })).status).toBe(403);
    const foreign = await newAccount();
    expect((await server.auth('/api-keys/revoke', { id: keyId }, bearer(foreign.token))).status).toBe(404);
    expect((await server.auth('/api-keys/revoke', { id: keyId }, bearer(token))).status).toBe(200);
    expect(await viewerOf({ 'x-api-key': key })).toBeNull();
  });

  it('cannot have a role that their account has not, and expire', async () => {
    const { token } = await newAccount();
    expect((await server.auth('/api-keys', { name: 'x', roles: ['admin'] }, bearer(token))).status).toBe(400);
    const made = await server.auth('/api-keys', { name: 'x', expiresIn: 60 }, bearer(token));
    const { key, id } = (await made.json()) as { key: string; id: string };
    await server.db.execute(`UPDATE plinth_api_key SET "expiresAt" = now() - interval '1 s' WHERE id = $1`, [
      id,
    ]);
    expect(await viewerOf({ 'x-api-key': key })).toBeNull();
  });
});

describe('administrators', () => {
  it('set roles and act for others with a reason that is kept; nobody else does', async () => {
    const { id, token } = await newAccount();
    expect((await server.auth('/admin/set-roles', { id, roles: ['admin'] }, bearer(token))).status).toBe(401);
    expect((await server.auth('/admin/set-roles', { id, roles: ['staff'] }, admin)).status).toBe(200);
    expect(
      await server.db.query('SELECT to_json(roles)::text AS roles FROM "Member" WHERE id = $1', [id]),
    ).toEqual([{ roles: '["staff"]' }]);
    expect((await server.auth('/admin/impersonate', { id }, admin)).status).toBe(400);
    const begun = await server.auth('/admin/impersonate', { id, reason: 'ticket 12' }, admin);
    const session = (await begun.json()) as { token: string };
    expect(await viewerOf(bearer(session.token))).toMatchObject({ id });
    const events = await server.db.query('SELECT kind, subject, reason FROM plinth_auth_event ORDER BY at');
    expect(events).toContainEqual({ kind: 'impersonate', subject: id, reason: 'ticket 12' });
  });
});

describe('the admin key', () => {
  it('decides who the viewer is, whatever token is sent beside it', async () => {
    const { token } = await newAccount();
    const headers = { ...admin, ...bearer(token), 'x-plinth-as': 'null' };
    expect((await server.graphql(VIEWER, {}, headers)).data.viewer).toBeNull();
  });
});
