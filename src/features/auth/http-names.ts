import type { Config } from '../../config/index.ts';

/** A header of ours, never the client's, by which better-auth learns where a request comes from. */
export const ADDRESS_HEADER = 'x-plinth-address';
/** A header of ours: the page that asks, where it may. */
export const PAGE_ORIGIN_HEADER = 'x-plinth-page-origin';

/** The name of the session's cookie. `__Host-` makes browsers refuse it from subdomains and over plain HTTP. */
export function sessionCookieName(config: Pick<Config, 'mode'>): string {
  return config.mode === 'production' ? '__Host-plinth.session_token' : 'plinth.session_token';
}
