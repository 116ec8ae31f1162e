import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasChromium, launchChromium } from '../../support/chromium.ts';
import { type AuthServer, startAuthServer, totp } from './support.ts';

const SDL = /* GraphQL */ `
  type Person @model @user @access(read: "this.id == viewer.id", update: "this.id == viewer.id") {
    id: ID!
    email: EmailAddress! @unique
    name: String!
    emailVerified: Boolean! @default(value: false)
  }
`;
const EMAIL = 'ann@example.com';
const PASSWORD = 'correct horse battery';

/** As much of a page's globals as is used here; the code runs in the browser, the project's types are Node's. */
interface Dom {
  readonly document: {
    readonly cookie: string;
    createElement(name: string): { submit(): void };
    readonly body: { append(child: unknown): void };
  };
  readonly navigator: {
    readonly credentials: Record<'create' | 'get', (asked: object) => Promise<{ toJSON(): object }>>;
  };
  readonly PublicKeyCredential: Record<
    'parseCreationOptionsFromJSON' | 'parseRequestOptionsFromJSON',
    (json: unknown) => object
  >;
}

/** An empty page: what it does, the tests run in it. Requests for it are written down. */
async function servePages(): Promise<{ server: Server; port: number; visited: string[] }> {
  const visited: string[] = [];
  const server = createServer((request, response) => {
    visited.push(request.url ?? '');
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>An app</title>');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, port: (server.address() as AddressInfo).port, visited };
}

describe.skipIf(!hasChromium('Signing in with a browser'))('a page of another origin', () => {
  let server: AuthServer;
  let app: Awaited<ReturnType<typeof servePages>>;
  let other: Awaited<ReturnType<typeof servePages>>;
  let browser: Browser;
  let context: BrowserContext;
  /** A page that CORS_ORIGINS names, and one of the same site that it does not: the browser sends it the cookies. */
  let allowed: Page;
  let foreign: Page;

  beforeAll(async () => {
    [app, other] = [await servePages(), await servePages()];
    const origin = `http://localhost:${app.port}`;
    server = await startAuthServer(SDL, { CORS_ORIGINS: origin, PLINTH_APP_URL: origin });
    browser = await launchChromium();
    context = await browser.newContext();
    allowed = await context.newPage();
    await allowed.goto(origin);
    foreign = await context.newPage();
    await foreign.goto(`http://localhost:${other.port}`);
    const devtools = await context.newCDPSession(allowed);
    await devtools.send('WebAuthn.enable');
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    app?.server.close();
    other?.server.close();
  });

  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely; what is not there fails the claim.
  const graphql = (page: Page, query: string, variables: object = {}): Promise<any> =>
    page.evaluate(
      async ([url, body]) => {
        const response = await fetch(url, {
          method: 'POST',
          credentials: 'include',
          headers: { 'content-type': 'application/json' },
          body,
        });
        return response.json();
      },
      [`${server.url}/graphql`, JSON.stringify({ query, variables })] as const,
    );
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  const auth = (path: string, body?: object): Promise<any> =>
    allowed.evaluate(
      async ([url, sent]) => {
        const response = await fetch(url, {
          credentials: 'include',
          ...(sent !== undefined && {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: sent,
          }),
        });
        return response.json();
      },
      [`${server.url}/auth${path}`, body && JSON.stringify(body)] as const,
    );
  const viewer = async () => (await graphql(allowed, '{ viewer { email emailVerified } }')).data.viewer;
  const signIn = (code?: string) =>
    graphql(allowed, 'mutation ($input: SignInInput!) { signIn(input: $input) { user { email } } }', {
      input: { email: EMAIL, password: PASSWORD, code },
    });
  const signOut = async () => {
    expect((await graphql(allowed, 'mutation { signOut }')).data).toEqual({ signOut: true });
    expect(await viewer()).toBeNull();
  };

  it('that is allowed signs up, and stays signed in by a cookie that its scripts cannot read', async () => {
    const made = await graphql(
      allowed,
      'mutation ($input: SignUpInput!) { signUp(input: $input) { user { email } } }',
      { input: { email: EMAIL, password: PASSWORD, name: 'Ann' } },
    );
    expect(made.data.signUp.user).toEqual({ email: EMAIL });
    expect(await viewer()).toEqual({ email: EMAIL, emailVerified: false });
    expect(await allowed.evaluate(() => (globalThis as unknown as Dom).document.cookie)).toBe('');
  });

  it('verifies the address by the link on /dev/mail, which leads back to the app', async () => {
    const mail = await context.newPage();
    await mail.goto(`${server.url}/dev/mail`);
    await mail.getByRole('link').first().click();
    await mail.waitForURL(`http://localhost:${app.port}/`);
    await mail.close();
    expect(await viewer()).toEqual({ email: EMAIL, emailVerified: true });
  });

  it('signs out, and in again with the password', async () => {
    await signOut();
    expect((await signIn()).data.signIn.user).toEqual({ email: EMAIL });
    expect(await viewer()).toMatchObject({ email: EMAIL });
  });

  it('turns a second factor on, and then needs a code', async () => {
    const { totpURI } = await auth('/two-factor/enable', { password: PASSWORD });
    const secret = new URL(totpURI).searchParams.get('secret') ?? '';
    expect(await auth('/two-factor/verify-totp', { code: totp(secret) })).toHaveProperty('token');
    await signOut();
    expect((await signIn()).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect(await viewer()).toBeNull();
    expect((await signIn(totp(secret))).data.signIn.user).toEqual({ email: EMAIL });
  });

  it('registers a passkey, and signs in with it alone', async () => {
    const options = await auth('/passkey/generate-register-options?authenticatorAttachment=platform&name=x');
    expect(options.rp.id).toBe('localhost');
    expect(options.authenticatorSelection.authenticatorAttachment).toBe('platform');
    await allowed.bringToFront();
    const response = await allowed.evaluate(async (json) => {
      const { navigator, PublicKeyCredential } = globalThis as unknown as Dom;
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(json);
      return (await navigator.credentials.create({ publicKey })).toJSON();
    }, options);
    // better-auth's client keeps this for itself.
    Reflect.deleteProperty(response, 'clientExtensionResults');
    const attempt = { response, name: 'This laptop' };
    expect(await auth('/passkey/verify-registration', { ...attempt, createSession: true })).toMatchObject({
      code: 'VALIDATION_ERROR',
    });
    const added = await auth('/passkey/verify-registration', attempt);
    const { userId } = (await auth('/get-session')).session;
    expect(added).toMatchObject({
      userId,
      name: 'This laptop',
      credentialID: Reflect.get(response, 'id'),
      publicKey: expect.any(String),
      counter: expect.any(Number),
      transports: 'internal',
      deviceType: 'singleDevice',
      backedUp: false,
    });
    await signOut();
    const signedIn = await auth('/passkey/verify-authentication', { response: await assertion(allowed) });
    expect(signedIn.user.email).toBe(EMAIL);
    expect(await viewer()).toEqual({ email: EMAIL, emailVerified: true });
    const [listed] = await auth('/passkey/list-user-passkeys');
    expect(listed).toMatchObject({ name: 'This laptop', lastUsedAt: expect.any(String) });
  });

  /** What the authenticator answers to a challenge of the server's, which the allowed page asks for. */
  async function assertion(page: Page): Promise<object> {
    const options = await auth('/passkey/generate-authenticate-options');
    expect(options.allowCredentials ?? []).toEqual([]);
    return page.evaluate(async (json) => {
      const { navigator, PublicKeyCredential } = globalThis as unknown as Dom;
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(json);
      return (await navigator.credentials.get({ publicKey })).toJSON();
    }, options);
  }

  it('cannot use an answer of its authenticator twice, nor one that another page was given', async () => {
    const response = await assertion(allowed);
    const cookies = await context.cookies(server.url);
    const cookie = cookies
      .filter(({ name }) => name.includes('challenge'))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const send = (origin: string) =>
      server.auth('/passkey/verify-authentication', { response }, { cookie, origin });
    // The same answer, said to come from the server's own pages: the browser signed where it was made.
    expect((await send(server.url)).status).toBe(401);
    expect((await send(`http://localhost:${app.port}`)).status).toBe(200);
    expect((await send(`http://localhost:${app.port}`)).status).toBe(401);
  });

  it('that is not allowed cannot read or do anything, signed-in cookie or not', async () => {
    const cookies = await context.cookies(server.url);
    expect(cookies.some(({ name }) => name === 'plinth.session_token')).toBe(true);
    await expect(graphql(foreign, '{ viewer { email } }')).rejects.toThrow('Failed to fetch');
    const RENAME = 'mutation { updatePersons(where: {}, input: { name: "Eve" }) { count } }';
    const tried = await foreign.evaluate(
      async ([url, query]) => {
        const quiet = { mode: 'no-cors', credentials: 'include' } as const;
        const text = { 'content-type': 'text/plain' };
        const body = JSON.stringify({ query });
        const readable = await Promise.allSettled([
          fetch(`${url}/auth/get-session`, { credentials: 'include' }),
          fetch(`${url}/auth/list-sessions`, { credentials: 'include' }),
          fetch(`${url}/dev/mail`, { credentials: 'include' }),
        ]);
        const opaque = await Promise.all([
          fetch(`${url}/graphql`, { ...quiet, method: 'POST', headers: text, body }),
          fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, quiet),
          fetch(`${url}/auth/sign-out`, { ...quiet, method: 'POST' }),
          fetch(`${url}/auth/revoke-sessions`, { ...quiet, method: 'POST' }),
          fetch(`${url}/auth/sign-in/anonymous`, { ...quiet, method: 'POST' }),
        ]);
        return {
          readable: readable.filter(({ status }) => status === 'fulfilled').length,
          opaque: opaque.map(({ type }) => type),
        };
      },
      [server.url, RENAME] as const,
    );
    expect(tried.readable).toBe(0);
    expect(new Set(tried.opaque)).toEqual(new Set(['opaque']));
    expect(await viewer()).toMatchObject({ email: EMAIL });
    expect(await server.db.query('SELECT name, email FROM "Person"')).toEqual([
      { name: 'Ann', email: EMAIL },
    ]);
  });

  it('cannot sign anybody out by a form either', async () => {
    await foreign.evaluate((url) => {
      const { document } = globalThis as unknown as Dom;
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', action: `${url}/auth/sign-out` });
      document.body.append(form);
      form.submit();
    }, server.url);
    await foreign.waitForURL(`${server.url}/**`);
    expect(await foreign.content()).not.toContain('"success":true');
    expect(await viewer()).toMatchObject({ email: EMAIL });
  });

  it('that is allowed signs out at the end', async () => {
    await signOut();
    expect((await context.cookies(server.url)).map(({ name }) => name)).not.toContain('plinth.session_token');
  });
});
