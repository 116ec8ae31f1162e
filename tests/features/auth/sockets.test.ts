import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askClient, openClient, openReady, type RawSocket, refusalOf } from '../../serve/socket-support.ts';
import { blockedBackends } from '../../support/blocked-backends.ts';
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
    nick: String
  }
  type Plan @model @access(read: "'writer' in viewer.roles", create: "'writer' in viewer.roles") {
    id: ID!
    title: String!
  }
`;
const PASSWORD = 'correct horse battery';
const ENDED = { code: 4403, reason: 'The session has ended.' };
const VIEWER = '{ viewer { id roles } }';

const keys = await generateKeyPair('RS256', { extractable: true });
let issuer = '';
const issuerServer = createServer(async (_request, response) => {
  const key = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key] }));
});
const now = (): number => Math.floor(Date.now() / 1000);
const sign = (payload: Record<string, unknown>): Promise<string> =>
  new SignJWT({ iss: issuer, aud: 'tests', iat: now(), ...payload })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .sign(keys.privateKey);

let server: AuthServer;
beforeAll(async () => {
  await new Promise<void>((done) => issuerServer.listen(0, '127.0.0.1', done));
  issuer = `http://127.0.0.1:${(issuerServer.address() as AddressInfo).port}`;
  const trusted = { issuer, audience: 'tests', jwksUrl: `${issuer}/keys` };
  server = await startAuthServer(SDL, { AUTH_ISSUERS: JSON.stringify([trusted]) });
});
afterAll(() => void issuerServer.close());
beforeEach(() => resetThrottle(server));

let count = 0;
async function newAccount(roles: readonly string[] = []) {
  const email = `socket${++count}@example.com`;
  const { data, cookies } = await server.graphql(SIGN_UP, { input: { email, password: PASSWORD } });
  const id = data.signUp.user.id as string;
  if (roles.length > 0) await server.auth('/admin/set-roles', { id, roles }, admin);
  return { email, id, token: data.signUp.token as string, cookie: cookieOf({ cookies }) };
}
type Account = Awaited<ReturnType<typeof newAccount>>;

async function newKey({ token }: Account, body: object = { name: 'a key' }) {
  const made = await server.auth('/api-keys', body, bearer(token));
  return (await made.json()) as { key: string; id: string };
}

const open = (payload?: Record<string, string>, headers?: Record<string, string>, at = server) =>
  openReady(at.url, payload, headers && { headers });

async function ask(raw: RawSocket, query: string, variables: object = {}) {
  raw.send({ id: 'ask', type: 'subscribe', payload: { query, variables } });
  const { type, payload } = await raw.next();
  if (type === 'next') expect(await raw.next()).toEqual({ id: 'ask', type: 'complete' });
  return { data: payload.data, codes: (payload.errors ?? (type === 'error' ? payload : [])).map(codeOf) };
}
const codeOf = (error: { extensions: { code: string } }): string => error.extensions.code;
const viewerOver = async (raw: RawSocket) => (await ask(raw, VIEWER)).data.viewer;

describe('the viewer of a socket', () => {
  it('is who its credentials say, on the upgrade or in connection_init', async () => {
    const account = await newAccount(['writer']);
    const { id, token, cookie } = account;
    const { key } = await newKey(account);
    const ways = [
      bearer(token),
      { cookie },
      { 'x-api-key': key },
      { ...admin, 'x-plinth-as': `{"id":"${id}"}` },
    ];
    for (const way of ways) {
      expect([way, await viewerOver(await open(way))]).toEqual([way, { id, roles: ['writer'] }]);
      expect([way, await viewerOver(await open({}, way))]).toEqual([way, { id, roles: ['writer'] }]);
    }
    const client = openClient(server.url, {
      connectionParams: async () => ({ Authorization: `Bearer ${token}` }),
    });
    expect(await askClient(client, { query: VIEWER })).toEqual({
      data: { viewer: { id, roles: ['writer'] } },
    });
    expect(await viewerOver(await open())).toBeNull();
    expect((await ask(await open(admin), '{ plans { title } }')).codes).toEqual([]);
  });

  it('is asked for before anything runs: credentials that are not valid open no socket', async () => {
    const { cookie } = await newAccount();
    const forbidden = { code: 4403, reason: 'Forbidden' };
    const expired = await sign({ sub: 'a', exp: now() - 10 });
    for (const way of [
      bearer('nobody-has-this-token'),
      bearer(''),
      bearer('undefined'),
      { authorization: 'nobody-has-this-token' },
      { 'x-api-key': 'plinth_nobody' },
      bearer(await sign({ sub: 'a', aud: 'others', exp: now() + 60 })),
      // Within the 30 s that clocks may differ: good for a request, and over for what stays open.
      bearer(expired),
    ]) {
      expect([way, await refusalOf(server.url, way)]).toEqual([way, forbidden]);
      expect([way, await refusalOf(server.url, {}, { headers: way })]).toEqual([way, forbidden]);
    }
    expect((await server.graphql(VIEWER, {}, bearer(expired))).errors).toEqual([]);
    // What browsers and proxies send by themselves is another matter.
    const forged = cookie.replace(/=.*/, '=forged.signature');
    for (const way of [{ cookie: forged }, { authorization: 'Basic dGVzdDp0ZXN0' }])
      expect([way, await viewerOver(await open({}, way))]).toEqual([way, null]);
  });

  it('is nobody to a page that may not use the cookie, whatever it says of itself', async () => {
    const { cookie } = await newAccount();
    const anyone = await startAuthServer(SDL, { CORS_ORIGINS: '*' }, { beside: server });
    const page = { cookie, origin: 'https://evil.example' };
    expect(await viewerOver(await open({}, page, anyone))).toBeNull();
    for (const lie of ['origin', 'host', 'sec-fetch-site'])
      expect(await refusalOf(anyone.url, { [lie]: 'x' }, { headers: page })).toMatchObject({ code: 4400 });
  });
});

/** The ways in which a session ends, and the account with it or not. */
const ENDS: readonly [string, (account: Account) => Promise<unknown>][] = [
  [
    'a new password',
    ({ token }) =>
      server.auth(
        '/change-password',
        { currentPassword: PASSWORD, newPassword: 'another password' },
        bearer(token),
      ),
  ],
  ['a new password by mail', ({ email }) => resetByMail(email)],
  ['signing out', ({ token }) => server.auth('/sign-out', {}, bearer(token))],
  ['signing out by GraphQL', ({ token }) => server.graphql('mutation { signOut }', {}, bearer(token))],
  ['ending all sessions', ({ token }) => server.auth('/revoke-sessions', {}, bearer(token))],
  ['ending this one', (account) => endFirst(account)],
  ['other roles', ({ id }) => server.auth('/admin/set-roles', { id, roles: ['clerk'] }, admin)],
  [
    'other roles by GraphQL',
    ({ id }) =>
      server.graphql(
        'mutation ($id: ID!) { updateUser(id: $id, input: { roles: ["clerk"] }) { id } }',
        { id },
        admin,
      ),
  ],
  [
    'another address',
    ({ id }) =>
      server.graphql(
        'mutation ($id: ID!, $e: EmailAddress!) { updateUser(id: $id, input: { email: $e }) { id } }',
        { id, e: `new-${id}@example.com` },
        admin,
      ),
  ],
  [
    'the end of the account',
    ({ id }) => server.graphql('mutation ($id: ID!) { deleteUser(id: $id) { id } }', { id }, admin),
  ],
  ['its time', ({ id }) => server.db.execute(EXPIRE, [id])],
  ['its removal from the database', ({ id }) => server.db.execute(REMOVE, [id])],
];
const EXPIRE = `UPDATE plinth_session SET "expiresAt" = now() + interval '500 ms' WHERE "userId"::text = $1`;
const REMOVE = `DELETE FROM plinth_session WHERE "userId"::text = $1`;

async function endFirst({ token }: Account): Promise<void> {
  const listed = await server.auth('/list-sessions', undefined, bearer(token));
  const [session] = (await listed.json()) as { token: string }[];
  await server.auth('/revoke-session', { token: session?.token }, bearer(token));
}

async function resetByMail(email: string): Promise<void> {
  await server.graphql('mutation ($email: String!) { requestPasswordReset(email: $email) }', { email });
  const mail = (await server.mails()).find(({ to }) => to === email);
  const secret = /token=([\w%-]+)/.exec(mail?.text ?? '')?.[1];
  const reset = 'mutation ($t: String!, $p: String!) { resetPassword(token: $t, password: $p) }';
  const { data } = await server.graphql(reset, { t: secret, p: 'another password' });
  expect(data).toEqual({ resetPassword: true });
}

describe('a socket ends with its session', () => {
  it.each(ENDS)('by %s, and nobody else’s does', async (_what, end) => {
    const [account, other] = [await newAccount(['writer']), await newAccount()];
    const [byToken, byCookie] = [
      await open(bearer(account.token)),
      await open({}, { cookie: account.cookie }),
    ];
    const others = [await open(bearer(other.token)), await open(), await open(admin)];
    await end(account);
    expect(await byToken.closed).toEqual(ENDED);
    expect(await byCookie.closed).toEqual(ENDED);
    for (const raw of others) expect((await ask(raw, '{ __typename }')).codes).toEqual([]);
  });

  it('also where another node ends it', async () => {
    const other = await startAuthServer(SDL, {}, { beside: server });
    const account = await newAccount();
    const second = (await server.graphql(SIGN_IN, { input: { email: account.email, password: PASSWORD } }))
      .data;
    const [kept, ended] = [
      await open(bearer(account.token), {}, other),
      await open(bearer(second.signIn.token), {}, other),
    ];
    await server.auth('/revoke-other-sessions', {}, bearer(account.token));
    expect(await ended.closed).toEqual(ENDED);
    expect(await viewerOver(kept)).toMatchObject({ id: account.id });
    // What is remembered for requests is forgotten with it.
    const left = await other.graphql(VIEWER, {}, bearer(second.signIn.token));
    expect(left.data.viewer).toBeNull();
    await server.auth('/sign-out', {}, bearer(account.token));
    expect(await kept.closed).toEqual(ENDED);
  });

  it('also where nobody was watched for a while before', async () => {
    const account = await newAccount();
    const first = await open(bearer(account.token));
    first.socket.close();
    await first.closed;
    // The watch has nothing to do for longer than it sleeps.
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    const next = await open(bearer(account.token));
    await server.db.execute(REMOVE, [account.id]);
    expect(await next.closed).toEqual(ENDED);
  });

  it('and its client hears why when it comes back', async () => {
    const { token, cookie } = await newAccount();
    const raw = await open(bearer(token));
    await server.auth('/sign-out', {}, bearer(token));
    await raw.closed;
    expect(await refusalOf(server.url, bearer(token))).toEqual({ code: 4403, reason: 'Forbidden' });
    expect(await viewerOver(await open({}, { cookie }))).toBeNull();
  });

  it('not by what changes nothing of who they are', async () => {
    const { id, token } = await newAccount();
    const raw = await open(bearer(token));
    const rename = 'mutation ($id: ID!) { updateUser(id: $id, input: { nick: "N" }) { id } }';
    await server.graphql(rename, { id }, bearer(token));
    await server.auth('/admin/set-roles', { id, roles: [] }, admin);
    // Somebody else's end shows that all have been looked at since.
    const other = await newAccount();
    const others = await open(bearer(other.token));
    await server.auth('/sign-out', {}, bearer(other.token));
    await others.closed;
    expect(await viewerOver(raw)).toMatchObject({ id });
  });
});

describe('a socket ends with its key', () => {
  it.each<[string, (account: Account, id: string) => Promise<unknown>]>([
    ['when it is revoked', ({ token }, id) => server.auth('/api-keys/revoke', { id }, bearer(token))],
    [
      'when it expires',
      (_a, id) => server.db.execute(`UPDATE plinth_api_key SET "expiresAt" = now() WHERE id = $1`, [id]),
    ],
    [
      'when its account has other roles',
      ({ id }) => server.auth('/admin/set-roles', { id, roles: [] }, admin),
    ],
    [
      'when its account is gone',
      ({ id }) => server.graphql('mutation ($id: ID!) { deleteUser(id: $id) { id } }', { id }, admin),
    ],
  ])('%s, and goes on when sessions end', async (_when, end) => {
    const account = await newAccount(['writer']);
    const { key, id } = await newKey(account);
    const raw = await open({ 'x-api-key': key });
    const session = await open(
      bearer(
        (await server.graphql(SIGN_IN, { input: { email: account.email, password: PASSWORD } })).data.signIn
          .token,
      ),
    );
    await server.auth('/revoke-other-sessions', {}, bearer(account.token));
    await session.closed;
    expect(await viewerOver(raw)).toMatchObject({ id: account.id });
    await end(account, id);
    expect(await raw.closed).toEqual(ENDED);
  });
});

describe('a socket of a token of another issuer', () => {
  it('ends when the token does, and not before', async () => {
    const [short, long] = [
      await open(bearer(await sign({ sub: 'abroad', exp: now() + 2 }))),
      await open(bearer(await sign({ sub: 'abroad', exp: now() + 60 * 60 * 24 * 365 }))),
    ];
    expect((await ask(short, '{ plans { title } }')).codes).toEqual(['FORBIDDEN']);
    expect(await short.closed).toEqual(ENDED);
    expect((await ask(long, '{ __typename }')).codes).toEqual([]);
  });

  it('ends without the database, and sessions stay until it can be asked', async () => {
    const { id, token } = await newAccount();
    const [abroad, here] = [
      await open(bearer(await sign({ sub: 'abroad', exp: now() + 2 }))),
      await open(bearer(token)),
    ];
    await server.db.transaction(async (tx) => {
      await tx.execute('LOCK TABLE plinth_session IN ACCESS EXCLUSIVE MODE');
      await tx.execute(REMOVE, [id]);
      await blockedBackends(server.db, 1);
      expect(await abroad.closed).toEqual(ENDED);
      here.send({ type: 'ping' });
      expect(await here.next()).toEqual({ type: 'pong' });
    });
    expect(await here.closed).toEqual(ENDED);
  });

  it('ends when what the account adds to it changes', async () => {
    const { id } = await newAccount();
    const exp = now() + 60;
    const [without, within] = [
      await open(bearer(await sign({ sub: id, exp }))),
      await open(bearer(await sign({ sub: id, exp, email: 'own@example.com' }))),
    ];
    await server.graphql('mutation ($id: ID!) { deleteUser(id: $id) { id } }', { id }, admin);
    expect(await without.closed).toEqual(ENDED);
    expect((await ask(within, '{ __typename }')).codes).toEqual([]);
  });
});

describe('a socket of somebody whom the admin key vouches for', () => {
  it('ends when what the account adds changes, and not by what was said', async () => {
    const { id } = await newAccount();
    const as = (viewer: object) => open({ ...admin, 'x-plinth-as': JSON.stringify({ id, ...viewer }) });
    const [bare, said, nobody] = [
      await as({}),
      await as({ roles: ['writer'], email: 'x@example.com', emailVerified: true }),
      await as({ id: 'nobody in particular' }),
    ];
    await server.auth('/admin/set-roles', { id, roles: ['clerk'] }, admin);
    expect(await bare.closed).toEqual(ENDED);
    for (const raw of [said, nobody]) expect((await ask(raw, '{ __typename }')).codes).toEqual([]);
    expect(await viewerOver(await as({}))).toEqual({ id, roles: ['clerk'] });
  });
});

describe('what is under way when a session ends', () => {
  it('is answered where it is about to end, as signing out over the socket itself', async () => {
    const { token } = await newAccount();
    const raw = await open(bearer(token));
    expect(await ask(raw, 'mutation { signOut }')).toEqual({ data: { signOut: true }, codes: [] });
    expect(await raw.closed).toEqual(ENDED);
    expect((await server.graphql(VIEWER, {}, bearer(token))).data.viewer).toBeNull();
  });

  it('is aborted where it is not, with its SQL', async () => {
    const { id, token } = await newAccount(['writer']);
    const raw = await open(bearer(token));
    await server.db.transaction(async (tx) => {
      await tx.execute('LOCK TABLE "Plan" IN ACCESS EXCLUSIVE MODE');
      raw.send({ id: '1', type: 'subscribe', payload: { query: '{ plans { title } }' } });
      await blockedBackends(server.db, 1);
      await server.db.execute(REMOVE, [id]);
      expect(await raw.closed).toEqual(ENDED);
      await expect.poll(() => server.db.query(WAITING), { timeout: 10_000 }).toEqual([]);
    });
    expect(raw.arrived).toEqual([]);
  });
  const WAITING = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
});

describe('looking after open sessions', () => {
  it('takes one statement for all of them, and none for nobody', async () => {
    const accounts = [await newAccount(), await newAccount(), await newAccount()];
    const sockets = await Promise.all(accounts.map(({ token }) => open(bearer(token))));
    const looks = (): string[] => server.allStatements().filter((text) => text.includes('= ANY($1'));
    looks();
    const seen: string[] = [];
    await expect
      .poll(() => seen.push(...looks()), { timeout: 10_000, interval: 20 })
      .toBeGreaterThanOrEqual(2);
    expect(new Set(seen).size).toBe(1);
    expect(seen.length).toBeLessThan(sockets.length);
    for (const raw of sockets) raw.socket.close();
    await Promise.all(sockets.map(({ closed }) => closed));
    // Whatever ends a session asks at once, where there is anybody to ask for.
    const left = await newAccount();
    looks();
    await server.auth('/sign-out', {}, bearer(left.token));
    await server.graphql(VIEWER);
    expect(looks()).toEqual([]);
  });

  it('goes on after the database was lost', async () => {
    const { id, token } = await newAccount();
    const raw = await open(bearer(token));
    const other = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    const looked = (): boolean => server.allStatements().some((text) => text.includes('= ANY($1'));
    looked();
    await server.db.query(other);
    await expect.poll(looked, { timeout: 10_000 }).toBe(true);
    expect(await viewerOver(raw)).toMatchObject({ id });
    await server.db.execute(REMOVE, [id]);
    expect(await raw.closed).toEqual(ENDED);
  });
});

describe('signing in over a socket', () => {
  it('answers a token, and changes nothing of the socket', async () => {
    const { id, email } = await newAccount();
    const raw = await open();
    const { data } = await ask(raw, SIGN_IN, { input: { email, password: PASSWORD } });
    expect(await viewerOver(raw)).toBeNull();
    expect(await viewerOver(await open(bearer(data.signIn.token)))).toMatchObject({ id });
  });

  it('is throttled on the account by the same count as over HTTP', async () => {
    const { email } = await newAccount();
    const input = { email, password: 'wrong password' };
    for (let i = 0; i < 5; i++)
      expect((await server.graphql(SIGN_IN, { input })).codes).toEqual(['UNAUTHENTICATED']);
    const sockets = [await open(), await open()];
    for (let i = 0; i < 5; i++) {
      const raw = sockets[i % 2] as RawSocket;
      expect((await ask(raw, SIGN_IN, { input: { ...input, email: email.toUpperCase() } })).codes).toEqual([
        'UNAUTHENTICATED',
      ]);
    }
    const right = { email, password: PASSWORD };
    for (const raw of sockets)
      expect((await ask(raw, SIGN_IN, { input: right })).codes).toEqual(['RATE_LIMITED']);
    expect((await server.graphql(SIGN_IN, { input: right })).codes).toEqual(['RATE_LIMITED']);
  });

  it('is throttled on the address by the same count as over HTTP', async () => {
    const raw = await open();
    const codes: string[] = [];
    for (let i = 0; i < 31; i++) {
      const input = { email: `nobody${i}@example.com`, password: PASSWORD };
      const asked = i % 2 === 0 ? ask(raw, SIGN_IN, { input }) : server.graphql(SIGN_IN, { input });
      codes.push((await asked).codes[0] ?? '');
    }
    expect(new Set(codes.slice(0, 30))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(codes[30]).toBe('RATE_LIMITED');
  });
});
