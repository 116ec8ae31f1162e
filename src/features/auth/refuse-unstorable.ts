import { ViewerError } from '../../kit/viewer-error.ts';
import type { JsonValue } from '../../model/app-model.ts';
import { findUnstorable, isTooDeep } from '../../query/write/plan/to-json-value.ts';
import { bad } from './route-input.ts';
import type { AuthHttpRequest } from './routes.ts';

/** RFC 5321 §4.5.3.1.3, without the angle brackets. */
const LONGEST_ADDRESS = 254;

/**
 * Refuses a request with anything that PostgreSQL would refuse only when it is asked for it.
 * @throws ViewerError BAD_USER_INPUT
 */
export function refuseUnstorable({ url, body }: Pick<AuthHttpRequest, 'url' | 'body'>): void {
  if (/%00/.test(url))
    throw new ViewerError('BAD_USER_INPUT', 'The address has a NUL character, which nothing here is called.');
  if (typeof body !== 'object' || body === null) return;
  if (isTooDeep(body)) throw new ViewerError('BAD_USER_INPUT', 'The body nests too deep.');
  for (const [key, value] of Object.entries(body as Readonly<Record<string, JsonValue>>)) {
    const fault = findUnstorable(value);
    if (fault) throw bad(key, fault.message);
  }
  if ('email' in body && typeof body.email === 'string' && body.email.length > LONGEST_ADDRESS)
    throw bad('email', 'is no e-mail address');
}

/** @throws ViewerError BAD_USER_INPUT for an address that no mail could be sent to, as far as that shows in its text */
export function checkAddress(email: string, path: readonly string[]): void {
  if (email.length <= LONGEST_ADDRESS && findUnstorable(email) === undefined) return;
  const message = 'is no e-mail address';
  throw new ViewerError('BAD_USER_INPUT', `${path.join('.')} ${message}.`, {
    issues: [{ path: [...path], message, constraint: 'format' }],
  });
}
