import { createHash } from 'node:crypto';
import { type BetterAuthOptions, betterAuth } from 'better-auth';
import { prismaAdapter } from 'better-auth/adapters/prisma';
import { createAuthMiddleware } from 'better-auth/api';
import type { Config } from '../../config/index.ts';
import type { PrismaClientLike } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { AppModel } from '../../model/app-model.ts';
import { adapterClient } from './adapter-client.ts';
import { adoptRows } from './adopt-rows.ts';
import { authOperation } from './auth-scope.ts';
import { createUserRow, type UserRowParts } from './create-user-row.ts';
import { forgetUnproven } from './forget-unproven.ts';
import { ADDRESS_HEADER, sessionCookieName } from './http-names.ts';
import type { Mail, Mailer } from './mailer.ts';
import { resetMail, verificationMail } from './mails.ts';
import { passkeyStore } from './passkeys/store.ts';
import { hashPassword, PASSWORD_LENGTH, verifyPassword } from './passwords.ts';
import { authPlugins } from './plugins.ts';
import { TABLES } from './tables.ts';
import { type UserFact, userField } from './user-columns.ts';

/** Seconds. Only `/auth/get-session` prolongs a session. */
const SESSION_SECONDS = 30 * 24 * 60 * 60;
const RESET_SECONDS = 60 * 60;

export interface BetterAuthParts extends UserRowParts {
  readonly config: Config;
  readonly secret: string;
  readonly mailer: Mailer;
  readonly prisma: PrismaClientLike;
  readonly publicUrl: () => string;
  readonly changed: () => void;
  /** Forgets failed attempts at an account. */
  readonly forgive: (email: string) => Promise<void>;
  readonly log: {
    error(fields: object, message: string): void;
    debug(fields: object, message: string): void;
  };
}

export type BetterAuth = ReturnType<typeof makeBetterAuth>;

/** better-auth over the project's own tables. Everything that is not set here is its default. */
export function makeBetterAuth(parts: BetterAuthParts) {
  const { config } = parts;
  const appUrl = () => config.auth.appUrl ?? parts.publicUrl();
  return betterAuth({
    appName: 'plinth',
    baseURL: parts.publicUrl(),
    basePath: '/auth',
    secret: parts.secret,
    telemetry: { enabled: false },
    database: prismaAdapter(client(parts), { provider: 'postgresql' }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: !config.auth.signUp,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
      requireEmailVerification: config.auth.verifyMail,
      revokeSessionsOnPasswordReset: true,
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      password: {
        hash: hashPassword,
        verify: ({ hash, password }: { hash: string; password: string }) => verifyPassword(hash, password),
      },
      sendResetPassword: async ({ user, url, token }) => {
        await forgetOlderTokens(parts.prisma, user.id);
        post(parts, resetMail(user.email, url, token, appUrl()));
      },
      onPasswordReset: async ({ user }) => {
        if (!user.emailVerified) await forget(parts, user.id);
        // Whoever reads the mail of the account need not wait for others' guesses.
        await parts.forgive(user.email);
      },
    },
    emailVerification: {
      sendOnSignUp: true,
      autoSignInAfterVerification: true,
      expiresIn: 24 * 60 * 60,
      sendVerificationEmail: async ({ user, url, token }) =>
        post(parts, verificationMail(user.email, url, token, appUrl())),
    },
    session: {
      modelName: TABLES.session,
      expiresIn: SESSION_SECONDS,
      updateAge: 24 * 60 * 60,
      freshAge: 24 * 60 * 60,
      // Pages may show that somebody acts for the account.
      additionalFields: { impersonatedBy: { type: 'string', required: false, input: false } },
    },
    account: {
      modelName: TABLES.account,
      encryptOAuthTokens: true,
      accountLinking: { enabled: true, trustedProviders: [] },
    },
    verification: {
      modelName: TABLES.verification,
      storeIdentifier: { hash: async (identifier) => hashIdentifier(identifier) },
    },
    user: userOptions(parts.app),
    hooks: { before: endOtherSessions },
    databaseHooks: {
      account: { create: { before: dropIdToken }, update: { before: dropIdToken } },
      user: {
        update: {
          after: async (user, ctx) => {
            if (ctx && PROOFS_OF_ADDRESS.includes(ctx.path)) await forget(parts, user.id);
          },
        },
      },
    },
    // Rows of accounts are changed through the API, under the author's rules; the last is another name for a path that we count.
    disabledPaths: ['/update-user', '/delete-user', '/change-email', '/forget-password/email-otp'],
    // Ours counts in the database and by account as well: see throttle.ts.
    rateLimit: { enabled: false },
    trustedOrigins: trustedOrigins(parts),
    advanced: advanced(config),
    // Failures of ours are not better-auth's to put into words; its refusals are answered all the same.
    onAPIError: { throw: true },
    logger: { log: (level, message, ...rest) => report(parts, level, message, rest) },
    plugins: [
      ...authPlugins({
        app: parts.app,
        providers: config.auth.providers,
        signUp: config.auth.signUp,
        appUrl,
        publicUrl: parts.publicUrl,
        passkeys: passkeyStore(parts.db),
        post: (mail) => post(parts, mail),
        adopt: (from, to) => parts.db.transaction((tx) => adoptRows(parts.app, tx, from, to)),
      }),
    ],
  } satisfies BetterAuthOptions);
}

/** Here better-auth changes a row only to promote an account whose address nobody had verified. */
const PROOFS_OF_ADDRESS = ['/magic-link/verify', '/sign-in/email-otp'];

async function forget({ app, db, changed }: BetterAuthParts, userId: string): Promise<void> {
  await forgetUnproven(app, authOperation.getStore()?.tx ?? db, userId);
  changed();
}

/** The id token has been read once it arrives; better-auth encrypts the other tokens and would keep this one as it is. */
async function dropIdToken<T extends object>(account: T) {
  return { data: { ...account, idToken: null } };
}

/** A new password ends every session; the one that set it goes on under a new token. */
const endOtherSessions = createAuthMiddleware(async (ctx) => {
  if (ctx.path !== '/change-password') return;
  return { context: { body: { ...ctx.body, revokeOtherSessions: true } } };
});

function client({ app, rules, db, prisma, changed }: BetterAuthParts) {
  const { user } = app;
  return adapterClient(prisma, {
    userModel: user?.name ?? TABLES.user,
    numericIds: user?.idKind === 'INT',
    ...(user && { createUser: (facts) => createUserRow({ app, rules, db }, user, facts) }),
    changed,
  });
}

const MAPPED: readonly UserFact[] = ['email', 'emailVerified', 'name', 'image', 'createdAt', 'updatedAt'];

function userOptions({ user }: AppModel) {
  if (!user) return { modelName: TABLES.user };
  const fields = Object.fromEntries(MAPPED.map((fact) => [fact, userField(user, fact).name]));
  return { modelName: user.name, fields };
}

function advanced(config: Config) {
  const secure = config.mode === 'production';
  return {
    cookiePrefix: 'plinth',
    // Said aloud: better-auth drops the check where NODE_ENV is "test".
    disableOriginCheck: false,
    disableCSRFCheck: false,
    useSecureCookies: false,
    cookies: { session_token: { name: sessionCookieName(config), attributes: { secure } } },
    defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', secure, path: '/' },
    ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    // Ids are made by the database schema's defaults; this also makes better-auth's own reservations uuids.
    database: { generateId: 'uuid' },
  } satisfies BetterAuthOptions['advanced'];
}

function trustedOrigins({ config, publicUrl }: BetterAuthParts) {
  const { appUrl } = config.auth;
  const listed = [
    ...config.corsOrigins.filter((origin) => origin !== '*'),
    ...(appUrl ? [new URL(appUrl).origin] : []),
  ];
  // A single-page app's own dev server runs on some port of this machine.
  const local =
    config.mode === 'development' && config.corsOrigins.length === 0
      ? ['http://localhost:*', 'http://127.0.0.1:*', 'http://[::1]:*']
      : [];
  return () => [new URL(publicUrl()).origin, ...listed, ...local];
}

/** Hashed but for what it is for, so that all resets of an account can be found and ended. */
function hashIdentifier(identifier: string): string {
  const kind = /^reset-password:/.exec(identifier)?.[0] ?? '';
  return kind + createHash('sha256').update(identifier).digest('base64url');
}

/** Only the newest mail works: a reset that somebody else asked for earlier must not stay open. */
async function forgetOlderTokens(prisma: PrismaClientLike, userId: string): Promise<void> {
  const verification = Reflect.get(prisma, 'plinthVerification') as Record<
    string,
    (args: object) => Promise<unknown>
  >;
  const rows = (await verification.findMany?.({
    where: { value: userId, identifier: { startsWith: 'reset-password:' } },
    orderBy: { id: 'desc' },
  })) as { id: string }[];
  const older = rows.slice(1).map(({ id }) => id);
  if (older.length > 0) await verification.deleteMany?.({ where: { id: { in: older } } });
}

/** Sends now, or with the rest of the operation around the caller once that has succeeded. */
function post({ mailer }: BetterAuthParts, mail: Mail): void {
  const operation = authOperation.getStore();
  if (operation) operation.mails.push(mail);
  else mailer.send(mail);
}

/** better-auth logs e-mail addresses of failed attempts at "info"; what went wrong is worth keeping, who tried is not. */
function report(parts: BetterAuthParts, level: string, message: string, rest: readonly unknown[]): void {
  const err = rest.find((item) => item instanceof Error);
  // A refusal that the viewer is told is no failure of ours, and what was refused is the viewer's text.
  const refused = err instanceof ViewerError || (err === undefined && message.startsWith('Invalid '));
  if (level === 'error' && !refused)
    parts.log.error({ ...(err !== undefined && { err }) }, `sign-in: ${message}`);
  else parts.log.debug({}, `sign-in: ${level}`);
}
