import type { ErrorCode } from '../../kit/viewer-error.ts';

/** Why sockets are closed, beside what the protocol itself closes for. */
export const CLOSE = {
  /** The server stops. Clients connect again, elsewhere. */
  goingAway: 1001,
  /** The API has been replaced. Clients connect again. */
  restart: 1012,
  /** Something is used up for now. Clients connect again after a while. */
  tryLater: 1013,
  badRequest: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  initTimeout: 4408,
  duplicateId: 4409,
  secondInit: 4429,
  internal: 4500,
} as const;

/** The end of a socket, as its client is told of it. */
export class SocketClosing extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.name = 'SocketClosing';
    this.code = code;
  }
}

/** The close code of a connection that is refused with an error. */
export function closeCodeOf(code: ErrorCode): number {
  if (code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') return CLOSE.forbidden;
  if (code === 'BAD_USER_INPUT') return CLOSE.badRequest;
  return code === 'INTERNAL_SERVER_ERROR' ? CLOSE.internal : CLOSE.tryLater;
}

/** RFC 6455 §5.5: a control frame has 125 bytes, two of which are the code. */
const MAX_REASON_BYTES = 123;

/** A reason that fits into a frame; an ellipsis says that there was more. */
export function fitReason(reason: string): string {
  if (Buffer.byteLength(reason) <= MAX_REASON_BYTES) return reason;
  const head = Buffer.from(reason).subarray(0, MAX_REASON_BYTES - 3);
  // What the cut has left of a character is no text.
  return `${new TextDecoder().decode(head, { stream: true })}…`;
}
