import type { FastifyInstance } from 'fastify';

/** For answers that are data: a browser must not sniff, frame, cache or run them. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
} as const;

/** Puts the security headers and our request id on every answer; a route may replace single ones. */
export function addSecurityHeaders(http: FastifyInstance): void {
  const headers = Object.entries(SECURITY_HEADERS);
  http.addHook('onRequest', (request, reply, done) => {
    for (const [name, value] of headers) reply.header(name, value);
    reply.header('x-request-id', request.id);
    done();
  });
}
