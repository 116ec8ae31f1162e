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
  totp,
} from '../support.ts';

const SDL = /* GraphQL */ `
  type User @model @user @access(read: "viewer != null", update: "this.id == viewer.id") {
    id: ID!
    email: EmailAddress! @unique
  }
`;
const PASSWORD = 'correct horse battery';
const WRONG = 'wrong password';

let server: AuthServer;
beforeAll(async () => {
  server = await startAuthServer(SDL);
});
beforeEach(() => resetThrottle(server));

let count = 0;
async function newAccount() {
  const email = `guess${++count}@example.com`;
  const { data } = await server.graphql(SIGN_UP, { input: { email, password: PASSWORD } });
  return { email, id: data.signUp.user.id as string, token: data.signUp.token as string };
}
const signIn = (input: object, headers: Record<string, string> = {}, at: AuthServer = server) =>
  at.graphql(SIGN_IN, { input }, headers);

describe('guessing the password of one account', () => {
  it('is counted at the account, whatever is varied: letters, spaces, aliases, ways in, addresses said', async () => {
    const { email } = await newAccount();
    const aliases = Array.from(
      { length: 4 },
      (_, i) => `a${i}: signIn(input: {email: "${email}", password: "wrong ${i} pw"}) { token }`,
    );
    for (let i = 0; i < 2; i++) {
      await signIn({ email: email.toUpperCase(), password: WRONG }, { 'x-forwarded-for': `10.0.0.${i}` });
      await signIn({ email: ` ${email} `, password: WRONG }, { 'x-real-ip': `10.0.1.${i}` });
      await server.graphql(`mutation { ${aliases[0]} ${aliases[1]?.replace('a1', 'b1')} }`);
      await server.auth(
        '/sign-in/email',
        { email: email.replace('g', 'G'), password: WRONG },
        {
          forwarded: `for=10.0.2.${i}`,
          'x-plinth-address': `10.0.3.${i}`,
          'cf-connecting-ip': `10.0.4.${i}`,
        },
      );
      await signIn({ email, password: `${WRONG} ${i}` });
    }
    expect((await signIn({ email, password: PASSWORD })).codes).toEqual(['RATE_LIMITED']);
    const rest = await server.auth('/sign-in/email', { email, password: PASSWORD });
    expect(rest.status).toBe(429);
  });

  it('says the same of an account that does not exist', async () => {
    const email = 'nobody@example.com';
    for (let i = 0; i < 10; i++) await signIn({ email, password: WRONG });
    expect((await signIn({ email, password: WRONG })).codes).toEqual(['RATE_LIMITED']);
  });

  it('goes on being counted after a restart, and on every node', async () => {
    const { email } = await newAccount();
    for (let i = 0; i < 5; i++) await signIn({ email, password: WRONG });
    const second = await startAuthServer(SDL, {}, { beside: server });
    for (let i = 0; i < 5; i++) await signIn({ email, password: WRONG }, {}, second);
    expect((await signIn({ email, password: PASSWORD })).codes).toEqual(['RATE_LIMITED']);
    await second.stop();
    const third = await startAuthServer(SDL, {}, { beside: server });
    expect((await signIn({ email, password: PASSWORD }, {}, third)).codes).toEqual(['RATE_LIMITED']);
  });

  it('locks nobody out for ever: the wait ends, and a reset by mail ends it at once', async () => {
    const { email } = await newAccount();
    for (let i = 0; i < 11; i++) await signIn({ email, password: WRONG });
    await server.db.execute(`UPDATE plinth_throttle SET "until" = now() WHERE "key" LIKE 'account:%'`);
    expect((await signIn({ email, password: PASSWORD })).data?.signIn.token).toEqual(expect.any(String));
    for (let i = 0; i < 11; i++) await signIn({ email, password: WRONG });
    await server.graphql('mutation ($e: String!) { requestPasswordReset(email: $e) }', { e: email });
    const t = (await server.mails()).find(
      (mail) => mail.to === email && mail.subject.includes('password'),
    )?.token;
    await server.graphql('mutation ($t: String!) { resetPassword(token: $t, password: "another one 2") }', {
      t,
    });
    expect((await signIn({ email, password: 'another one 2' })).data?.signIn.token).toEqual(
      expect.any(String),
    );
  });

  it('does not help with a stolen session either: the current password is asked for ten times', async () => {
    const { token } = await newAccount();
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const body = { currentPassword: `${WRONG} ${i}`, newPassword: 'another password' };
      statuses.push((await server.auth('/change-password', body, bearer(token))).status);
    }
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(400));
    expect(statuses.slice(10)).toEqual([429, 429]);
    expect((await server.auth('/two-factor/enable', { password: PASSWORD }, bearer(token))).status).toBe(429);
  });
});

describe('guessing the passwords of many accounts (spraying)', () => {
  it('is counted at the address that it comes from, over both ways in and over aliases', async () => {
    const aliases = (from: number) =>
      Array.from(
        { length: 10 },
        (_, i) =>
          `a${i}: signIn(input: {email: "many${from + i}@example.com", password: "wrong password"}) { token }`,
      ).join('\n');
    let tried = 0;
    for (; tried < 10; tried++)
      await server.auth('/sign-in/email', { email: `spray${tried}@example.com`, password: WRONG });
    for (; tried < 30; tried++) await server.graphql(`mutation { ${aliases(tried * 10)} }`);
    const answer = await signIn(
      { email: 'last@example.com', password: WRONG },
      { 'x-forwarded-for': '10.9.9.9' },
    );
    expect(answer.codes).toEqual(['RATE_LIMITED']);
    expect((await server.auth('/sign-in/email', { email: 'x@example.com', password: WRONG })).status).toBe(
      429,
    );
  });
});

describe('guessing the code of a second factor', () => {
  async function withSecondFactor() {
    const account = await newAccount();
    const enabled = await server.auth('/two-factor/enable', { password: PASSWORD }, bearer(account.token));
    const { totpURI } = (await enabled.json()) as { totpURI: string };
    const secret = new URL(totpURI).searchParams.get('secret') ?? '';
    await server.auth('/two-factor/verify-totp', { code: totp(secret) }, bearer(account.token));
    return { ...account, secret };
  }
  const byHttp = async (email: string, code: string): Promise<Response> => {
    const begun = await server.auth('/sign-in/email', { email, password: PASSWORD });
    const cookie = cookieOf({ cookies: begun.headers.getSetCookie() });
    return server.auth('/two-factor/verify-totp', { code }, { cookie });
  };
  /** One that is wrong now and in the next half minute. */
  const wrong = (secret: string) => (totp(secret) === '123456' ? '654321' : '123456');

  it('is counted, also by somebody who has the password and goes both ways in turn', async () => {
    const { email, secret } = await withSecondFactor();
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 12; i++) {
      await server.auth('/sign-in/email', { email, password: PASSWORD });
      codes.push((await signIn({ email, password: PASSWORD, code: wrong(secret) })).codes[0]);
    }
    expect(codes.at(-1)).toBe('RATE_LIMITED');
    expect(codes.filter((code) => code === 'UNAUTHENTICATED').length).toBeLessThanOrEqual(10);
  });

  it('gets nowhere with a code that its owner has just used', async () => {
    const first = await withSecondFactor();
    const code = totp(first.secret);
    expect((await signIn({ email: first.email, password: PASSWORD, code })).errors).toEqual([]);
    expect((await signIn({ email: first.email, password: PASSWORD, code })).codes).toEqual([
      'UNAUTHENTICATED',
    ]);
    const replayed = await byHttp(first.email, code);
    expect(replayed.status).toBe(401);
    expect(replayed.headers.getSetCookie()).toEqual([]);
    const second = await withSecondFactor();
    const again = totp(second.secret);
    expect((await byHttp(second.email, again)).status).toBe(200);
    expect((await byHttp(second.email, again)).status).toBe(401);
    const sessions = 'SELECT count(*)::int4 AS count FROM plinth_session WHERE "userId" = $1';
    expect(await server.db.query(sessions, [second.id])).toEqual([{ count: 2 }]);
  });

  it('does not count against its owner, who signs in as often as they like', async () => {
    const { email, id, secret } = await withSecondFactor();
    for (let i = 0; i < 12; i++) {
      // Only what is counted at the account: neither this address, nor that the code has been used.
      await server.db.execute(`DELETE FROM plinth_throttle WHERE "key" NOT LIKE 'account:%'`);
      expect((await byHttp(email, totp(secret))).status).toBe(200);
    }
    expect(await server.db.query('SELECT 1 FROM "User" WHERE id = $1', [id])).toHaveLength(1);
  });
});

describe('finding out whether an account exists', () => {
  /** What an answer says, without what is different in every answer. */
  async function said(response: Response) {
    return { status: response.status, body: (await response.text()).replaceAll(/[\w-]{36}/g, 'ID') };
  }

  it.each([
    ['/sign-in/email', { password: WRONG }],
    ['/sign-in/magic-link', {}],
    ['/request-password-reset', {}],
    ['/send-verification-email', {}],
    ['/email-otp/send-verification-otp', { type: 'sign-in' }],
    ['/email-otp/send-verification-otp', { type: 'email-verification' }],
    ['/email-otp/send-verification-otp', { type: 'forget-password' }],
    ['/email-otp/request-password-reset', {}],
    ['/sign-in/email-otp', { otp: '123456' }],
    ['/email-otp/verify-email', { otp: '123456' }],
    ['/email-otp/check-verification-otp', { type: 'sign-in', otp: '123456' }],
    ['/email-otp/reset-password', { otp: '123456', password: 'another password' }],
  ])('%s %j tells nothing', async (path, more) => {
    const { email } = await newAccount();
    const known = await said(await server.auth(path, { email, ...more }));
    await resetThrottle(server);
    const unknown = await said(await server.auth(path, { email: `no-${email}`, ...more }));
    expect(unknown).toEqual(known);
  });

  it('by a passkey tells nothing: an unknown one and a wrong answer are the same', async () => {
    const begun = await server.auth('/passkey/generate-authenticate-options');
    const cookie = cookieOf({ cookies: begun.headers.getSetCookie() });
    const { id } = await newAccount();
    await server.db.execute(
      `INSERT INTO plinth_passkey ("id", "credentialId", "publicKey", "deviceType", "backedUp", "userId")
       VALUES (gen_random_uuid(), 'a-known-one', 'pQECAyYgASFYIA', 'singleDevice', false, $1)`,
      [id],
    );
    const answers = await Promise.all(
      ['a-known-one', 'an-unknown-one'].map(async (credential) => {
        const response = { id: credential, rawId: credential, type: 'public-key', response: {} };
        return said(await server.auth('/passkey/verify-authentication', { response }, { cookie }));
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.status).toBe(401);
  });
});

describe('a password', () => {
  const refused: Record<string, string> = {
    'of a hundred thousand characters': 'x'.repeat(100_000),
    'with a null byte': 'correct\0horse battery',
    'of nothing but spaces': ' '.repeat(12),
    'of seven characters': '1234567',
    'of seven characters that are fourteen code units': '😀'.repeat(7),
  };
  it.each(Object.entries(refused))('%s is refused over both ways in', async (_name, password) => {
    const input = { email: 'refused@example.com', password };
    expect((await server.graphql(SIGN_UP, { input })).codes).toEqual(['BAD_USER_INPUT']);
    expect((await server.auth('/sign-up/email', input)).status).toBe(400);
    expect(await server.db.query(`SELECT 1 FROM "User" WHERE email = 'refused@example.com'`)).toEqual([]);
  });

  it('of a megabyte is refused before anything is hashed, at sign-in as well', async () => {
    const input = { email: 'large@example.com', password: 'x'.repeat(1_100_000) };
    expect((await server.auth('/sign-in/email', input)).status).toBe(413);
    const { email } = await newAccount();
    const almost = { email, password: 'x'.repeat(900_000) };
    expect((await signIn(almost)).codes).toEqual(['UNAUTHENTICATED']);
    expect((await server.auth('/sign-in/email', almost)).ok).toBe(false);
  });

  it('is told apart from one that differs after 72 bytes only', async () => {
    const email = 'long@example.com';
    const long = `${'a'.repeat(100)}1`;
    expect((await server.graphql(SIGN_UP, { input: { email, password: long } })).errors).toEqual([]);
    expect((await signIn({ email, password: `${'a'.repeat(100)}2` })).codes).toEqual(['UNAUTHENTICATED']);
    expect((await signIn({ email, password: long })).data.signIn.token).toEqual(expect.any(String));
  });

  it('is hashed with Argon2id at the recommended cost, however it was set', async () => {
    const { token } = await newAccount();
    const body = { currentPassword: PASSWORD, newPassword: 'another password' };
    await server.auth('/change-password', body, bearer(token));
    const rows = await server.db.query<{ password: string }>(
      'SELECT password FROM plinth_account WHERE password IS NOT NULL',
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { password } of rows) expect(password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('an address', () => {
  it('is the same in any letters: nobody locks themselves out, nobody takes it twice', async () => {
    const { id, token, email } = await newAccount();
    const RENAME =
      'mutation ($id: ID!, $e: EmailAddress!) { updateUser(id: $id, input: { email: $e }) { email } }';
    const renamed = await server.graphql(RENAME, { id, e: `New.${email.toUpperCase()}` }, bearer(token));
    expect(renamed.data.updateUser).toEqual({ email: `new.${email}` });
    expect((await signIn({ email: `NEW.${email}`, password: PASSWORD })).errors).toEqual([]);
    const other = await newAccount();
    const taken = await server.graphql(RENAME, { id: other.id, e: `nEW.${email}` }, bearer(other.token));
    expect(taken.codes).toEqual(['CONFLICT']);
    const made = await server.graphql(
      'mutation ($e: EmailAddress!) { createUser(input: { email: $e }) { email } }',
      { e: `NeW.${email}` },
      admin,
    );
    expect(made.codes).toEqual(['CONFLICT']);
  });
});
