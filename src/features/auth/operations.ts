import type { Config } from '../../config/index.ts';
import type { Queryable, Tx } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { KnownViewer } from '../../model/viewer.ts';
import { afterAtLeast } from './after-at-least.ts';
import { codeOf, isAPIError, refusal } from './api-refusal.ts';
import { type AuthOperation, authOperation } from './auth-scope.ts';
import type { ViewerFinder } from './find-viewer.ts';
import { ADDRESS_HEADER, sessionCookieName } from './http-names.ts';
import type { Mailer } from './mailer.ts';
import type { BetterAuth } from './make-better-auth.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import type { AuthContext, AuthOperations } from './resolvers.ts';
import type { Throttle } from './throttle.ts';

export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly code?: string | null;
}

/** A session that has just begun; both are missing while the address has to be verified. */
export interface SignedIn {
  readonly token: string | undefined;
  readonly viewer: KnownViewer | undefined;
}

export interface OperationParts {
  readonly config: Config;
  readonly throttle: Throttle;
  readonly mailer: Mailer;
  readonly finder: ViewerFinder;
  readonly betterAuth: () => Promise<BetterAuth>;
  /** Email, roles and so on of an account, read inside the transaction that may just have made it. */
  readonly loadViewer: (id: string, tx: Tx) => Promise<KnownViewer>;
  readonly plainAccount: (id: string, db: Queryable) => Promise<unknown>;
}

/** Longer than the slower of the two ways through a reset takes, so that both take this long. */
const RESET_FLOOR_MS = 120;

/** The mutations of sign-in, over better-auth. They write in the operation's own transaction. */
export function makeOperations(parts: OperationParts): AuthOperations {
  return {
    signUp: (input, context) => signUp(parts, input, context),
    signIn: (input, context) => signIn(parts, input, context),
    signOut: (context) => signOut(parts, context),
    requestPasswordReset: (email, context) => requestPasswordReset(parts, email, context),
    resetPassword: (token, password, context) => resetPassword(parts, token, password, context),
    plainAccount: parts.plainAccount,
  };
}

async function signUp(
  parts: OperationParts,
  input: Readonly<Record<string, unknown>>,
  context: AuthContext,
): Promise<SignedIn> {
  const { email, password, ...own } = input as Record<string, unknown> & Credentials;
  await parts.throttle.admitAddress('sign-up', context.authRequest.remoteAddress);
  if (!parts.config.auth.signUp)
    throw new ViewerError('FORBIDDEN', 'Accounts are made by an administrator here.');
  checkPassword(password, ['input', 'password']);
  const name = typeof own.name === 'string' ? own.name : '';
  const body = { email: email.trim(), password, name };
  const auth = await parts.betterAuth();
  const { headers, response } = await run(parts, context, { input: own }, (operation) =>
    auth.api
      .signUpEmail({ body, headers: requestHeaders(parts, context), returnHeaders: true })
      .catch(async (error) => {
        if (operation.failure !== undefined) throw operation.failure;
        if (!isAPIError(error)) throw error;
        if (codeOf(error)?.startsWith('USER_ALREADY_EXISTS')) {
          // A taken address takes as long as a free one.
          await hashPassword(password);
          throw new ViewerError('CONFLICT', TAKEN);
        }
        throw refusal(error, ['input', 'email']);
      }),
  );
  return begin(parts, context, headers, response.token ?? undefined, response.user.id);
}

const TAKEN = 'No account can be made with this address. If it is yours, sign in, or ask for a new password.';

async function signIn(parts: OperationParts, input: Credentials, context: AuthContext): Promise<SignedIn> {
  const email = input.email.trim();
  await parts.throttle.admitAddress('sign-in', context.authRequest.remoteAddress);
  await parts.throttle.admitAccount(email);
  const auth = await parts.betterAuth();
  const { headers, response } = await run(parts, context, {}, () =>
    auth.api
      .signInEmail({
        body: { email, password: clip(input.password) },
        headers: requestHeaders(parts, context),
        returnHeaders: true,
      })
      .catch((error: unknown) => {
        if (!isAPIError(error)) throw error;
        if (codeOf(error) === 'EMAIL_NOT_VERIFIED')
          throw new ViewerError(
            'UNAUTHENTICATED',
            'Confirm the address first: a mail with a link is on its way.',
          );
        throw new ViewerError('UNAUTHENTICATED', 'The e-mail address or the password is wrong.');
      }),
  );
  if ('twoFactorRedirect' in response) {
    const second = await passSecondFactor(parts, input.code, headers, context);
    await parts.throttle.forgive(email);
    return second;
  }
  await parts.throttle.forgive(email);
  return begin(parts, context, headers, response.token, response.user.id);
}

/** The password was right; now the one-time code, or one of the recovery codes. */
async function passSecondFactor(
  parts: OperationParts,
  code: string | null | undefined,
  first: Headers,
  context: AuthContext,
): Promise<SignedIn> {
  if (!code)
    throw new ViewerError('UNAUTHENTICATED', 'This account has a second factor: send its `code` as well.');
  const auth = await parts.betterAuth();
  const sent = requestHeaders(parts, context);
  sent.set(
    'cookie',
    first
      .getSetCookie()
      .map((cookie) => cookie.split(';', 1)[0])
      .join('; '),
  );
  const asked = { body: { code: code.trim() }, headers: sent, returnHeaders: true } as const;
  const { headers, response } = await run(parts, context, {}, () =>
    (/^\d{6}$/.test(code.trim()) ? auth.api.verifyTOTP(asked) : auth.api.verifyBackupCode(asked)).catch(
      (error: unknown) => {
        throw isAPIError(error) ? new ViewerError('UNAUTHENTICATED', 'The code is wrong.') : error;
      },
    ),
  );
  return begin(parts, context, headers, response.token ?? undefined, response.user.id);
}

/** No password is longer, and nobody shall make us hash a megabyte. */
const clip = (password: string): string => (password.length > 512 ? '' : password);

async function signOut(parts: OperationParts, context: AuthContext): Promise<boolean> {
  const { scope } = context;
  const token = parts.finder.sessionToken(context.authRequest.headers);
  if (token === undefined || scope.viewer.kind !== 'viewer') return false;
  const ended = await scope.db.execute('DELETE FROM plinth_session WHERE "token" = $1', [token]);
  afterCommit(context, parts.finder.forget);
  context.authRequest.setCookie(expired(parts.config));
  scope.actAs({ kind: 'signedOut' });
  return ended > 0;
}

function expired(config: Config): string {
  const secure = config.mode === 'production' ? ' Secure;' : '';
  return `${sessionCookieName(config)}=; Path=/; Max-Age=0; HttpOnly;${secure} SameSite=Lax`;
}

async function requestPasswordReset(
  parts: OperationParts,
  email: string,
  context: AuthContext,
): Promise<boolean> {
  await parts.throttle.admitAddress('reset', context.authRequest.remoteAddress);
  const auth = await parts.betterAuth();
  const headers = requestHeaders(parts, context);
  const ask = run(parts, context, {}, () =>
    auth.api.requestPasswordReset({ body: { email: email.trim() }, headers }),
  );
  await afterAtLeast(RESET_FLOOR_MS, ask.catch(ignoreApiError));
  return true;
}

/** An address that is none has no account either. */
function ignoreApiError(error: unknown): void {
  if (!isAPIError(error)) throw error;
}

async function resetPassword(
  parts: OperationParts,
  token: string,
  password: string,
  context: AuthContext,
): Promise<boolean> {
  await parts.throttle.admitAddress('reset', context.authRequest.remoteAddress);
  checkPassword(password, ['password']);
  const auth = await parts.betterAuth();
  await run(parts, context, {}, () =>
    auth.api.resetPassword({ body: { newPassword: password, token } }).catch((error: unknown) => {
      throw isAPIError(error) ? refusal(error, ['token']) : error;
    }),
  );
  afterCommit(context, parts.finder.forget);
  return true;
}

/** Runs an operation of better-auth's as a part of ours; its mail goes out once ours has succeeded. */
async function run<T>(
  parts: OperationParts,
  context: AuthContext,
  more: Partial<AuthOperation>,
  work: (operation: AuthOperation) => Promise<T>,
): Promise<T> {
  const operation: AuthOperation = { tx: context.scope.db, mails: [], ...more };
  const result = await authOperation.run(operation, () => work(operation));
  afterCommit(context, () => {
    for (const mail of operation.mails) parts.mailer.send(mail);
  });
  return result;
}

function afterCommit({ scope }: AuthContext, work: () => void): void {
  if ('afterCommit' in scope.db) (scope.db as Tx).afterCommit(work);
  else work();
}

/** From here on the request is the account's, so that the rest of the operation is done in its name. */
async function begin(
  parts: OperationParts,
  context: AuthContext,
  headers: Headers,
  token: string | undefined,
  id: string,
): Promise<SignedIn> {
  if (token === undefined) return { token, viewer: undefined };
  for (const cookie of headers.getSetCookie()) context.authRequest.setCookie(cookie);
  const viewer = await parts.loadViewer(id, context.scope.db as Tx);
  if (context.scope.viewer.kind !== 'admin') context.scope.actAs(viewer);
  return { token, viewer };
}

function requestHeaders(_parts: OperationParts, { authRequest }: AuthContext): Headers {
  const headers = new Headers({ [ADDRESS_HEADER]: authRequest.remoteAddress });
  const agent = authRequest.headers['user-agent'];
  if (agent !== undefined) headers.set('user-agent', agent.slice(0, 500));
  return headers;
}
