import { createAuthClient } from 'better-auth/client';
import {
  adminClient,
  anonymousClient,
  emailOTPClient,
  magicLinkClient,
  twoFactorClient,
} from 'better-auth/client/plugins';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ADMIN_KEY, type AuthServer, bearer, resetThrottle, startAuthServer, totp } from './support.ts';

const SDL = /* GraphQL */ `
  type Member @model @user @access(read: "viewer != null") {
    id: ID!
    email: String! @unique
    name: String!
    roles: [String!]!
  }
`;
const PASSWORD = 'correct horse battery';
const APP = 'http://localhost:5173';

let server: AuthServer;
beforeAll(async () => {
  server = await startAuthServer(SDL);
});
beforeEach(() => resetThrottle(server));

let count = 0;
const newAddress = (): string => `client${++count}@example.com`;

/** As a browser has them: cookies are kept and sent, and requests say which page asks. */
function browserFetch() {
  const jar = new Map<string, string>();
  return async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('origin', APP);
    if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
    const answer = await fetch(input, { ...init, headers, redirect: 'manual' });
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (attributes.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };
}

/** As `apiKeyClient()` of @better-auth/api-key: the client makes paths of names; this tells it the methods. */
const apiKeyClient = () => ({
  id: 'api-key' as const,
  pathMethods: { '/api-key/create': 'POST', '/api-key/delete': 'POST' } as const,
});

/** What the client's types would say of the paths of that plugin. */
interface KeyCalls {
  readonly apiKey: Record<
    'create' | 'get' | 'list' | 'update' | 'delete',
    // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely; what is not there fails the claim.
    (body?: object) => Promise<{ data: any; error: { status: number; message?: string } | null }>
  >;
}

function page() {
  const options = {
    baseURL: server.url,
    basePath: '/auth',
    fetchOptions: { customFetchImpl: browserFetch() },
    plugins: [twoFactorClient(), magicLinkClient(), emailOTPClient(), anonymousClient(), apiKeyClient()],
  };
  return createAuthClient(options);
}

const keysOf = (client: ReturnType<typeof page>) => (client as unknown as KeyCalls).apiKey;

/** A program of the administrator's. */
const administrator = (headers: Record<string, string> = { 'x-plinth-admin-key': ADMIN_KEY }) =>
  createAuthClient({
    baseURL: server.url,
    basePath: '/auth',
    fetchOptions: { headers },
    plugins: [adminClient()],
  });

async function signedUp() {
  const client = page();
  const email = newAddress();
  const { data, error } = await client.signUp.email({ email, password: PASSWORD, name: 'Ann' });
  expect(error).toBeNull();
  return { client, email, id: data?.user.id ?? '', token: data?.token ?? '' };
}

async function mailTo(email: string, subject: string) {
  const mail = (await server.mails()).find((one) => one.to === email && one.subject === subject);
  if (!mail) throw new Error(`No mail "${subject}" for ${email}`);
  return mail;
}

const signedIn = async (client: ReturnType<typeof page>): Promise<string | undefined> =>
  (await client.getSession()).data?.user.email;
const viewerOf = async (headers: Record<string, string>) =>
  (await server.graphql('{ viewer { id roles } }', {}, headers)).data.viewer;

describe('better-auth’s client', () => {
  it('signs up, out and in, and changes and resets the password', async () => {
    const { client, email, id } = await signedUp();
    const { data } = await client.getSession();
    expect(data).toMatchObject({
      session: { userId: id, expiresAt: expect.any(Date), impersonatedBy: null },
      user: { id, email, name: 'Ann', emailVerified: false },
    });
    expect((await client.signOut()).data).toEqual({ success: true });
    expect(await signedIn(client)).toBeUndefined();
    expect((await client.signIn.email({ email, password: 'wrong password' })).error?.status).toBe(401);
    expect((await client.signIn.email({ email, password: PASSWORD })).data?.user.email).toBe(email);
    const changed = await client.changePassword({
      currentPassword: PASSWORD,
      newPassword: 'another password',
      revokeOtherSessions: true,
    });
    expect(changed.data?.user.id).toBe(id);
    expect(await signedIn(client)).toBe(email);
    await client.requestPasswordReset({ email, redirectTo: `${APP}/reset` });
    const { token = '', url } = await mailTo(email, 'Set a new password');
    expect(url).toBe(`${APP}/reset?token=${token}`);
    const astray = await client.requestPasswordReset({ email, redirectTo: 'https://evil.example/' });
    expect(astray.error?.status).toBe(403);
    expect((await client.resetPassword({ newPassword: PASSWORD, token })).data).toEqual({ status: true });
    expect(await signedIn(client)).toBeUndefined();
  });

  it('lists sessions and ends them', async () => {
    const { client, email } = await signedUp();
    const other = page();
    await other.signIn.email({ email, password: PASSWORD });
    const { data: sessions } = await client.listSessions();
    expect(sessions).toHaveLength(2);
    expect(Math.abs(Date.now() - (sessions?.[0]?.createdAt.getTime() ?? 0))).toBeLessThan(60_000);
    expect((await client.revokeSession({ token: sessions?.[1]?.token ?? '' })).data).toEqual({
      status: true,
    });
    expect(await signedIn(other)).toBeUndefined();
    await other.signIn.email({ email, password: PASSWORD });
    await client.revokeOtherSessions();
    expect([await signedIn(client), await signedIn(other)]).toEqual([email, undefined]);
    await client.revokeSessions();
    expect(await signedIn(client)).toBeUndefined();
  });

  it('is told by a message and a code what was refused, as by better-auth itself', async () => {
    const { client } = await signedUp();
    const { error } = await client.signUp.email({ email: newAddress(), password: 'short', name: 'Ann' });
    expect(error).toMatchObject({
      status: 400,
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('password'),
    });
    const foreign = await client.signIn.magicLink({
      email: newAddress(),
      callbackURL: 'https://evil.example/',
    });
    expect(foreign.error).toMatchObject({ status: 403, message: 'Invalid callbackURL' });
  });

  it('cannot forge that a session is borrowed, or is not', async () => {
    const { client, id } = await signedUp();
    await client.$fetch('/update-session', { method: 'POST', body: { impersonatedBy: 'me' } });
    expect((await client.getSession()).data?.session).toMatchObject({ userId: id, impersonatedBy: null });
  });

  it('turns a second factor on, and signs in with it', async () => {
    const { client, email } = await signedUp();
    const { data } = await client.twoFactor.enable({ password: PASSWORD });
    const enabled = data as { totpURI: string; backupCodes: string[] } | null;
    const secret = new URL(enabled?.totpURI ?? '').searchParams.get('secret') ?? '';
    expect((await client.twoFactor.verifyTotp({ code: totp(secret) })).error).toBeNull();
    await client.signOut();
    const first = await client.signIn.email({ email, password: PASSWORD });
    expect(first.data).toMatchObject({ twoFactorRedirect: true });
    expect(await signedIn(client)).toBeUndefined();
    const [code = ''] = enabled?.backupCodes ?? [];
    expect((await client.twoFactor.verifyBackupCode({ code })).data).toMatchObject({ user: { email } });
    expect(await signedIn(client)).toBe(email);
  });

  it('signs in by link and by code', async () => {
    const client = page();
    const email = newAddress();
    expect((await client.signIn.magicLink({ email, callbackURL: `${APP}/` })).data).toEqual({ status: true });
    const token = new URL((await mailTo(email, 'Sign in')).url ?? '').searchParams.get('token') ?? '';
    expect((await client.magicLink.verify({ query: { token } })).data).toMatchObject({ user: { email } });
    expect(await signedIn(client)).toBe(email);
    await client.signOut();
    expect((await client.emailOtp.sendVerificationOtp({ email, type: 'sign-in' })).data).toEqual({
      success: true,
    });
    const { token: otp = '' } = await mailTo(email, 'Your code');
    expect((await client.signIn.emailOtp({ email, otp })).data?.user.email).toBe(email);
    expect(await signedIn(client)).toBe(email);
  });

  it('begins without a name, and becomes an account', async () => {
    const client = page();
    expect((await client.signIn.anonymous()).data?.user.id).toEqual(expect.any(String));
    const email = newAddress();
    await client.signUp.email({ email, password: PASSWORD, name: 'Ann' });
    expect(await signedIn(client)).toBe(email);
  });
});

describe('better-auth’s client for API keys', () => {
  it('makes, shows, lists, renames and deletes keys, and is shown each but once', async () => {
    const { client, id } = await signedUp();
    const apiKey = keysOf(client);
    const made = await apiKey.create({ name: 'nightly', expiresIn: 86_400 });
    expect(made.error).toBeNull();
    const { key, ...info } = made.data;
    expect(info).toMatchObject({
      name: 'nightly',
      start: key.slice(0, 7),
      configId: 'default',
      referenceId: id,
      enabled: true,
      remaining: null,
      metadata: null,
      permissions: null,
      expiresAt: expect.any(Date),
      createdAt: expect.any(Date),
    });
    expect(await viewerOf({ 'x-api-key': key })).toMatchObject({ id });
    const keyId = info.id as string;
    expect((await apiKey.get({ query: { id: keyId } })).data).toEqual(info);
    await apiKey.create();
    const listed = (await apiKey.list({ query: { sortBy: 'name', sortDirection: 'desc', limit: 1 } })).data;
    expect(listed).toEqual({ apiKeys: [info], total: 2, limit: 1 });
    const forever = await apiKey.update({ keyId, name: 'weekly', expiresIn: null });
    expect(forever.data).toEqual({ ...info, name: 'weekly', expiresAt: null });
    expect((await apiKey.delete({ keyId })).data).toEqual({ success: true });
    expect(await viewerOf({ 'x-api-key': key })).toBeNull();
    expect((await apiKey.get({ query: { id: keyId } })).error?.status).toBe(404);
  });

  it('is told what is not to be had, and of each thing why', async () => {
    const apiKey = keysOf((await signedUp()).client);
    for (const [name, value] of Object.entries({
      prefix: 'my_',
      metadata: { plan: 'pro' },
      permissions: { files: ['read'] },
      remaining: 5,
      refillAmount: 5,
      refillInterval: 1000,
      rateLimitEnabled: true,
      rateLimitMax: 5,
      rateLimitTimeWindow: 1000,
      userId: 'somebody',
      organizationId: 'acme',
      configId: 'other',
      colour: 'red',
    })) {
      const { error } = await apiKey.create({ name: 'x', [name]: value });
      expect([error?.status, error?.message]).toEqual([400, expect.stringMatching(`^${name} `)]);
    }
    expect((await apiKey.list()).data).toMatchObject({ apiKeys: [], total: 0 });
    const { id: keyId } = (await apiKey.create({ name: 'x', configId: 'default', remaining: null })).data;
    expect((await apiKey.update({ keyId, enabled: false })).error?.status).toBe(400);
    expect((await apiKey.update({ keyId })).error?.status).toBe(400);
    expect((await apiKey.list({ query: { limit: -1 } })).error?.status).toBe(400);
    expect((await apiKey.list({ query: { sortBy: 'hash' } })).error?.status).toBe(400);
  });

  it('reaches nobody else’s keys, and none without a session', async () => {
    const [ann, bob] = [await signedUp(), await signedUp()];
    const { id: keyId, key } = (await keysOf(ann.client).create({ name: 'hers' })).data;
    const apiKey = keysOf(bob.client);
    expect((await apiKey.get({ query: { id: keyId } })).error?.status).toBe(404);
    expect((await apiKey.update({ keyId, name: 'his' })).error?.status).toBe(404);
    expect((await apiKey.delete({ keyId })).error?.status).toBe(404);
    expect((await apiKey.list()).data.total).toBe(0);
    expect((await keysOf(page()).create({ name: 'x' })).error?.status).toBe(401);
    const byKey = { 'x-api-key': key as string };
    expect((await server.auth('/api-key/create', { name: 'more' }, byKey)).status).toBe(403);
    expect((await server.auth('/api-key/list', undefined, byKey)).status).toBe(403);
    const forged = { origin: 'https://evil.example', cookie: `plinth.session_token=${ann.token}` };
    expect((await server.auth('/api-key/create', { name: 'x' }, forged)).status).toBe(401);
  });
});

describe('better-auth’s client for administrators', () => {
  it('sets roles, and finds accounts', async () => {
    const { id, email, token } = await signedUp();
    const { admin } = administrator();
    const { data } = await admin.setRole({ userId: id, role: ['admin', 'user'] });
    expect(data?.user).toMatchObject({ id, email, role: 'admin,user', createdAt: expect.any(Date) });
    expect(await viewerOf(bearer(token))).toEqual({ id, roles: ['admin', 'user'] });
    await admin.setRole({ userId: id, role: 'user' });
    expect(await viewerOf(bearer(token))).toEqual({ id, roles: ['user'] });
    const searchValue = email.slice(0, email.indexOf('@')).toUpperCase();
    const found = await admin.listUsers({
      query: {
        searchValue,
        searchOperator: 'starts_with',
        sortBy: 'createdAt',
        sortDirection: 'desc',
        limit: 5,
      },
    });
    expect(found.data).toMatchObject({
      users: [{ id, email, role: 'user', banned: false }],
      total: 1,
      limit: 5,
    });
    const all = (await admin.listUsers({ query: { limit: 1, offset: 1 } })).data;
    expect(all?.users).toHaveLength(1);
    expect(all?.total).toBeGreaterThan(1);
    const none = await admin.listUsers({ query: { searchValue: '%', searchField: 'name' } });
    expect(none.data).toMatchObject({ users: [], total: 0 });
    expect((await admin.getUser({ query: { id } })).data).toMatchObject({ id, email });
    expect((await admin.getUser({ query: { id: 'nobody' } })).error?.status).toBe(404);
  });

  it('acts for an account until it stops, and both stay written down', async () => {
    const { client, id, email } = await signedUp();
    const { admin } = administrator();
    const { data } = await admin.impersonateUser({ userId: id });
    expect(data).toMatchObject({
      session: { userId: id, impersonatedBy: 'admin-key', expiresAt: expect.any(Date) },
      user: { id, email },
    });
    const borrowed = administrator(bearer(data?.session.token ?? ''));
    expect((await borrowed.getSession()).data).toMatchObject({
      session: { impersonatedBy: 'admin-key' },
      user: { id },
    });
    const { data: sessions } = await admin.listUserSessions({ userId: id });
    expect(sessions?.sessions.map(({ impersonatedBy }) => impersonatedBy)).toEqual([null, 'admin-key']);
    const refused = await server.auth('/api-key/create', { name: 'x' }, bearer(data?.session.token ?? ''));
    expect(refused.status).toBe(403);
    expect((await borrowed.admin.stopImpersonating()).data).toEqual({ session: null, user: null });
    expect((await borrowed.getSession()).data).toBeNull();
    expect(await signedIn(client)).toBe(email);
    const events = await server.db.query(
      'SELECT kind, actor FROM plinth_auth_event WHERE subject = $1 ORDER BY at, id',
      [id],
    );
    expect(events).toEqual([
      { kind: 'impersonate', actor: 'admin-key' },
      { kind: 'stop-impersonating', actor: 'admin-key' },
    ]);
  });

  it('is signed in as the account by a cookie too, and signed out by stopping', async () => {
    const { id } = await signedUp();
    const admin = { 'x-plinth-admin-key': ADMIN_KEY };
    const begun = await server.auth('/admin/impersonate-user', { userId: id, reason: 'ticket 12' }, admin);
    const [cookie = ''] = begun.headers.getSetCookie();
    expect(cookie).toMatch(/; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/);
    const headers = { cookie: cookie.split(';', 1)[0] ?? '' };
    expect(await viewerOf(headers)).toMatchObject({ id });
    const stopped = await server.auth('/admin/stop-impersonating', {}, headers);
    expect(stopped.headers.getSetCookie()).toEqual([expect.stringContaining('Max-Age=0')]);
    expect(await viewerOf(headers)).toBeNull();
  });

  it('ends sessions of others', async () => {
    const { client, email, id } = await signedUp();
    const { admin } = administrator();
    const { data } = await admin.listUserSessions({ userId: id });
    const sessionToken = data?.sessions[0]?.token ?? '';
    expect((await admin.revokeUserSession({ sessionToken })).data).toEqual({ success: true });
    expect(await signedIn(client)).toBeUndefined();
    await client.signIn.email({ email, password: PASSWORD });
    expect((await admin.revokeUserSessions({ userId: id })).data).toEqual({ success: true });
    expect(await signedIn(client)).toBeUndefined();
  });

  it('needs the admin key, whatever roles the account has, and no page can send it', async () => {
    const { id, token, client } = await signedUp();
    await administrator().admin.setRole({ userId: id, role: 'admin' });
    for (const headers of [bearer(token), {}, { 'x-plinth-admin-key': ADMIN_KEY, origin: APP }]) {
      const { admin } = administrator(headers);
      const answers = await Promise.all([
        admin.setRole({ userId: id, role: 'user' }),
        admin.impersonateUser({ userId: id }),
        admin.listUsers({ query: {} }),
        admin.getUser({ query: { id } }),
        admin.listUserSessions({ userId: id }),
        admin.revokeUserSession({ sessionToken: token }),
        admin.revokeUserSessions({ userId: id }),
      ]);
      const status = 'origin' in headers ? 403 : 401;
      expect(answers.map(({ error }) => error?.status)).toEqual(answers.map(() => status));
    }
    expect((await administrator(bearer(token)).admin.stopImpersonating()).error?.status).toBe(400);
    expect((await administrator({}).admin.stopImpersonating()).error?.status).toBe(401);
    expect(await signedIn(client)).toEqual(expect.any(String));
  });

  it('is told where the rest is done', async () => {
    const { id } = await signedUp();
    const { admin } = administrator();
    const answers = await Promise.all([
      admin.banUser({ userId: id }),
      admin.removeUser({ userId: id }),
      admin.setUserPassword({ userId: id, newPassword: 'another password' }),
      admin.createUser({ email: newAddress(), password: PASSWORD, name: 'Bob' }),
      admin.updateUser({ userId: id, data: { name: 'Eve' } }),
    ]);
    for (const { error } of answers)
      expect(error).toMatchObject({
        status: 404,
        message: expect.stringMatching(/@user model|sends the account a mail|not banned/),
      });
    const filtered = await admin.listUsers({ query: { filterField: 'role', filterValue: 'admin' } });
    expect(filtered.error?.status).toBe(400);
  });
});

describe.each([
  ['has no model for accounts', 'type Note @model @access(read: "true") { id: ID! text: String! }'],
  [
    'names its columns and numbers its accounts itself',
    `enum Rank { admin user }
     type Person @model(table: "people") @user @access(read: "true") {
       id: ID! @id(auto: INT)
       email: EmailAddress! @unique @column(name: "mail")
       name: Boolean
       roles: [Rank!]! @column(name: "ranks")
       born: DateTime! @createdAt
     }`,
  ],
])('a project that %s', (_, sdl) => {
  it('has its accounts administered by the client all the same', async () => {
    const project = await startAuthServer(sdl);
    const email = newAddress();
    const made = await project.auth('/sign-up/email', { email, password: PASSWORD });
    const id = ((await made.json()) as { user: { id: string } }).user.id;
    const { admin } = createAuthClient({
      baseURL: project.url,
      basePath: '/auth',
      fetchOptions: { headers: { 'x-plinth-admin-key': ADMIN_KEY } },
      plugins: [adminClient()],
    });
    expect((await admin.setRole({ userId: id, role: ['admin', 'user'] })).data?.user).toMatchObject({
      email,
    });
    const { error } = await admin.setRole({ userId: id, role: 'emperor' as 'admin' });
    expect(error?.status).toBe(sdl.includes('enum') ? 400 : undefined);
    await admin.setRole({ userId: id, role: ['admin', 'user'] });
    const { data } = await admin.listUsers({
      query: { searchValue: 'example.com', searchOperator: 'ends_with', sortBy: 'createdAt' },
    });
    expect(data).toMatchObject({
      users: [{ id, email, role: 'admin,user', createdAt: expect.any(Date), updatedAt: expect.any(Date) }],
      total: 1,
    });
    expect((await admin.impersonateUser({ userId: id })).data?.user).toMatchObject({ id, email });
  });
});
