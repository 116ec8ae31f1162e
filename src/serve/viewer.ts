import { timingSafeEqual } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { isLocalHost } from '../kit/is-local-host.ts';
import { ViewerError } from '../kit/viewer-error.ts';
import type { ViewerState } from '../model/viewer.ts';
import { readViewerHeader } from './read-viewer-header.ts';

export const ADMIN_KEY_HEADER = 'x-plinth-admin-key';
export const ACT_AS_HEADER = 'x-plinth-as';

type Headers = Readonly<Record<string, string | undefined>>;

/** Who sends the request, and whether the admin key vouches for it (also while acting as somebody else). */
export interface ResolvedViewer {
  readonly viewer: ViewerState;
  readonly hasAdminKey: boolean;
}

/**
 * Tells the viewer from the request's headers. Without the admin key everybody is signed out.
 *
 * @throws ViewerError UNAUTHENTICATED for a wrong key and for `X-Plinth-As` without a key, FORBIDDEN for a key that
 *   comes from a web page, BAD_USER_INPUT for a malformed `X-Plinth-As`
 */
export function resolveViewer(headers: Headers, config: Pick<Config, 'mode' | 'adminKey'>): ResolvedViewer {
  const given = headers[ADMIN_KEY_HEADER];
  const actAs = headers[ACT_AS_HEADER];
  if (given === undefined) {
    if (actAs === undefined) return { viewer: { kind: 'signedOut' }, hasAdminKey: false };
    throw new ViewerError('UNAUTHENTICATED', 'X-Plinth-As needs the admin key in X-Plinth-Admin-Key.');
  }
  // A page that knows the key has leaked it to everyone who can open that page.
  if (headers.origin !== undefined && !(config.mode === 'development' && isOwnPage(headers))) {
    throw new ViewerError(
      'FORBIDDEN',
      'The admin key is not accepted from a web page (the request has an Origin).',
    );
  }
  if (config.adminKey === undefined || !equalInConstantTime(given, config.adminKey.value)) {
    throw new ViewerError('UNAUTHENTICATED', 'The admin key is wrong.');
  }
  return { viewer: actAs === undefined ? { kind: 'admin' } : readViewerHeader(actAs), hasAdminKey: true };
}

/** Whether a request comes from a page that this server itself served on this machine. */
function isOwnPage(headers: Headers): boolean {
  return isLocalHost(headers.host) && headers.origin === `http://${headers.host}`;
}

/** Takes the time of the expected key, whatever is given: neither content nor length shows in it. */
function equalInConstantTime(given: string, expected: string): boolean {
  const right = Buffer.from(expected);
  const left = Buffer.from(given);
  const sameLength = left.length === right.length;
  return timingSafeEqual(sameLength ? left : right, right) && sameLength;
}
