import { createServer, type Socket } from 'node:net';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../../src/config/index.ts';
import { type AuthServer, bearer, cookieOf, SIGN_IN, SIGN_UP, startAuthServer } from './support.ts';

const PASSWORD = 'correct horse battery';
const NOTES = 'type Note @model @access(read: "true") { id: ID! text: String! }';

describe('a project without a @user model', () => {
  it('still signs people up, in and out', async () => {
    const server = await startAuthServer(NOTES);
    const made = await server.graphql(SIGN_UP, {
      input: { email: 'a@example.com', password: PASSWORD, name: 'Ann' },
    });
    expect(made.errors).toEqual([]);
    const { token } = made.data.signUp;
    const query = '{ viewer { id email name emailVerified } }';
    expect((await server.graphql(query, {}, bearer(token))).data.viewer).toEqual({
      id: made.data.signUp.user.id,
      email: 'a@example.com',
      name: 'Ann',
      emailVerified: false,
    });
    expect((await server.graphql(query)).data.viewer).toBeNull();
  });
});

describe('accounts with numbers for ids', () => {
  it('work all the same', async () => {
    const server = await startAuthServer(
      'type User @model @user @access(read: "this.id == viewer.id") { id: ID! @id(auto: INT) email: String! @unique }',
    );
    const made = await server.graphql(SIGN_UP, { input: { email: 'n@example.com', password: PASSWORD } });
    expect(made.data?.signUp.user).toEqual({ id: '1', email: 'n@example.com' });
    const again = await server.graphql(SIGN_IN, { input: { email: 'n@example.com', password: PASSWORD } });
    const { data } = await server.graphql('{ viewer { id } }', {}, bearer(again.data.signIn.token));
    expect(data.viewer).toEqual({ id: '1' });
  });
});

describe('PLINTH_SIGN_UP=0', () => {
  it('leaves the making of accounts to the administrator', async () => {
    const server = await startAuthServer(NOTES, { PLINTH_SIGN_UP: '0' });
    const input = { email: 'a@example.com', password: PASSWORD };
    expect((await server.graphql(SIGN_UP, { input })).codes).toEqual(['FORBIDDEN']);
    expect((await server.auth('/sign-up/email', input)).ok).toBe(false);
    await server.auth('/sign-in/magic-link', { email: 'a@example.com' });
    expect((await server.auth('/sign-in/anonymous', {})).ok).toBe(false);
    expect(await server.db.query('SELECT 1 FROM plinth_user')).toEqual([]);
  });
});

describe('PLINTH_VERIFY_MAIL=1', () => {
  let server: AuthServer;
  beforeAll(async () => {
    server = await startAuthServer(NOTES, { PLINTH_VERIFY_MAIL: '1' });
  });

  it('answers the same for a free and for a taken address, and signs nobody in', async () => {
    const input = { email: 'a@example.com', password: PASSWORD };
    const [free, taken] = [
      await server.graphql(SIGN_UP, { input }),
      await server.graphql(SIGN_UP, { input }),
    ];
    for (const { data, errors, cookies } of [free, taken]) {
      expect(errors).toEqual([]);
      expect(data.signUp).toEqual({ token: null, user: null });
      expect(cookies).toEqual([]);
    }
    expect((await server.graphql(SIGN_IN, { input })).codes).toEqual(['UNAUTHENTICATED']);
    const { url = '' } = (await server.mails()).find(({ to }) => to === 'a@example.com') ?? {};
    await fetch(url, { redirect: 'manual' });
    expect((await server.graphql(SIGN_IN, { input })).data.signIn.token).toEqual(expect.any(String));
  });
});

describe('in production', () => {
  it('the cookie is bound to this host and to HTTPS, and mail is not shown', async () => {
    const server = await startAuthServer(NOTES, {}, { mode: 'production' });
    const made = await server.graphql(SIGN_UP, { input: { email: 'a@example.com', password: PASSWORD } });
    const [cookie = ''] = made.cookies;
    expect(cookie).toMatch(/^__Host-plinth\.session_token=/);
    for (const part of [/; Secure/, /; HttpOnly/, /; Path=\//, /; SameSite=Lax/])
      expect(cookie).toMatch(part);
    expect(cookie).not.toMatch(/Domain/i);
    const { data } = await server.graphql('{ viewer { id } }', {}, { cookie: cookieOf(made) });
    expect(data.viewer).not.toBeNull();
    expect((await fetch(`${server.url}/dev/mail`)).status).toBe(404);
  });
});

describe('SMTP_URL', () => {
  it('sends mail there, to one recipient whatever the address says', async () => {
    const received: string[] = [];
    const sink = createServer((socket) => serveSmtp(socket, received));
    await new Promise<void>((done) => sink.listen(0, '127.0.0.1', done));
    onTestFinished(() => void sink.close());
    const { port } = sink.address() as { port: number };
    const server = await startAuthServer(NOTES, {
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      MAIL_FROM: 'us@example.com',
    });
    await server.auth('/sign-in/magic-link', { email: 'to@example.com' });
    await expect.poll(() => received.length).toBe(1);
    expect(received[0]).toMatch(/RCPT TO:<to@example\.com>/);
    expect(received[0]).toMatch(/MAIL FROM:<us@example\.com>/);
    expect(received[0]).toContain('Subject: Sign in');
    expect(await server.mails()).toEqual([]);
  });
});

/** As much of RFC 5321 as one message needs. */
function serveSmtp(socket: Socket, received: string[]): void {
  let text = '';
  let inData = false;
  socket.on('error', () => undefined);
  socket.write('220 sink\r\n');
  socket.on('data', (chunk) => {
    text += chunk.toString();
    if (inData) {
      if (!text.endsWith('\r\n.\r\n')) return;
      inData = false;
      received.push(text);
      socket.write('250 ok\r\n');
      return;
    }
    const command = chunk.toString().slice(0, 4).toUpperCase();
    if (command === 'DATA') inData = true;
    socket.write(command === 'DATA' ? '354 go\r\n' : command === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
  });
}

describe('AUTH_ISSUERS and AUTH_PROVIDERS', () => {
  const read = (settings: Record<string, string>) => () => readConfig(settings, { mode: 'development' });

  it.each([
    ['no JSON', { AUTH_ISSUERS: 'https://a.example' }, /AUTH_ISSUERS must be a JSON list/],
    ['no audience', { AUTH_ISSUERS: '[{"issuer":"https://a.example"}]' }, /entry 1 has an "audience"/],
    [
      'a shared secret’s algorithm',
      { AUTH_ISSUERS: '[{"issuer":"https://a.example","audience":"x","algorithms":["HS256"]}]' },
      /"algorithms" out of RS256/,
    ],
    ['a misspelt key', { AUTH_ISSUERS: '[{"isuer":"x"}]' }, /has no key "isuer"/],
    [
      'an issuer named twice',
      {
        AUTH_ISSUERS:
          '[{"issuer":"https://a.example","audience":"x"},{"issuer":"https://a.example","audience":"y"}]',
      },
      /entry 2 is not named as one before it/,
    ],
    ['a provider without an address', { AUTH_PROVIDERS: '[{"id":"x","clientId":"y"}]' }, /"discoveryUrl"/],
  ])('are refused with %s', (_name, settings, message) => {
    expect(read(settings)).toThrow(message);
  });
});
