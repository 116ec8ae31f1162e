import { textFault } from '../../kit/check-text.ts';
import { afterAtLeast } from './after-at-least.ts';
import { isAPIError, refusal } from './api-refusal.ts';
import type { OperationParts } from './operations.ts';
import { checkPassword } from './passwords.ts';
import type { AuthContext } from './resolvers.ts';
import { afterCommit, requestHeaders, run } from './run-operation.ts';

/** Longer than the slower of the two ways through a reset takes, so that both take this long. */
const RESET_FLOOR_MS = 300;

export async function requestPasswordReset(
  parts: OperationParts,
  email: string,
  context: AuthContext,
): Promise<boolean> {
  await parts.throttle.admitAddress('reset', context.authRequest.remoteAddress);
  const auth = await parts.betterAuth();
  const headers = requestHeaders(context);
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

export async function resetPassword(
  parts: OperationParts,
  token: string,
  password: string,
  context: AuthContext,
): Promise<boolean> {
  await parts.throttle.admitAddress('reset', context.authRequest.remoteAddress);
  checkPassword(password, ['password']);
  // No mail had it, and PostgreSQL cannot be asked for it.
  if (textFault(token) !== undefined) throw refusal({ body: { code: 'INVALID_TOKEN' } }, ['token']);
  const auth = await parts.betterAuth();
  await run(parts, context, {}, () =>
    auth.api.resetPassword({ body: { newPassword: password, token } }).catch((error: unknown) => {
      throw isAPIError(error) ? refusal(error, ['token']) : error;
    }),
  );
  afterCommit(context, parts.finder.forget);
  return true;
}
