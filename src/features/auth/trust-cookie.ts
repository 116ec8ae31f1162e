import { type Config, namesOrigin } from '../../config/index.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Whether a request's cookie may say who sends it. Browsers add cookies to requests of any page, so one of another site
 * counts as signed out, unless CORS_ORIGINS (or PLINTH_APP_URL) names the site. Bearer tokens are not concerned: no
 * browser adds them by itself.
 */
export function trustsCookie(
  headers: Headers,
  config: Pick<Config, 'mode' | 'corsOrigins' | 'auth'>,
  publicUrl: string,
): boolean {
  const { origin } = headers;
  if (origin === undefined) {
    // Navigation and same-origin reading come without an Origin; a foreign page's <img> or <script> says cross-site.
    const site = headers['sec-fetch-site'];
    return (
      site === undefined ||
      site === 'same-origin' ||
      site === 'none' ||
      headers['sec-fetch-mode'] === 'navigate'
    );
  }
  if (origin === new URL(publicUrl).origin || origin === ownOrigin(headers)) return true;
  if (config.auth.appUrl !== undefined && origin === new URL(config.auth.appUrl).origin) return true;
  return namesOrigin(config, origin);
}

/** A page cannot choose the Host of its requests, so the origin that matches it is our own. */
function ownOrigin({ host, origin }: Headers): string | undefined {
  const scheme = origin?.startsWith('https:') ? 'https' : 'http';
  return host === undefined ? undefined : `${scheme}://${host}`;
}

/** The value of a cookie, decoded; undefined where it is absent or not well-formed. */
export function readCookie(headers: Headers, name: string): string | undefined {
  for (const part of headers.cookie?.split(';') ?? []) {
    const at = part.indexOf('=');
    if (at < 0 || part.slice(0, at).trim() !== name) continue;
    try {
      return decodeURIComponent(part.slice(at + 1).trim());
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/** The token of an `Authorization: Bearer …` header. */
export function readBearer({ authorization }: Headers): string | undefined {
  return /^Bearer +([^\s]{8,16384})$/i.exec(authorization ?? '')?.[1];
}
