import type { Config } from '../../config/index.ts';
import type { Queryable, Tx } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { KnownViewer } from '../../model/viewer.ts';
import { codeOf, isAPIError, refusal } from './api-refusal.ts';
import type { ViewerFinder } from './find-viewer.ts';
import { endedSessionCookie } from './http-names.ts';
import type { Mailer } from './mailer.ts';
import type { BetterAuth } from './make-better-auth.ts';
import { checkPassword, hashPassword } from './passwords.ts';
import { checkAddress } from './refuse-unstorable.ts';
import { requestPasswordReset, resetPassword } from './reset-operations.ts';
import type { AuthContext, AuthOperations } from './resolvers.ts';
import { afterCommit, requestHeaders, run } from './run-operation.ts';
import { hashToken } from './session-tokens.ts';
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
  /** Hands the rows of an anonymous account over and removes it. False where it is not anonymous. */
  readonly adoptAnonymous: (from: string, to: string, tx: Tx) => Promise<boolean>;
  readonly plainAccount: (id: string, db: Queryable) => Promise<unknown>;
}

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
  refuseKeptAnswer(context);
  const { email, password, ...own } = input as Record<string, unknown> & Credentials;
  await parts.throttle.admitAddress('sign-up', context.authRequest.remoteAddress);
  if (!parts.config.auth.signUp)
    throw new ViewerError('FORBIDDEN', 'Accounts are made by an administrator here.');
  checkPassword(password, ['input', 'password']);
  checkAddress(email, ['input', 'email']);
  const name = typeof own.name === 'string' ? own.name : '';
  const body = { email: email.trim(), password, name };
  const auth = await parts.betterAuth();
  const { headers, response } = await run(parts, context, { input: own }, (operation) =>
    auth.api
      .signUpEmail({ body, headers: requestHeaders(context), returnHeaders: true })
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

/** The answer holds a session, and answers to requests with a key are stored as they are. */
function refuseKeptAnswer({ authRequest }: AuthContext): void {
  if (authRequest.headers['idempotency-key'] === undefined) return;
  const issues = [
    { path: ['Idempotency-Key'], message: 'is not for signing up and in', constraint: 'format' },
  ];
  throw new ViewerError('BAD_USER_INPUT', 'Idempotency-Key is not for signing up and in.', { issues });
}

const TAKEN = 'No account can be made with this address. If it is yours, sign in, or ask for a new password.';

async function signIn(parts: OperationParts, input: Credentials, context: AuthContext): Promise<SignedIn> {
  refuseKeptAnswer(context);
  const email = input.email.trim();
  await parts.throttle.admitAddress('sign-in', context.authRequest.remoteAddress);
  await parts.throttle.admitAccount(email);
  const auth = await parts.betterAuth();
  const { headers, response } = await run(parts, context, {}, () =>
    auth.api
      .signInEmail({
        body: { email, password: clip(input.password) },
        headers: requestHeaders(context),
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
    const second = await passSecondFactor(parts, input, headers, context);
    await parts.throttle.forgive(email);
    return second;
  }
  await parts.throttle.forgive(email);
  return begin(parts, context, headers, response.token, response.user.id);
}

/** The password was right; now the one-time code, or one of the recovery codes. */
async function passSecondFactor(
  parts: OperationParts,
  { email, code }: Credentials,
  first: Headers,
  context: AuthContext,
): Promise<SignedIn> {
  if (!code)
    throw new ViewerError('UNAUTHENTICATED', 'This account has a second factor: send its `code` as well.');
  const auth = await parts.betterAuth();
  const sent = requestHeaders(context);
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
  if (!(await parts.throttle.useOnce(email, code.trim())))
    throw new ViewerError('UNAUTHENTICATED', 'The code is wrong.');
  return begin(parts, context, headers, response.token ?? undefined, response.user.id);
}

/** No password is longer, and nobody shall make us hash a megabyte. */
const clip = (password: string): string => (password.length > 512 ? '' : password);

async function signOut(parts: OperationParts, context: AuthContext): Promise<boolean> {
  const { scope } = context;
  const token = parts.finder.sessionToken(context.authRequest.headers);
  if (token === undefined || scope.viewer.kind !== 'viewer') return false;
  const ended = await scope.db.execute('DELETE FROM plinth_session WHERE "token" = $1', [hashToken(token)]);
  afterCommit(context, parts.finder.forget);
  context.authRequest.setCookie(endedSessionCookie(parts.config));
  scope.actAs({ kind: 'signedOut' });
  return ended > 0;
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
  if (parts.finder.mayKeepCookie(context.authRequest.headers))
    for (const cookie of headers.getSetCookie()) context.authRequest.setCookie(cookie);
  await adoptAnonymous(parts, context, id);
  const viewer = await parts.loadViewer(id, context.scope.db as Tx);
  if (context.scope.viewer.kind !== 'admin') context.scope.actAs(viewer);
  return { token, viewer };
}

/** Whoever was here without a name until now takes along what they made. */
async function adoptAnonymous(parts: OperationParts, context: AuthContext, id: string): Promise<void> {
  const { viewer, db } = context.scope;
  if (viewer.kind !== 'viewer' || viewer.id === id) return;
  if (parts.finder.sessionToken(context.authRequest.headers) === undefined) return;
  if (await parts.adoptAnonymous(viewer.id, id, db as Tx)) afterCommit(context, parts.finder.forget);
}
