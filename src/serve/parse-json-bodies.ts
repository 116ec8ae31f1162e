import type { FastifyInstance } from 'fastify';
import { ViewerError } from '../kit/viewer-error.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Accepts JSON in UTF-8 and nothing else. Forms and plain text, which a page may send across sites without asking, end
 * with 415 before they are read; so do compressed bodies, whose size no limit could know beforehand.
 */
export function parseJsonBodies(http: FastifyInstance): void {
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const type = request.headers['content-type'] ?? '';
    const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1] ?? 'utf-8';
    if (!/^(utf-?8|us-ascii)$/i.test(charset) || request.headers['content-encoding'] !== undefined) {
      done(unsupported());
      return;
    }
    try {
      done(null, JSON.parse(utf8.decode(body as Buffer)) as unknown);
    } catch {
      done(new ViewerError('BAD_USER_INPUT', 'The request body is not JSON in UTF-8.'));
    }
  });
}

function unsupported(): Error {
  const message = 'Send JSON in UTF-8, not compressed.';
  return Object.assign(new Error(message), { statusCode: 415, code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' });
}
