import type { Duplex } from 'node:stream';
import type { ViewerError } from '../../kit/viewer-error.ts';
import { describeFailure } from '../error-answer.ts';
import type { MaskError } from '../mask-errors.ts';
import { SECURITY_HEADERS } from '../security-headers.ts';

// Not imported: an import of node:http reads everything that it exports, and with that loads Node's fetch and WebSocket,
// which a start does without.
const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** Why there will be no socket. */
export interface UpgradeRefusal {
  readonly error: ViewerError;
  /** Where it is not the error's own. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers an upgrade as HTTP would: nobody else does, once a connection is not read as HTTP any more. @returns the status */
export function refuseUpgrade(
  { error, status: own, headers: more }: UpgradeRefusal,
  requestId: string,
  socket: Duplex,
  maskError: MaskError,
): number {
  const failure = describeFailure(error, requestId, maskError);
  const status = own ?? failure.status;
  const body = `${JSON.stringify({ errors: [failure.formatted] })}\n`;
  const headers = {
    ...SECURITY_HEADERS,
    ...more,
    'x-request-id': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  return status;
}
