import { isLocalHost } from '../kit/is-local-host.ts';
import type { Config } from './config.ts';

const SCHEME = /^https?:\/\//;

/**
 * Whether CORS_ORIGINS names an origin, other than by `*`. Unset, it names none in production, and in development every
 * origin on this machine, since that is where a single-page app's own dev server runs.
 */
export function namesOrigin(
  { mode, corsOrigins }: Pick<Config, 'mode' | 'corsOrigins'>,
  origin: string,
): boolean {
  if (corsOrigins.includes(origin)) return true;
  if (mode !== 'development' || corsOrigins.length > 0) return false;
  return SCHEME.test(origin) && isLocalHost(origin.replace(SCHEME, ''));
}
