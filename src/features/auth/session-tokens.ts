import { createHash } from 'node:crypto';

/** How a session's token is kept: it is random enough that no salt is needed, and nobody can use what is stored. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/**
 * Replaces tokens by their hashes on their way into the database, and back on the way out: whoever knows a token is
 * answered the token, whoever lists sessions is answered hashes.
 */
export function tokenVeil() {
  const known = new Map<string, string>();
  const hide = (token: string): string => {
    const hash = hashToken(token);
    known.set(hash, token);
    return hash;
  };
  return {
    hide: (args: unknown): unknown => mapTokens(args, hide),
    show: (found: unknown): unknown => mapTokens(found, (hash) => known.get(hash) ?? hash),
  };
}

function mapTokens(value: unknown, change: (token: string) => string, isToken = false): unknown {
  if (typeof value === 'string') return isToken ? change(value) : value;
  if (Array.isArray(value)) return value.map((item) => mapTokens(item, change, isToken));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      // Below `token` there are operators (`equals`, `in`), which hold tokens.
      mapTokens(item, change, isToken ? key !== 'mode' : key === 'token'),
    ]),
  );
}
