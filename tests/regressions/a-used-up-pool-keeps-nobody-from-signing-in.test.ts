import type pg from 'pg';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { mostWriters } from '../../src/data/gate.ts';
import {
  type AuthServer,
  bearer,
  cookieOf,
  resetThrottle,
  SIGN_IN,
  SIGN_UP,
  startAuthServer,
} from '../features/auth/support.ts';
import { blockedBackends } from '../support/blocked-backends.ts';
import { runSqlUntil } from '../support/database.ts';

const SDL = /* GraphQL */ `
  type Member @model @user @access(read: "viewer != null") { id: ID!  email: String! @unique  posts: [Post!]! }
  type Post @model @access(read: "true", create: "viewer != null", update: "viewer != null") { id: ID!  title: String!  member: Member! @preset(create: "viewer.id") }
`;
const CREATE = 'mutation { createPost(input: {title: "t"}) { id } }';
const UPDATE = 'mutation ($id: ID!) { updatePost(id: $id, input: {title: "u"}) { id } }';
const PASSWORD = 'correct horse battery';
const CONNECTIONS = 8;

let server: AuthServer;
let held: pg.PoolClient[] = [];
let count = 0;
beforeAll(async () => {
  server = await startAuthServer(SDL);
});
beforeEach(() => resetThrottle(server));
afterEach(() => {
  for (const client of held.splice(0)) client.release(true);
});

/** Statements that go on for as long as the test hold every connection of the pool. */
async function useUp(): Promise<void> {
  held = await Promise.all(Array.from({ length: CONNECTIONS }, () => server.db.pool.connect()));
  for (const client of held) client.query('SELECT pg_sleep(300)').catch(() => undefined);
  expect([server.db.pool.totalCount, server.db.pool.idleCount]).toEqual([CONNECTIONS, 0]);
}

async function newAccount(): Promise<{ email: string; token: string }> {
  const email = `pool${++count}@example.com`;
  const { data } = await server.graphql(SIGN_UP, { input: { email, password: PASSWORD } });
  return { email, token: data.signUp.token };
}

it('GraphQL: signing up, in and out, and a new password', async () => {
  const { email } = await newAccount();
  await useUp();
  const fresh = await server.graphql(SIGN_UP, { input: { email: `x${email}`, password: PASSWORD } });
  expect([fresh.codes, fresh.data?.signUp.user.email]).toEqual([[], `x${email}`]);
  const signedIn = await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } });
  expect([signedIn.codes, signedIn.data?.signIn.user.email]).toEqual([[], email]);
  const wrong = await server.graphql(SIGN_IN, { input: { email, password: 'wrong horse battery' } });
  expect(wrong.codes).toEqual(['UNAUTHENTICATED']);
  const token = signedIn.data.signIn.token as string;
  expect((await server.graphql('mutation { signOut }', {}, bearer(token))).data).toEqual({ signOut: true });
  await server.graphql('mutation ($email: String!) { requestPasswordReset(email: $email) }', { email });
  const mail = (await server.mails()).find(({ to, token: sent }) => to === email && sent !== undefined);
  const reset = await server.graphql(
    'mutation ($token: String!) { resetPassword(token: $token, password: "another horse battery") }',
    { token: mail?.token },
  );
  expect([reset.codes, reset.data]).toEqual([[], { resetPassword: true }]);
});

it('twenty at once', async () => {
  const { email } = await newAccount();
  await useUp();
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => server.graphql(SIGN_IN, { input: { email, password: PASSWORD } })),
  );
  // All count as attempts at one account, of which so many at once have to wait.
  const codes = new Set(answers.flatMap((answer) => answer.codes));
  expect([...codes].filter((code) => code !== 'RATE_LIMITED')).toEqual([]);
  expect(answers.some(({ data }) => data?.signIn?.token)).toBe(true);
});

it('/auth: signing in, sessions, and out, by cookie and by token', async () => {
  const { email } = await newAccount();
  await useUp();
  const answer = await server.auth('/sign-in/email', { email, password: PASSWORD });
  expect(answer.status).toBe(200);
  const cookie = { cookie: cookieOf({ cookies: answer.headers.getSetCookie() }) };
  const { token } = (await answer.json()) as { token: string };
  expect(await (await server.auth('/get-session', undefined, cookie)).json()).toMatchObject({
    user: { email },
  });
  const sessions = await (await server.auth('/list-sessions', undefined, bearer(token))).json();
  expect(sessions).toMatchObject([{ current: false }, { current: true }]);
  expect((await server.auth('/revoke-other-sessions', {}, bearer(token))).status).toBe(200);
  expect((await server.auth('/sign-out', {}, cookie)).status).toBe(200);
  expect(await (await server.auth('/get-session', undefined, cookie)).json()).toBeNull();
});

it('health answers, and what needs the pool is told UNAVAILABLE and to come back', async () => {
  const { token } = await newAccount();
  await useUp();
  const [ready, live, query, mixed] = await Promise.all([
    fetch(`${server.url}/health/ready`),
    fetch(`${server.url}/health/live`),
    server.graphql('{ posts { title } }', {}, bearer(token)),
    server.graphql('mutation { signOut createPost(input: {title: "t"}) { id } }', {}, bearer(token)),
  ]);
  expect([ready.status, live.status]).toEqual([200, 200]);
  expect([query.codes, mixed.codes]).toEqual([['UNAVAILABLE'], ['UNAVAILABLE']]);
  expect(query.errors[0]?.message).toMatch(/try again/i);
});

it('writers that wait for a lock do not keep it either', async () => {
  const { email, token } = await newAccount();
  const { data } = await server.graphql(CREATE, {}, bearer(token));
  const locked = await runSqlUntil(server.db.url, 'BEGIN; SELECT * FROM "Post" FOR UPDATE');
  const waiting = Array.from({ length: CONNECTIONS }, () =>
    server.graphql(UPDATE, { id: data.createPost.id }, bearer(token)),
  );
  await blockedBackends(server.db, mostWriters(CONNECTIONS));
  const signedIn = await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } });
  await locked.release();
  await Promise.all(waiting);
  expect([signedIn.codes, signedIn.data?.signIn?.user.email]).toEqual([[], email]);
});

it('answers with more than the account in them wait like any query', async () => {
  const { email } = await newAccount();
  await useUp();
  const { codes } = await server.graphql(
    'mutation ($input: SignInInput!) { signIn(input: $input) { user { posts { title } } } }',
    { input: { email, password: PASSWORD } },
  );
  expect(codes).toEqual(['UNAVAILABLE']);
});
