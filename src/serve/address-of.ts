import type { IncomingMessage } from 'node:http';
import { compile, default as proxyAddr } from '@fastify/proxy-addr';

/** Tells where requests come from: the last address in `X-Forwarded-For` that is not a trusted proxy's, as Fastify does. */
export function addressFinder(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  if (trustedProxies.length === 0) return ({ socket }) => socket.remoteAddress ?? '';
  const isTrusted = compile([...trustedProxies]);
  return (request) => proxyAddr(request, isTrusted);
}
