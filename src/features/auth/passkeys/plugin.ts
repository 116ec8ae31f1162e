import type { GenericEndpointContext } from 'better-auth';
import { APIError, createAuthEndpoint, freshSessionMiddleware, sessionMiddleware } from 'better-auth/api';
import { setSessionCookie } from 'better-auth/cookies';
import * as z from 'zod';
import { PAGE_ORIGIN_HEADER } from '../http-names.ts';
import {
  checkRegistration,
  checkSignIn,
  type RelyingParty,
  registrationOptions,
  signInOptions,
} from './ceremony.ts';
import { CHALLENGE_SECONDS, type Challenge, readChallenge, writeChallenge } from './challenge.ts';
import type { PasskeyStore } from './store.ts';

const MAX_PASSKEYS = 50;
const COOKIE = 'passkey_challenge';

export interface PasskeyParts {
  readonly store: PasskeyStore;
  /** Where the app's pages are: their host is the domain of the passkeys. */
  readonly appUrl: () => string;
  readonly publicUrl: () => string;
}

const name = z.string().trim().min(1).max(100);
const answer = z.object({ id: z.string().min(1).max(2048) }).loose();
/** The client sends the name here as well; it is kept when the registration is done. */
const registrationQuery = z
  .strictObject({
    authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
    name: name.optional(),
  })
  .optional();

/** Paths below `/auth/passkey`, as better-auth's browser client asks for them. */
export function passkeys(parts: PasskeyParts) {
  return {
    id: 'passkey',
    endpoints: {
      generatePasskeyRegistrationOptions: beginRegistration(parts),
      verifyPasskeyRegistration: finishRegistration(parts),
      generatePasskeyAuthenticationOptions: beginSignIn(parts),
      verifyPasskeyAuthentication: finishSignIn(parts),
      listPasskeys: createAuthEndpoint(
        '/passkey/list-user-passkeys',
        { method: 'GET', use: [sessionMiddleware] },
        async (ctx) => ctx.json(await parts.store.list(ctx.context.session.user.id)),
      ),
      updatePasskey: rename(parts),
      deletePasskey: remove(parts),
    },
  };
}

function beginRegistration({ store, ...where }: PasskeyParts) {
  return createAuthEndpoint(
    '/passkey/generate-register-options',
    { method: 'GET', use: [freshSessionMiddleware], requireHeaders: true, query: registrationQuery },
    async (ctx) => {
      const { user } = ctx.context.session;
      const known = await store.ofAccount(user.id);
      if (known.length >= MAX_PASSKEYS)
        throw refused('TOO_MANY_PASSKEYS', `An account has at most ${MAX_PASSKEYS} passkeys`);
      const owner = { id: user.id, name: user.email || user.id };
      const device = ctx.query?.authenticatorAttachment;
      const asked = await registrationOptions(relyingParty(where, ctx.headers), owner, known, device);
      await keep(ctx, { kind: 'register', challenge: asked.challenge, userId: user.id, until: soon() });
      return ctx.json(asked);
    },
  );
}

function finishRegistration({ store, ...where }: PasskeyParts) {
  return createAuthEndpoint(
    '/passkey/verify-registration',
    {
      method: 'POST',
      use: [freshSessionMiddleware],
      requireHeaders: true,
      body: z.strictObject({ response: answer, name: name.optional() }),
    },
    async (ctx) => {
      const { user } = ctx.context.session;
      const asked = await recall(ctx, 'register');
      if (asked.userId !== user.id)
        throw refused('CHALLENGE_NOT_FOUND', 'Begin again: another account asked');
      const party = relyingParty(where, ctx.headers);
      const found = await checkRegistration(party, ctx.body.response, asked.challenge);
      if (!found) throw refused('FAILED_TO_VERIFY_REGISTRATION', 'This passkey could not be verified');
      await spend(ctx, asked);
      const added = await store.add({ ...found, userId: user.id, name: ctx.body.name ?? null });
      if (!added) throw refused('PREVIOUSLY_REGISTERED', 'This passkey is registered already');
      return ctx.json(added);
    },
  );
}

function beginSignIn(where: PasskeyParts) {
  return createAuthEndpoint(
    '/passkey/generate-authenticate-options',
    { method: 'GET', requireHeaders: true },
    async (ctx) => {
      const asked = await signInOptions(relyingParty(where, ctx.headers));
      await keep(ctx, { kind: 'sign-in', challenge: asked.challenge, until: soon() });
      return ctx.json(asked);
    },
  );
}

function finishSignIn({ store, ...where }: PasskeyParts) {
  return createAuthEndpoint(
    '/passkey/verify-authentication',
    { method: 'POST', requireHeaders: true, body: z.strictObject({ response: answer }) },
    async (ctx) => {
      const asked = await recall(ctx, 'sign-in');
      const { response } = ctx.body;
      const passkey = await store.byCredential(response.id);
      // An unknown passkey and a wrong signature are told alike.
      const party = relyingParty(where, ctx.headers);
      const counter = passkey && (await checkSignIn(party, response, asked.challenge, passkey));
      if (!passkey || counter === undefined) throw failed();
      await spend(ctx, asked);
      if (!(await store.countUse(passkey.id, counter))) throw failed();
      const user = await ctx.context.internalAdapter.findUserById(passkey.userId);
      if (!user) throw failed();
      const session = await ctx.context.internalAdapter.createSession(user.id);
      await setSessionCookie(ctx, { session, user });
      return ctx.json({ token: session.token, session, user });
    },
  );
}

function rename({ store }: PasskeyParts) {
  const body = z.strictObject({ id: z.string(), name });
  return createAuthEndpoint(
    '/passkey/update-passkey',
    { method: 'POST', use: [sessionMiddleware], body },
    async (ctx) => {
      const passkey = await store.rename(ctx.body.id, ctx.context.session.user.id, ctx.body.name);
      if (!passkey) throw missing();
      return ctx.json({ passkey });
    },
  );
}

function remove({ store }: PasskeyParts) {
  const body = z.strictObject({ id: z.string() });
  return createAuthEndpoint(
    '/passkey/delete-passkey',
    { method: 'POST', use: [sessionMiddleware], body },
    async (ctx) => {
      if (!(await store.remove(ctx.body.id, ctx.context.session.user.id))) throw missing();
      return ctx.json({ status: true });
    },
  );
}

/** The page that asks was judged before (trust-cookie.ts); the browser signs its origin, and only that one is right. */
function relyingParty(
  { appUrl, publicUrl }: Omit<PasskeyParts, 'store'>,
  headers: Headers | undefined,
): RelyingParty {
  const page = headers?.get(PAGE_ORIGIN_HEADER);
  const own = [new URL(appUrl()).origin, new URL(publicUrl()).origin];
  return { id: new URL(appUrl()).hostname, origins: page ? [page] : own };
}

async function keep(ctx: GenericEndpointContext, challenge: Challenge): Promise<void> {
  const { name, attributes } = ctx.context.createAuthCookie(COOKIE, { maxAge: CHALLENGE_SECONDS });
  await ctx.setSignedCookie(name, writeChallenge(challenge), ctx.context.secret, attributes);
}

async function recall<K extends Challenge['kind']>(ctx: GenericEndpointContext, kind: K) {
  const { name } = ctx.context.createAuthCookie(COOKIE);
  const cookie = await ctx.getSignedCookie(name, ctx.context.secret);
  const challenge = readChallenge(cookie, kind, Date.now());
  if (!challenge) throw refused('CHALLENGE_NOT_FOUND', 'Begin again: this attempt is over');
  return challenge;
}

/** A challenge is answered once, whoever else has seen the answer. */
async function spend(ctx: GenericEndpointContext, { challenge, until }: Challenge): Promise<void> {
  const first = await ctx.context.internalAdapter.reserveVerificationValue({
    identifier: `passkey-challenge:${challenge}`,
    value: 'used',
    expiresAt: new Date(until),
  });
  if (!first) throw failed();
}

const soon = (): number => Date.now() + CHALLENGE_SECONDS * 1000;
const refused = (code: string, message: string) => new APIError('BAD_REQUEST', { code, message });
const failed = () =>
  new APIError('UNAUTHORIZED', {
    code: 'AUTHENTICATION_FAILED',
    message: 'This passkey does not sign in here',
  });
const missing = () =>
  new APIError('NOT_FOUND', { code: 'PASSKEY_NOT_FOUND', message: 'There is no such passkey' });
