import { ViewerError } from '../../kit/viewer-error.ts';
import type { AuthHttpRequest, RouteParts } from './routes.ts';
import type { Attempt } from './throttle.ts';

interface Counted {
  readonly attempt: Attempt;
  /** Whose failures these are: the account that the body names, or the one that is signed in and gives its password. */
  readonly account?: 'named' | 'signed-in';
}

const code: Counted = { attempt: 'code' };
const codeOfNamed: Counted = { attempt: 'code', account: 'named' };
const ownPassword: Counted = { attempt: 'code', account: 'signed-in' };
const mail: Counted = { attempt: 'reset' };

/** Which attempts a path counts as. */
const COUNTED: Readonly<Record<string, Counted>> = {
  '/sign-up/email': { attempt: 'sign-up' },
  '/sign-in/anonymous': { attempt: 'sign-up' },
  '/sign-in/email': { attempt: 'sign-in', account: 'named' },
  '/passkey/verify-authentication': { attempt: 'sign-in' },
  '/sign-in/email-otp': codeOfNamed,
  '/email-otp/verify-email': codeOfNamed,
  '/email-otp/check-verification-otp': codeOfNamed,
  '/email-otp/reset-password': codeOfNamed,
  '/two-factor/verify-totp': code,
  '/two-factor/verify-otp': code,
  '/two-factor/verify-backup-code': code,
  '/reset-password': { attempt: 'reset' },
  '/change-password': ownPassword,
  '/two-factor/enable': ownPassword,
  '/two-factor/disable': ownPassword,
  '/two-factor/get-totp-uri': ownPassword,
  '/two-factor/generate-backup-codes': ownPassword,
  '/request-password-reset': mail,
  '/send-verification-email': mail,
  '/sign-in/magic-link': mail,
  '/email-otp/send-verification-otp': mail,
  '/email-otp/request-password-reset': mail,
};

/** Paths that answer the same whether or not there is such an account, and have to take the same time as well. */
export const SILENT: ReadonlySet<string> = new Set(
  Object.entries(COUNTED).flatMap(([path, counted]) => (counted === mail ? [path] : [])),
);

type Body = Readonly<Record<string, unknown>>;

/**
 * Counts an attempt before it is made. What comes back is to be called with the answer: it takes back what was counted
 * against the account where somebody is signed in to it now.
 * @throws ViewerError RATE_LIMITED
 */
export async function admitAttempt(
  parts: RouteParts,
  request: AuthHttpRequest,
  path: string,
  body: Body,
): Promise<(answer: Response) => Promise<void>> {
  const counted = COUNTED[path];
  if (!counted) return async () => undefined;
  const { throttle } = parts;
  await throttle.admitAddress(counted.attempt, request.remoteAddress);
  const email = await accountAt(parts, request, counted, body);
  if (email !== undefined) await throttle.admitAccount(email);
  return async (answer) => {
    if (!answer.ok) return;
    if (counted.account === 'signed-in' && email !== undefined) await throttle.forgive(email);
    else await settleSignIn(parts, path, body, answer);
  };
}

async function accountAt(
  { findViewer }: RouteParts,
  { headers }: AuthHttpRequest,
  { account }: Counted,
  { email }: Body,
): Promise<string | undefined> {
  if (account === 'named') return typeof email === 'string' ? email : undefined;
  if (account === undefined) return undefined;
  const viewer = await findViewer(headers);
  return viewer.kind === 'viewer' ? viewer.email : undefined;
}

const SECOND_FACTORS: ReadonlySet<string> = new Set([
  '/two-factor/verify-totp',
  '/two-factor/verify-backup-code',
]);

/**
 * A right password that a second factor is still asked for takes nothing back: whoever has found the password would
 * never run out of codes to try.
 */
async function settleSignIn(
  { throttle, endSession }: RouteParts,
  path: string,
  body: Body,
  answer: Response,
): Promise<void> {
  const { token, user } = (await answer.clone().json()) as { token?: unknown; user?: { email?: unknown } };
  if (typeof token !== 'string' || typeof user?.email !== 'string') return;
  // Turning a second factor on asks for a code as well, and that one may still sign in somewhere.
  const isSignIn = SECOND_FACTORS.has(path) && answer.headers.getSetCookie().some(endsChallenge);
  if (isSignIn && typeof body.code === 'string' && !(await throttle.useOnce(user.email, body.code.trim()))) {
    await endSession(token);
    throw new ViewerError('UNAUTHENTICATED', 'The code is wrong.');
  }
  await throttle.forgive(user.email);
}

const endsChallenge = (cookie: string): boolean => /^[^=]*two_factor=;/.test(cookie);
