import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthServer, resetThrottle, SIGN_UP, startAuthServer } from '../features/auth/support.ts';

const NUL = '\u0000';
const PASSWORD = 'correct horse battery';
const LONG = `${'a'.repeat(250)}@example.com`;

let server: AuthServer;
beforeAll(async () => {
  server = await startAuthServer('type Note @model @access(read: "true") { id: ID!  text: String! }', {
    LOG_LEVEL: 'silent',
  });
});
beforeEach(() => resetThrottle(server));

describe('/auth answers 400 and not 500', () => {
  it.each<[string, object]>([
    ['/reset-password', { token: NUL, newPassword: PASSWORD }],
    ['/sign-in/email-otp', { email: `a${NUL}@example.com`, otp: '1' }],
    ['/sign-in/email-otp', { email: 'a@example.com', otp: NUL }],
    ['/sign-up/email', { email: 'a@example.com', password: PASSWORD, name: 'half \ud800' }],
    ['/sign-in/magic-link', { email: 'a@example.com', name: NUL }],
    ['/sign-up/email', { email: LONG, password: PASSWORD, name: 'x' }],
    ['/sign-in/magic-link', { email: LONG }],
    ['/passkey/verify-authentication', { response: { id: NUL } }],
  ])('%s %o', async (path, body) => {
    const answer = await server.auth(path, body);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    ]);
  });

  it('to NUL in an address of a page', async () => {
    for (const path of [
      '/magic-link/verify?token=%00',
      '/callback/google?code=%00&state=%00',
      '/reset-password/%00',
    ])
      expect([path, (await server.auth(path)).status]).toEqual([path, 400]);
  });

  it('to bodies that nest deeper than any form', async () => {
    const body = `{"email":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${server.url}/auth/sign-in/email`, { method: 'POST', headers, body });
    expect(answer.status).toBe(400);
  });
});

describe('GraphQL says what is wrong', () => {
  it.each([
    `a${NUL}@example.com`,
    LONG,
    'nobody',
    'two@at@example.com',
    'a@example.com\r\nBcc: b@example.com',
    '',
  ])('with the address %j', async (email) => {
    const { codes, errors } = await server.graphql(SIGN_UP, {
      input: { email, password: PASSWORD, name: 'x' },
    });
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(errors[0]?.extensions.issues).toEqual([
      { path: ['input', 'email'], message: 'is no e-mail address', constraint: 'format' },
    ]);
  });

  it('with a token that nobody was sent', async () => {
    const query =
      'mutation ($token: String!) { resetPassword(token: $token, password: "correct horse battery") }';
    for (const token of [NUL, 'x', '']) {
      const { codes, errors } = await server.graphql(query, { token });
      expect([token, codes]).toEqual([token, ['BAD_USER_INPUT']]);
      expect(errors[0]?.message).toMatch(/not valid any more/);
    }
  });
});
