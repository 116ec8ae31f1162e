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
  type User @model @user @access(read: "this.id == viewer.id || 'admin' in viewer.roles", update: "this.id == viewer.id") {
    id: ID!
    email: EmailAddress! @unique
    name: String! @constraint(minLength: 2)
    city: String! @default(value: "Berlin")
    roles: [String!]!
    plan: String @access(write: "'admin' in viewer.roles")
    secretNote: String @hidden
    notes: [Note!]!
    createdAt: DateTime! @createdAt
  }
  type Note @model @access(read: "this.owner.id == viewer.id", create: "this.owner.id == viewer.id", delete: "viewer.emailVerified") {
    id: ID!
    text: String!
    owner: User! @preset(create: "viewer.id")
  }
`;

let server: AuthServer;
beforeAll(async () => {
  server = await startAuthServer(SDL);
});
beforeEach(() => resetThrottle(server));

const PASSWORD = 'correct horse battery';
let count = 0;
async function newAccount(email = `person${++count}@example.com`) {
  const { data, errors, cookies } = await server.graphql(SIGN_UP, {
    input: { email, password: PASSWORD, name: 'Some One' },
  });
  expect(errors).toEqual([]);
  return { email, cookies, token: data.signUp.token as string, id: data.signUp.user.id as string };
}
const VIEWER = '{ viewer { id email roles } }';

describe('signing up', () => {
  it('makes a row of the model, with its defaults, and signs it in by token and by cookie', async () => {
    const { id, token, email, cookies } = await newAccount();
    const byToken = await server.graphql('{ viewer { id email name city } }', {}, bearer(token));
    expect(byToken.data.viewer).toEqual({ id, email, name: 'Some One', city: 'Berlin' });
    const byCookie = await server.graphql(VIEWER, {}, { cookie: cookieOf({ cookies }) });
    expect(byCookie.data.viewer).toEqual({ id, email, roles: [] });
    expect(cookies[0]).toMatch(/HttpOnly/i);
    expect(cookies[0]).toMatch(/SameSite=Lax/i);
  });

  it('lets the rest of the same operation run as the new account', async () => {
    const { data, errors } = await server.graphql(
      `mutation { signUp(input: {email: "chain@example.com", password: "${PASSWORD}", name: "Chain"}) { user { id } }
         createNote(input: {text: "first"}) { text owner { email } } }`,
    );
    expect(errors).toEqual([]);
    expect(data.createNote).toEqual({ text: 'first', owner: { email: 'chain@example.com' } });
  });

  it.each([
    [{ email: 'x@example.com', password: 'short', name: 'Ann' }, ['input', 'password']],
    [{ email: 'x@example.com', password: 'x'.repeat(129), name: 'Ann' }, ['input', 'password']],
    [{ email: 'x@example.com', password: PASSWORD, name: 'A' }, ['input', 'name']],
  ])('refuses %j and makes nothing', async (input, path) => {
    const answer = await server.graphql(SIGN_UP, { input });
    expect(answer.codes).toEqual(['BAD_USER_INPUT']);
    expect(answer.errors[0]?.extensions.issues).toEqual([expect.objectContaining({ path })]);
    expect(answer.cookies).toEqual([]);
    expect(await server.db.query(`SELECT 1 FROM "User" WHERE email = 'x@example.com'`)).toEqual([]);
  });

  it('refuses what is no address', async () => {
    const { codes } = await server.graphql(SIGN_UP, {
      input: { email: 'nobody', password: PASSWORD, name: 'Ann' },
    });
    expect(codes).toEqual(['BAD_USER_INPUT']);
  });

  it('refuses a taken address, in any letters', async () => {
    await newAccount('taken@example.com');
    const { codes } = await server.graphql(SIGN_UP, {
      input: { email: 'Taken@Example.com', password: PASSWORD, name: 'Ann' },
    });
    expect(codes).toEqual(['CONFLICT']);
  });

  it('offers neither roles nor hidden fields, and keeps the write rules of fields', async () => {
    const mass = await server.graphql(
      `mutation { signUp(input: {email: "m@example.com", password: "${PASSWORD}", name: "Ann", roles: ["admin"]}) { token } }`,
    );
    expect(mass.codes).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    const { codes } = await server.graphql(SIGN_UP, {
      input: { email: 'm@example.com', password: PASSWORD, name: 'Ann', plan: 'GOLD' },
    });
    expect(codes).toEqual(['FORBIDDEN']);
    expect(await server.db.query(`SELECT 1 FROM "User" WHERE email = 'm@example.com'`)).toEqual([]);
  });

  it('hashes with Argon2id at the recommended cost', async () => {
    const { id } = await newAccount();
    const [row] = await server.db.query<{ password: string }>(
      `SELECT password FROM plinth_account WHERE "userId" = $1`,
      [id],
    );
    expect(row?.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it('sets no cookie when another field of the operation fails', async () => {
    const answer = await server.graphql(
      `mutation { signUp(input: {email: "undone@example.com", password: "${PASSWORD}", name: "Un"}) { token }
         deleteUser(id: "018f0000-0000-7000-8000-000000000000") { id } }`,
    );
    expect(answer.data).toBeNull();
    expect(answer.cookies).toEqual([]);
    expect(await server.db.query(`SELECT 1 FROM "User" WHERE email = 'undone@example.com'`)).toEqual([]);
    expect(await server.mails()).not.toContainEqual(expect.objectContaining({ to: 'undone@example.com' }));
  });
});

describe('signing in and out', () => {
  it('starts another session with the right password, whatever the letters of the address', async () => {
    const { email, id, token } = await newAccount();
    const { data } = await server.graphql(SIGN_IN, {
      input: { email: email.toUpperCase(), password: PASSWORD },
    });
    expect(data.signIn.user.id).toBe(id);
    expect(data.signIn.token).not.toBe(token);
  });

  it('says the same for a wrong password and for an unknown address', async () => {
    const { email } = await newAccount();
    const wrong = await server.graphql(SIGN_IN, { input: { email, password: 'wrong password' } });
    const unknown = await server.graphql(SIGN_IN, {
      input: { email: 'nobody@example.com', password: 'wrong password' },
    });
    expect(wrong.codes).toEqual(['UNAUTHENTICATED']);
    expect(unknown.errors.map(({ message }) => message)).toEqual(wrong.errors.map(({ message }) => message));
    expect(wrong.cookies).toEqual([]);
  });

  it('ends one session on sign-out, at once, and leaves the others', async () => {
    const { email, token } = await newAccount();
    const other = (await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } })).data.signIn.token;
    expect((await server.graphql(VIEWER, {}, bearer(token))).data.viewer).not.toBeNull();
    expect((await server.graphql('mutation { signOut }', {}, bearer(token))).data).toEqual({ signOut: true });
    expect((await server.graphql(VIEWER, {}, bearer(token))).data.viewer).toBeNull();
    expect((await server.graphql(VIEWER, {}, bearer(other))).data.viewer).not.toBeNull();
    expect((await server.graphql('mutation { signOut }')).data).toEqual({ signOut: false });
  });

  it('ignores a cookie that comes from a page of another site, and its forgeries', async () => {
    const { cookies, token } = await newAccount();
    const cookie = cookieOf({ cookies });
    for (const origin of ['https://evil.example', 'null'])
      expect((await server.graphql(VIEWER, {}, { cookie, origin })).data.viewer).toBeNull();
    const forged = `plinth.session_token=${token}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D`;
    expect((await server.graphql(VIEWER, {}, { cookie: forged })).data.viewer).toBeNull();
    expect((await server.graphql(VIEWER, {}, { cookie, origin: server.url })).data.viewer).not.toBeNull();
  });

  it('costs no statement to know the viewer of a request that follows another', async () => {
    const { token } = await newAccount();
    await server.graphql('{ __typename }', {}, bearer(token));
    server.statements();
    await server.graphql('{ __typename }', {}, bearer(token));
    expect(server.statements()).toEqual([]);
  });
});

describe('a new password', () => {
  const REQUEST = 'mutation ($email: String!) { requestPasswordReset(email: $email) }';
  const RESET = 'mutation ($t: String!, $p: String!) { resetPassword(token: $t, password: $p) }';

  it('is set once by the token of the mail, and ends every session', async () => {
    const { email, token } = await newAccount();
    await server.graphql(VIEWER, {}, bearer(token));
    expect((await server.graphql(REQUEST, { email })).data.requestPasswordReset).toBe(true);
    const mail = (await server.mails()).find(({ to }) => to === email && true);
    const secret = /token=([\w%-]+)/.exec(mail?.text ?? '')?.[1] ?? '';
    expect(secret).not.toBe('');
    const stored = await server.db.query<{ row: string }>('SELECT v::text AS row FROM plinth_verification v');
    expect(stored.some(({ row }) => row.includes(secret))).toBe(false);
    const weak = await server.graphql(RESET, { t: secret, p: 'short' });
    expect(weak.codes).toEqual(['BAD_USER_INPUT']);
    expect((await server.graphql(RESET, { t: secret, p: 'another password' })).data.resetPassword).toBe(true);
    expect((await server.graphql(VIEWER, {}, bearer(token))).data.viewer).toBeNull();
    expect((await server.graphql(RESET, { t: secret, p: 'third password' })).codes).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect((await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } })).codes).toEqual([
      'UNAUTHENTICATED',
    ]);
    const again = await server.graphql(SIGN_IN, { input: { email, password: 'another password' } });
    expect(again.data.signIn.token).toEqual(expect.any(String));
  });

  it('cannot be set by a token that a newer mail has replaced', async () => {
    const { email } = await newAccount();
    await server.graphql(REQUEST, { email });
    await server.graphql(REQUEST, { email });
    const [newer, older] = (await server.mails()).filter(({ to, token }) => to === email && token);
    expect((await server.graphql(RESET, { t: older?.token, p: 'another password' })).codes).toEqual([
      'BAD_USER_INPUT',
    ]);
    expect((await server.graphql(RESET, { t: newer?.token, p: 'another password' })).errors).toEqual([]);
  });

  it('is promised to unknown addresses as well, and no mail is sent', async () => {
    const before = (await server.mails()).length;
    expect((await server.graphql(REQUEST, { email: 'nobody@example.com' })).data.requestPasswordReset).toBe(
      true,
    );
    expect((await server.graphql(REQUEST, { email: 'no address' })).data.requestPasswordReset).toBe(true);
    expect((await server.mails()).length).toBe(before);
  });
});

describe('roles', () => {
  it('are set by the administrator and by nobody else', async () => {
    const { id, token } = await newAccount();
    const SET = 'mutation ($id: ID!) { updateUser(id: $id, input: {roles: ["admin"]}) { roles } }';
    expect((await server.graphql(SET, { id }, bearer(token))).codes).toEqual(['FORBIDDEN']);
    expect((await server.graphql(SET, { id }, admin)).errors).toEqual([]);
    await server.db.execute('SELECT 1');
    const { data } = await server.graphql(
      'mutation ($i: SignInInput!) { signIn(input: $i) { user { roles } } }',
      { i: { email: `person${count}@example.com`, password: PASSWORD } },
    );
    expect(data.signIn.user.roles).toEqual(['admin']);
  });
});

describe('a changed address', () => {
  it('is not verified, however it was changed', async () => {
    const { id, token } = await newAccount();
    await server.db.execute(`UPDATE "User" SET "emailVerified" = true WHERE id = $1`, [id]);
    const { errors } = await server.graphql(
      'mutation ($id: ID!) { updateUser(id: $id, input: {email: "ceo@corp.example"}) { id } }',
      { id },
      bearer(token),
    );
    expect(errors).toEqual([]);
    const [row] = await server.db.query('SELECT "emailVerified" FROM "User" WHERE id = $1', [id]);
    expect(row).toEqual({ emailVerified: false });
  });
});

describe('throttling', () => {
  it('makes an account wait after ten failures, right password or not, over both ways in', async () => {
    const { email } = await newAccount();
    const attempt = (password: string) => server.graphql(SIGN_IN, { input: { email, password } });
    for (let i = 0; i < 10; i++) expect((await attempt('wrong password')).codes).toEqual(['UNAUTHENTICATED']);
    expect((await attempt('wrong password')).codes).toEqual(['RATE_LIMITED']);
    expect((await attempt(PASSWORD)).codes).toEqual(['RATE_LIMITED']);
    const rest = await server.auth('/sign-in/email', { email: email.toUpperCase(), password: PASSWORD });
    expect(rest.status).toBe(429);
    expect(Number(rest.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('counts many wrong passwords that are sent at once', async () => {
    const { email } = await newAccount();
    const all = await Promise.all(
      Array.from({ length: 25 }, () =>
        server.graphql(SIGN_IN, { input: { email, password: 'wrong password' } }),
      ),
    );
    expect(all.filter(({ codes }) => codes[0] === 'UNAUTHENTICATED')).toHaveLength(10);
    expect(all.filter(({ codes }) => codes[0] === 'RATE_LIMITED')).toHaveLength(15);
  });

  it('lets an address try thirty times in five minutes', async () => {
    const codes: string[] = [];
    for (let i = 0; i < 31; i++) {
      const input = { email: `spray${i}@example.com`, password: 'wrong password' };
      codes.push(...(await server.graphql(SIGN_IN, { input }, { 'x-forwarded-for': `10.0.0.${i}` })).codes);
    }
    expect(new Set(codes.slice(0, 30))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(codes[30]).toBe('RATE_LIMITED');
  });
});
