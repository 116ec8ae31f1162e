import { createHmac, timingSafeEqual } from 'node:crypto';
import type { WalPosition } from '../../data/index.ts';

/** What a client carries from the process that wrote for it to the one that reads for it. */
export interface PositionTokens {
  make(position: WalPosition, at: number): string;
  /** 0 for what is no token of ours, or one that is out of date. */
  read(token: string | undefined, now: number): WalPosition;
}

/**
 * Signed, because whoever could make one up could send every read of theirs to the primary.
 * @param keptMs after which a token says nothing that replicas do not have
 */
export function positionTokens(secret: string, keptMs: number): PositionTokens {
  const sign = (text: string): string =>
    createHmac('sha256', secret).update(`plinth position ${text}`).digest('base64url').slice(0, 22);
  return {
    make: (position, at) => {
      const text = `${position.toString(36)}.${Math.floor(at / 1000).toString(36)}`;
      return `${text}.${sign(text)}`;
    },
    read: (token, now) => {
      const [, text = '', position = '', at = '', signature = ''] =
        /^(([0-9a-z]{1,13})\.([0-9a-z]{1,8}))\.([\w-]{22})$/.exec(token ?? '') ?? [];
      if (text === '' || !timingSafeEqual(Buffer.from(signature), Buffer.from(sign(text)))) return 0n;
      if (Number.parseInt(at, 36) * 1000 < now - keptMs) return 0n;
      return [...position].reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36)), 0n);
    },
  };
}
