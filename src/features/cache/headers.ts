import type { Judgement } from './judge-operations.ts';

/** Headers by which caches between the server and the viewer know what they may keep. */
export interface CacheHeaders {
  readonly 'cache-control': string;
  readonly vary: string;
}

/** `Accept` decides about the media type, `Origin` about CORS headers, the admin key about everything. */
const ALWAYS = 'origin, accept, x-plinth-admin-key';
/** Everything that says who asks: a browser must not show one account what it keeps of another. */
const WHO = 'x-plinth-as, authorization, cookie, x-api-key';

export function cacheHeaders({ facts, isPublic }: Judgement): CacheHeaders {
  return {
    'cache-control': `max-age=${facts.maxAge}, ${isPublic ? 'public' : 'private'}`,
    vary: isPublic ? ALWAYS : `${ALWAYS}, ${WHO}`,
  };
}
