import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthServer,
  bearer,
  cookieOf,
  resetThrottle,
  SIGN_IN,
  SIGN_UP,
  startAuthServer,
} from '../features/auth/support.ts';

const PASSWORD = 'correct horse battery';
const VIEWER = '{ viewer { id } }';

let server: AuthServer;
beforeAll(async () => {
  server = await startAuthServer(
    'type User @model @user @access(read: "viewer != null") { id: ID! email: String! @unique }',
  );
});
beforeEach(() => resetThrottle(server));

/** Somebody makes an account with an address that is not theirs, and waits. */
async function squat(email: string) {
  const { data } = await server.graphql(SIGN_UP, { input: { email, password: PASSWORD } });
  return { token: data.signUp.token as string, id: data.signUp.user.id as string };
}
async function newKey(token: string): Promise<string> {
  const made = await server.auth('/api-keys', { name: 'x' }, bearer(token));
  return ((await made.json()) as { key: string }).key;
}
async function codeFor(email: string, subject: string) {
  return (await server.mails()).find((mail) => mail.to === email && mail.subject === subject);
}

describe('the owner of an address who proves that it is theirs', () => {
  const ways: Record<string, (email: string) => Promise<Response>> = {
    'by a link': async (email) => {
      await server.auth('/sign-in/magic-link', { email });
      return fetch((await codeFor(email, 'Sign in'))?.url ?? '', { redirect: 'manual' });
    },
    'by a code': async (email) => {
      await server.auth('/email-otp/send-verification-otp', { email, type: 'sign-in' });
      return server.auth('/sign-in/email-otp', { email, otp: (await codeFor(email, 'Your code'))?.token });
    },
  };

  it.each(Object.entries(ways))('%s is let in, and whoever was there before is not', async (way, prove) => {
    const email = `${way.replaceAll(' ', '-')}@example.com`;
    const squatter = await squat(email);
    const key = await newKey(squatter.token);
    const enabled = await server.auth('/two-factor/enable', { password: PASSWORD }, bearer(squatter.token));
    expect(enabled.status).toBe(200);
    await addPasskey(squatter.id);
    const proven = await prove(email);
    expect(proven.status).toBeLessThan(400);
    const cookie = cookieOf({ cookies: proven.headers.getSetCookie() });
    expect((await server.graphql(VIEWER, {}, { cookie })).data.viewer).toEqual({ id: squatter.id });
    expect((await server.graphql(VIEWER, {}, bearer(squatter.token))).data.viewer).toBeNull();
    expect((await server.graphql(VIEWER, {}, { 'x-api-key': key })).data.viewer).toBeNull();
    expect((await server.graphql(SIGN_IN, { input: { email, password: PASSWORD } })).codes).toEqual([
      'UNAUTHENTICATED',
    ]);
    await expectNothingLeft(squatter.id);
  });

  it('by a new password is let in, and whoever was there before is not', async () => {
    const email = 'reset@example.com';
    const squatter = await squat(email);
    const key = await newKey(squatter.token);
    await addPasskey(squatter.id);
    await server.graphql('mutation ($email: String!) { requestPasswordReset(email: $email) }', { email });
    const t = (await codeFor(email, 'Set a new password'))?.token;
    const RESET = 'mutation ($t: String!) { resetPassword(token: $t, password: "another password") }';
    expect((await server.graphql(RESET, { t })).errors).toEqual([]);
    expect((await server.graphql(VIEWER, {}, { 'x-api-key': key })).data.viewer).toBeNull();
    await expectNothingLeft(squatter.id);
    const again = await server.graphql(SIGN_IN, { input: { email, password: 'another password' } });
    expect(again.data.signIn.user.id).toBe(squatter.id);
  });

  it('keeps keys and passkeys of an account whose address was verified before', async () => {
    const email = 'known@example.com';
    const { id, token } = await squat(email);
    await server.db.execute('UPDATE "User" SET "emailVerified" = true WHERE id = $1', [id]);
    const key = await newKey(token);
    await (ways['by a link'] as (email: string) => Promise<Response>)(email);
    expect((await server.graphql(VIEWER, {}, { 'x-api-key': key })).data.viewer).toEqual({ id });
  });

  async function addPasskey(id: string): Promise<void> {
    await server.db.execute(
      `INSERT INTO plinth_passkey ("id", "credentialId", "publicKey", "deviceType", "backedUp", "userId")
       VALUES (gen_random_uuid(), gen_random_uuid()::text, 'x', 'singleDevice', false, $1)`,
      [id],
    );
  }
  async function expectNothingLeft(id: string): Promise<void> {
    for (const table of ['plinth_passkey', 'plinth_api_key', 'plinth_two_factor'])
      expect(await server.db.query(`SELECT 1 FROM ${table} WHERE "userId" = $1`, [id])).toEqual([]);
  }
});
