import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { ViewerError } from '../kit/viewer-error.ts';
import { handedOver } from './hand-over.ts';

/**
 * Accepts JSON in UTF-8 and nothing else. Forms and plain text, which a page may send across sites without asking, end
 * with 415 before they are read; so do compressed bodies, whose size no limit could know beforehand.
 */
export function parseJsonBodies(http: FastifyInstance): void {
  http.removeAllContentTypeParsers();
  // What was read at the front door already cannot be read again.
  http.addHook('preParsing', (request, _reply, payload, done) => {
    const handed = handedOver(request.raw);
    done(null, handed ? Readable.from([handed.body]) : payload);
  });
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const type = request.headers['content-type'] ?? '';
    const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1] ?? 'utf-8';
    if (!/^(utf-?8|us-ascii)$/i.test(charset) || request.headers['content-encoding'] !== undefined) {
      done(unsupported());
      return;
    }
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch {
      done(new ViewerError('BAD_USER_INPUT', 'The request body is not JSON in UTF-8.'));
    }
  });
}

const BYTE_ORDER_MARK = 0xfeff;

/** @throws Error for what is not JSON in UTF-8 */
export function parseJsonBody(body: Buffer): unknown {
  if (!isUtf8(body)) throw new Error('The body is not UTF-8');
  const text = body.toString('utf8');
  return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text);
}

function unsupported(): Error {
  const message = 'Send JSON in UTF-8, not compressed.';
  return Object.assign(new Error(message), { statusCode: 415, code: 'FST_ERR_CTP_INVALID_MEDIA_TYPE' });
}
