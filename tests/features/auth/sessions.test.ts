import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
  type Member @model @user @access(read: "viewer != null") {
    id: ID!
    email: String! @unique
    follows: [Member!]! @relation(name: "follows")
    followers: [Member!]! @relation(name: "follows")
    boards: [Board!]!
    likes: [Like!]!
    profile: Profile
  }
  type Board @model @access(read: "true", create: "viewer != null", update: "viewer != null") {
    id: ID!
    title: String!
    members: [Member!]!
  }
  type Like @model @unique(fields: ["member", "title"]) @access(read: "true", create: "viewer != null") {
    id: ID!
    title: String!
    member: Member! @preset(create: "viewer.id")
  }
  type Profile @model @access(read: "true", create: "viewer != null") {
    id: ID!
    bio: String!
    member: Member! @unique @preset(create: "viewer.id")
  }
`;
const PASSWORD = 'correct horse battery';
const VIEWER = '{ viewer { id email } }';

let server: AuthServer;
beforeAll(async () => {
  server = await startAuthServer(SDL);
});
beforeEach(() => resetThrottle(server));

let count = 0;
async function newAccount() {
  const email = `session${++count}@example.com`;
  const { data, cookies } = await server.graphql(SIGN_UP, { input: { email, password: PASSWORD } });
  return {
    email,
    id: data.signUp.user.id as string,
    token: data.signUp.token as string,
    cookie: cookieOf({ cookies }),
  };
}
const viewerOf = async (headers: Record<string, string>) =>
  (await server.graphql(VIEWER, {}, headers)).data.viewer;

describe('what is stored of a session', () => {
  it('signs nobody in: neither the token is there, nor does what is there work as one', async () => {
    const { token, id, cookie } = await newAccount();
    const impersonated = await server.auth('/admin/impersonate', { id, reason: 'a test' }, admin);
    const { token: second } = (await impersonated.json()) as { token: string };
    const rows = await server.db.query<{ row: string; token: string }>(
      'SELECT s::text AS row, token FROM plinth_session s WHERE "userId" = $1',
      [id],
    );
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row.row).not.toContain(token);
      expect(row.row).not.toContain(second);
      expect(await viewerOf(bearer(row.token))).toBeNull();
      expect(await (await server.auth('/get-session', undefined, bearer(row.token))).json()).toBeNull();
    }
    for (const headers of [bearer(token), bearer(second), { cookie }])
      expect(await viewerOf(headers)).toMatchObject({ id });
    expect(await (await server.auth('/get-session', undefined, { cookie })).json()).toMatchObject({
      user: { id },
    });
  });
});

describe('the list of sessions', () => {
  it('says which is this one, and holds nothing to sign in with', async () => {
    const { token, email } = await newAccount();
    await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } }, { 'user-agent': 'Phone' });
    const response = await server.auth('/list-sessions', undefined, bearer(token));
    const listed = (await response.json()) as Record<string, unknown>[];
    expect(listed).toMatchObject([{ current: true }, { current: false, userAgent: 'Phone' }]);
    for (const one of listed) expect(await viewerOf(bearer(String(one.token)))).toBeNull();
    expect((await server.auth('/list-sessions')).status).toBe(401);
  });

  it('ends one of one’s own, and nobody else’s', async () => {
    const [mine, theirs] = [await newAccount(), await newAccount()];
    const listed = async (token: string) =>
      (await (await server.auth('/list-sessions', undefined, bearer(token))).json()) as { token: string }[];
    const [foreign] = await listed(theirs.token);
    await server.auth('/revoke-session', { token: foreign?.token }, bearer(mine.token));
    await server.auth('/revoke-session', { token: theirs.token }, bearer(mine.token));
    expect(await viewerOf(bearer(theirs.token))).toMatchObject({ id: theirs.id });
    const [own] = await listed(mine.token);
    await server.auth('/revoke-session', { token: own?.token }, bearer(mine.token));
    expect(await viewerOf(bearer(mine.token))).toBeNull();
  });

  it('ends all others', async () => {
    const { token, email } = await newAccount();
    const other = (await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } })).data.signIn.token;
    expect((await server.auth('/revoke-other-sessions', {}, bearer(token))).status).toBe(200);
    expect(await viewerOf(bearer(other))).toBeNull();
    expect(await viewerOf(bearer(token))).not.toBeNull();
  });
});

describe('signing in', () => {
  it('begins a session of its own, whatever session the request came with (fixation)', async () => {
    const [attacker, victim] = [await newAccount(), await newAccount()];
    const planted = { cookie: attacker.cookie };
    const input = { email: victim.email, password: PASSWORD };
    const byGraphql = await server.graphql(SIGN_IN, { input }, planted);
    const byHttp = await server.auth('/sign-in/email', input, planted);
    for (const cookie of [cookieOf(byGraphql), cookieOf({ cookies: byHttp.headers.getSetCookie() })]) {
      expect(cookie).not.toBe(attacker.cookie);
      expect(await viewerOf({ cookie })).toMatchObject({ id: victim.id });
    }
    expect(await viewerOf(planted)).toMatchObject({ id: attacker.id });
  });

  it('over both ways leaves a cookie that no script can read and no other site sends', async () => {
    const { email } = await newAccount();
    const byHttp = await server.auth('/sign-in/email', { email, password: PASSWORD });
    const [cookie = ''] = byHttp.headers.getSetCookie();
    for (const part of [/; HttpOnly/, /; SameSite=Lax/, /; Path=\//]) expect(cookie).toMatch(part);
  });
});

describe('a session that was begun in somebody’s name', () => {
  it('looks and leaves, but makes no way in that would outlast it', async () => {
    const { id, token: own } = await newAccount();
    const begun = await server.auth('/admin/impersonate', { id, reason: 'a test' }, admin);
    const { token } = (await begun.json()) as { token: string };
    const as = bearer(token);
    for (const [path, body] of [
      ['/api-keys', { name: 'x' }],
      ['/revoke-sessions', {}],
      ['/two-factor/enable', { password: PASSWORD }],
      ['/change-password', { currentPassword: PASSWORD, newPassword: 'another password' }],
      ['/passkey/generate-register-options', undefined],
      ['/sign-in/social', { provider: 'x' }],
    ] as const)
      expect([path, (await server.auth(path, body, as)).status]).toEqual([path, 403]);
    const listed = await server.auth('/list-sessions', undefined, as);
    expect(await listed.json()).toContainEqual(
      expect.objectContaining({ impersonated: true, current: true }),
    );
    expect((await server.auth('/sign-out', {}, as)).status).toBe(200);
    expect(await viewerOf(as)).toBeNull();
    expect(await viewerOf(bearer(own))).toMatchObject({ id });
  });
});

describe('an anonymous account', () => {
  async function begin() {
    const begun = await server.auth('/sign-in/anonymous', {});
    const cookie = cookieOf({ cookies: begun.headers.getSetCookie() });
    const viewer = await viewerOf({ cookie });
    const made = await server.graphql(
      `mutation { board: createBoard(input: {title: "Ours"}) { id } like: createLike(input: {title: "tea"}) { id }
        second: createLike(input: {title: "rain"}) { id } createProfile(input: {bio: "Quiet"}) { id } }`,
      {},
      { cookie },
    );
    expect(made.errors).toEqual([]);
    const friend = await newAccount();
    await server.graphql(
      `mutation ($b: ID!, $me: ID!, $friend: ID!) {
        updateBoard(id: $b, input: { members: { connect: [{ id: $me }, { id: $friend }] } }) { id }
        updateMember(id: $me, input: { follows: { connect: [{ id: $friend }] }, followers: { connect: [{ id: $friend }] } }) { id }
      }`,
      { b: made.data.board.id, me: viewer.id, friend: friend.id },
      admin,
    );
    return { cookie, id: viewer.id as string, friend };
  }
  const MINE = `query ($id: ID!) { member(id: $id) {
    boards { title } likes(orderBy: [{ title: ASC }]) { title } profile { bio } follows { id } followers { id } } }`;

  it.each([
    ['by GraphQL', (input: object, cookie: string) => server.graphql(SIGN_UP, { input }, { cookie })],
    ['by HTTP', (input: object, cookie: string) => server.auth('/sign-up/email', input, { cookie })],
  ])('keeps all of its rows when it becomes a real one %s', async (_way, signUp) => {
    const { cookie, id, friend } = await begin();
    const email = `real${++count}@example.com`;
    await signUp({ email, password: PASSWORD }, cookie);
    const { data } = await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } });
    const mine = await server.graphql(MINE, { id: data.signIn.user.id }, bearer(data.signIn.token));
    expect(mine.data.member).toEqual({
      boards: [{ title: 'Ours' }],
      likes: [{ title: 'rain' }, { title: 'tea' }],
      profile: { bio: 'Quiet' },
      follows: [{ id: friend.id }],
      followers: [{ id: friend.id }],
    });
    expect(await server.db.query('SELECT 1 FROM "Member" WHERE id = $1', [id])).toEqual([]);
    expect(await viewerOf({ cookie })).toBeNull();
  });

  it('keeps what does not clash when it turns out to be somebody known', async () => {
    const known = await newAccount();
    await server.graphql(
      'mutation { createLike(input: {title: "tea"}) { id } createProfile(input: {bio: "Loud"}) { id } }',
      {},
      bearer(known.token),
    );
    const { cookie } = await begin();
    const input = { email: known.email, password: PASSWORD };
    const { errors } = await server.graphql(SIGN_IN, { input }, { cookie });
    expect(errors).toEqual([]);
    const mine = await server.graphql(MINE, { id: known.id }, bearer(known.token));
    expect(mine.data.member).toMatchObject({
      boards: [{ title: 'Ours' }],
      likes: [{ title: 'rain' }, { title: 'tea' }],
      profile: { bio: 'Loud' },
    });
  });

  it('loses nothing when signing up fails', async () => {
    const taken = await newAccount();
    const { cookie, id } = await begin();
    const { codes } = await server.graphql(
      SIGN_UP,
      { input: { email: taken.email, password: PASSWORD } },
      { cookie },
    );
    expect(codes).toEqual(['CONFLICT']);
    expect(await viewerOf({ cookie })).toMatchObject({ id });
  });
});
