import { createHmac } from 'node:crypto';
import type { Config } from '../../config/index.ts';

/** A header of ours, never the client's, by which better-auth learns where a request comes from. */
export const ADDRESS_HEADER = 'x-plinth-address';
/** A header of ours: the page that asks, where it may. */
export const PAGE_ORIGIN_HEADER = 'x-plinth-page-origin';

/** The name of the session's cookie. `__Host-` makes browsers refuse it from subdomains and over plain HTTP. */
export function sessionCookieName(config: Pick<Config, 'mode'>): string {
  return config.mode === 'production' ? '__Host-plinth.session_token' : 'plinth.session_token';
}

/** A `Set-Cookie` that signs in: the token is signed as better-auth signs it, which find-viewer.ts checks. */
export function sessionCookie(
  config: Pick<Config, 'mode'>,
  secret: string,
  token: string,
  seconds: number,
): string {
  const signature = createHmac('sha256', secret).update(token).digest('base64');
  return cookieText(config, encodeURIComponent(`${token}.${signature}`), seconds);
}

/** The `Set-Cookie` that signs out. */
export const endedSessionCookie = (config: Pick<Config, 'mode'>): string => cookieText(config, '', 0);

function cookieText(config: Pick<Config, 'mode'>, value: string, seconds: number): string {
  const secure = config.mode === 'production' ? ' Secure;' : '';
  return `${sessionCookieName(config)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly;${secure} SameSite=Lax`;
}
