import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Names what a query by GET is answered with, where caches may keep it, so that one whose copy has grown old is told by 304
 * that nothing has changed instead of being sent the same again (RFC 9110 §8.8.3, §13.1.2). Headers say for whom an answer is;
 * the tag adds nothing to that: it is of the bytes that this viewer would be sent.
 * @returns whether the sender has exactly this
 */
export function hasAlready(request: FastifyRequest, reply: FastifyReply, text: string): boolean {
  if (request.method === 'POST' || reply.statusCode !== 200 || !mayBeKept(reply)) return false;
  const tag = entityTag(String(reply.getHeader('content-type')), text);
  reply.header('etag', tag);
  return names(request.headers['if-none-match'], tag);
}

function mayBeKept(reply: FastifyReply): boolean {
  return String(reply.getHeader('cache-control')).startsWith('max-age=');
}

/** The media type is the client's choice and part of what it gets. */
function entityTag(type: string, text: string): string {
  const hash = createHash('sha256').update(type).update('\n').update(text).digest('base64url');
  return `"${hash.slice(0, 27)}"`;
}

/** Weakly, as §13.1.2 asks: a proxy that compresses marks tags as weak. */
function names(given: string | undefined, tag: string): boolean {
  if (given === undefined) return false;
  return given.split(',').some((one) => {
    const candidate = one.trim();
    return candidate === '*' || candidate.replace(/^W\//, '') === tag;
  });
}
