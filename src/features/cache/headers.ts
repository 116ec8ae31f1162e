import type { Judgement } from './judge-operations.ts';

/** `Accept` decides about the media type, `Origin` about CORS headers, the admin key about everything. */
const ALWAYS = 'origin, accept, x-plinth-admin-key';
/** Everything that says who asks: a browser must not show one account what it keeps of another. */
const WHO = 'x-plinth-as, authorization, cookie, x-api-key';

/**
 * Headers by which caches between the server and the viewer know what they may keep.
 * @param age milliseconds since the answer was worked out, where it comes from the server's own cache
 */
export function cacheHeaders(
  { facts, isPublic }: Judgement,
  age: number | undefined,
): readonly (readonly [name: string, value: string])[] {
  return [
    ['cache-control', `max-age=${facts.maxAge}, ${isPublic ? 'public' : 'private'}`],
    ['vary', isPublic ? ALWAYS : `${ALWAYS}, ${WHO}`],
    ...(age === undefined ? [] : ([['age', String(Math.max(0, Math.floor(age / 1_000)))]] as const)),
  ];
}
