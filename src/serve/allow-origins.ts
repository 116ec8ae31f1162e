import type { FastifyReply } from 'fastify';
import type { Config } from '../config/config.ts';

/** Which web pages of other origins may read our answers. */
export interface AllowedOrigins {
  allow(origin: string): boolean;
  /** The CORS headers that an answer to this origin needs. */
  headersFor(origin: string | undefined): Readonly<Record<string, string>>;
  addHeaders(origin: string | undefined, reply: FastifyReply): void;
}

const LOCAL_ORIGIN = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/** What a page may send, and which of our headers it may read. The admin key and `X-Plinth-As` are not: never from a page. */
const ALLOWED_HEADERS =
  'authorization, content-type, idempotency-key, x-plinth-position, x-apollo-operation-name, apollo-require-preflight';
const EXPOSED_HEADERS = 'x-request-id, x-plinth-position, retry-after';

/**
 * Reads CORS_ORIGINS. Unset, production allows none and development every origin on this machine, since that is where
 * a single-page app's own dev server runs. An origin is never reflected unless it is allowed.
 */
export function allowOrigins(config: Pick<Config, 'mode' | 'corsOrigins'>): AllowedOrigins {
  const listed = new Set(config.corsOrigins);
  const anyone = listed.has('*');
  const local = config.mode === 'development' && listed.size === 0;
  const allow = (origin: string) => anyone || listed.has(origin) || (local && LOCAL_ORIGIN.test(origin));
  const headersFor = (origin: string | undefined): Readonly<Record<string, string>> => {
    if (origin === undefined || !allow(origin)) return VARY;
    return {
      ...VARY,
      'access-control-allow-origin': anyone ? '*' : origin,
      // `*` must not be combined with credentials; browsers refuse it and it would mean any site may act as the user.
      ...(!anyone && { 'access-control-allow-credentials': 'true' }),
      'access-control-expose-headers': EXPOSED_HEADERS,
    };
  };
  return {
    allow,
    headersFor,
    addHeaders: (origin, reply) => void reply.headers(headersFor(origin)),
  };
}

const VARY = { vary: 'origin' } as const;

/** Answers a browser's question whether a page of another origin may call us. */
export function answerPreflight(
  origin: string | undefined,
  origins: AllowedOrigins,
  reply: FastifyReply,
): void {
  origins.addHeaders(origin, reply);
  if (origin !== undefined && origins.allow(origin)) {
    reply.header('access-control-allow-methods', 'GET, POST');
    reply.header('access-control-allow-headers', ALLOWED_HEADERS);
    reply.header('access-control-max-age', '600');
  }
  reply.code(204).header('allow', 'GET, HEAD, POST, OPTIONS').send();
}
