import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sweepExpired } from '../../../src/features/auth/sweep.ts';
import {
  type AuthServer,
  admin,
  bearer,
  cookieOf,
  resetThrottle,
  SIGN_IN,
  SIGN_UP,
  startAuthServer,
} from './support.ts';

const SDL = /* GraphQL */ `
  type User @model @user @access(read: "viewer != null", update: "this.id == viewer.id || 'boss' in viewer.roles") {
    id: ID!
    email: EmailAddress! @unique
    roles: [String!]! @access(write: "'boss' in viewer.roles")
  }
  type Plan @model @access(read: "'writer' in viewer.roles", create: "'writer' in viewer.roles") {
    id: ID!
    title: String!
  }
`;
const PASSWORD = 'correct horse battery';

let server: AuthServer;
beforeAll(async () => {
  server = await startAuthServer(SDL);
});
beforeEach(() => resetThrottle(server));

let count = 0;
async function newAccount(roles: readonly string[] = []) {
  const email = `viewer${++count}@example.com`;
  const { data, cookies } = await server.graphql(SIGN_UP, { input: { email, password: PASSWORD } });
  const id = data.signUp.user.id as string;
  if (roles.length > 0) await server.auth('/admin/set-roles', { id, roles }, admin);
  return { email, id, token: data.signUp.token as string, cookie: cookieOf({ cookies }) };
}
const viewerOf = async (headers: Record<string, string>, at = server) =>
  (await at.graphql('{ viewer { id roles } }', {}, headers)).data.viewer;
async function newKey(token: string, body: object): Promise<string> {
  const made = await server.auth('/api-keys', body, bearer(token));
  expect(made.status).toBe(201);
  return ((await made.json()) as { key: string }).key;
}

describe('knowing the viewer', () => {
  it('costs no statement of its own, by token, cookie or key', async () => {
    const { token, cookie } = await newAccount(['writer']);
    const key = await newKey(token, { name: 'reader' });
    const QUERIES = ['{ plans { title } }', 'mutation { createPlan(input: { title: "x" }) { id } }'];
    for (const query of QUERIES) {
      const asked = async (headers: Record<string, string>) => {
        await server.graphql(query, {}, headers);
        server.statements();
        const { errors } = await server.graphql(query, {}, headers);
        expect(errors).toEqual([]);
        return server.statements().length;
      };
      const known = { id: 'x', roles: ['writer'], email: 'x@example.com', emailVerified: false, claims: {} };
      const asViewer = { ...admin, 'x-plinth-as': JSON.stringify(known) };
      const without = await asked(asViewer);
      for (const headers of [bearer(token), { cookie }, { 'x-api-key': key }])
        expect([query, headers, await asked(headers)]).toEqual([query, headers, without]);
    }
  });

  it('is asked once by many requests at once', async () => {
    const { token } = await newAccount();
    server.statements();
    await Promise.all(Array.from({ length: 20 }, () => server.graphql('{ __typename }', {}, bearer(token))));
    expect(server.statements().filter((text) => text.includes('plinth_session'))).toHaveLength(1);
  });
});

describe('what was revoked on one node', () => {
  it('ends on another within seconds: sessions, keys, roles', async () => {
    const other = await startAuthServer(SDL, {}, { beside: server });
    const { id, token } = await newAccount(['writer']);
    const key = await newKey(token, { name: 'other' });
    expect(await viewerOf(bearer(token), other)).toEqual({ id, roles: ['writer'] });
    expect(await viewerOf({ 'x-api-key': key }, other)).toEqual({ id, roles: ['writer'] });
    await server.auth('/admin/set-roles', { id, roles: [] }, admin);
    expect(await viewerOf(bearer(token))).toEqual({ id, roles: [] });
    await expect.poll(() => viewerOf(bearer(token), other), { timeout: 20_000 }).toEqual({ id, roles: [] });
    await server.auth('/revoke-sessions', {}, bearer(token));
    expect(await viewerOf(bearer(token))).toBeNull();
    await expect.poll(() => viewerOf(bearer(token), other), { timeout: 20_000 }).toBeNull();
    const [held] = await server.db.query<{ id: string }>(
      'SELECT id FROM plinth_api_key WHERE "userId" = $1',
      [id],
    );
    await server.db.execute('DELETE FROM plinth_api_key WHERE id = $1', [held?.id]);
    await expect.poll(() => viewerOf({ 'x-api-key': key }, other), { timeout: 20_000 }).toBeNull();
  });
});

describe('a key', () => {
  it('has the roles that it was given, and loses those that its account loses', async () => {
    const { id, token } = await newAccount(['writer', 'clerk']);
    const all = await newKey(token, { name: 'all' });
    const clerk = await newKey(token, { name: 'clerk', roles: ['clerk'] });
    expect((await server.graphql('{ plans { id } }', {}, { 'x-api-key': all })).errors).toEqual([]);
    expect((await server.graphql('{ plans { id } }', {}, { 'x-api-key': clerk })).codes).toEqual([
      'FORBIDDEN',
    ]);
    await server.auth('/admin/set-roles', { id, roles: ['clerk'] }, admin);
    expect((await server.graphql('{ plans { id } }', {}, { 'x-api-key': all })).codes).toEqual(['FORBIDDEN']);
  });

  it('ends with its account, and cannot be made with an odd lifetime or name', async () => {
    const { id, token } = await newAccount();
    const key = await newKey(token, { name: 'x', expiresIn: 3600 });
    for (const body of [
      { name: '' },
      { name: 'x', expiresIn: 0 },
      { name: 'x', expiresIn: 1.5 },
      { name: 'x', expiresIn: '3600' },
      { name: 'x', roles: 'admin' },
    ])
      expect([body, (await server.auth('/api-keys', body, bearer(token))).status]).toEqual([body, 400]);
    const deleted = await server.graphql('mutation ($id: ID!) { deleteUser(id: $id) { id } }', { id }, admin);
    expect(deleted.errors).toEqual([]);
    await expect
      .poll(
        () => server.graphql('{ viewer { id } }', {}, { 'x-api-key': key }).then(({ data }) => data.viewer),
        {
          timeout: 20_000,
        },
      )
      .toBeNull();
  });
});

describe('roles', () => {
  it('are changed by whom a rule of the author’s allows, and by nobody else', async () => {
    const [boss, clerk] = [await newAccount(['boss']), await newAccount()];
    const SET = 'mutation ($id: ID!) { updateUser(id: $id, input: { roles: ["boss"] }) { roles } }';
    expect((await server.graphql(SET, { id: clerk.id }, bearer(clerk.token))).codes).toEqual(['FORBIDDEN']);
    expect((await server.graphql(SET, { id: clerk.id }, bearer(boss.token))).errors).toEqual([]);
    await expect
      .poll(() => viewerOf(bearer(clerk.token)), { timeout: 20_000 })
      .toMatchObject({ roles: ['boss'] });
  });
});

describe('a new password', () => {
  it.each([
    [
      'by a link, over HTTP',
      async (email: string) => {
        await server.auth('/request-password-reset', { email });
        const { token } = (await server.mails()).find((mail) => mail.to === email && mail.token) ?? {};
        return server.auth('/reset-password', { token, newPassword: 'another password' });
      },
    ],
    [
      'by a code',
      async (email: string) => {
        await server.auth('/email-otp/request-password-reset', { email });
        const otp = (await server.mails()).find(
          (mail) => mail.to === email && mail.subject === 'Your code',
        )?.token;
        return server.auth('/email-otp/reset-password', { email, otp, password: 'another password' });
      },
    ],
  ])('%s ends every session', async (_way, reset) => {
    const { email, token, cookie } = await newAccount();
    expect(await viewerOf(bearer(token))).not.toBeNull();
    expect((await reset(email)).status).toBe(200);
    for (const headers of [bearer(token), { cookie }]) expect(await viewerOf(headers)).toBeNull();
    const { data } = await server.graphql(SIGN_IN, { input: { email, password: 'another password' } });
    expect(data.signIn.token).toEqual(expect.any(String));
    expect((await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } })).codes).toEqual([
      'UNAUTHENTICATED',
    ]);
  });
});

describe('what has expired', () => {
  it('is swept away, and what has not is left', async () => {
    const { token } = await newAccount();
    const { email } = await newAccount();
    await server.auth('/sign-in/magic-link', { email });
    await server.db.execute(
      `UPDATE plinth_session SET "expiresAt" = now() - interval '1 s' WHERE "userId" IN (SELECT id FROM "User" WHERE email = $1)`,
      [email],
    );
    await server.db.execute(`UPDATE plinth_verification SET "expiresAt" = now() - interval '1 s'`);
    await server.db.execute(
      `INSERT INTO plinth_throttle ("id", "key", "count", "until") VALUES (gen_random_uuid(), 'old', 1, now() - interval '2 hours')`,
    );
    const counts = `SELECT (SELECT count(*) FROM plinth_session WHERE "expiresAt" < now())::int4 AS sessions,
      (SELECT count(*) FROM plinth_verification)::int4 AS verifications,
      (SELECT count(*) FROM plinth_throttle WHERE "key" = 'old')::int4 AS throttles`;
    await sweepExpired(server.db);
    expect(await server.db.query(counts)).toEqual([{ sessions: 0, verifications: 0, throttles: 0 }]);
    expect(await server.db.query('SELECT 1 FROM plinth_throttle')).not.toEqual([]);
    expect(await viewerOf(bearer(token))).not.toBeNull();
  });
});

describe('PLINTH_TRUSTED_PROXIES', () => {
  it('tells people behind a proxy apart by what the proxy added, not by what they say themselves', async () => {
    const proxied = await startAuthServer(
      SDL,
      { PLINTH_TRUSTED_PROXIES: '127.0.0.0/8,::1' },
      { beside: server },
    );
    const attempt = async (forwarded: string) => {
      const input = { email: `proxied${++count}@example.com`, password: 'wrong password' };
      return (await proxied.graphql(SIGN_IN, { input }, { 'x-forwarded-for': forwarded })).codes[0];
    };
    // Whoever sends the header has their address put behind what they wrote.
    for (let i = 0; i < 30; i++) expect(await attempt(`10.0.0.${i}, 203.0.113.7`)).toBe('UNAUTHENTICATED');
    expect(await attempt('10.0.0.99, 203.0.113.7')).toBe('RATE_LIMITED');
    expect(await attempt('10.0.0.99, 203.0.113.8')).toBe('UNAUTHENTICATED');
  });
});
