import type { FastifyReply } from 'fastify';
import { type Config, namesOrigin } from '../config/index.ts';

/** Which web pages of other origins may read our answers. */
export interface AllowedOrigins {
  allow(origin: string): boolean;
  /** The CORS headers that an answer to this origin needs. */
  headersFor(origin: string | undefined): Readonly<Record<string, string>>;
  addHeaders(origin: string | undefined, reply: FastifyReply): void;
}

/** What a page may send, and which of our headers it may read. The admin key and `X-Plinth-As` are not: never from a page. */
const ALLOWED_HEADERS =
  'authorization, content-type, idempotency-key, x-plinth-position, x-apollo-operation-name, apollo-require-preflight';
const EXPOSED_HEADERS = 'x-request-id, x-plinth-position, retry-after';

/**
 * Reads CORS_ORIGINS. An origin is never reflected unless it is allowed.
 */
export function allowOrigins(config: Pick<Config, 'mode' | 'corsOrigins'>): AllowedOrigins {
  const anyone = config.corsOrigins.includes('*');
  const allow = (origin: string) => anyone || namesOrigin(config, origin);
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
