import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config/config.ts';
import { trustsCookie } from '../../features/auth/trust-cookie.ts';
import { networkOf } from '../../kit/network-of.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { AllowedOrigins } from '../allow-origins.ts';
import type { Life } from '../life.ts';
import { stopping } from '../time-limit.ts';
import type { Counts } from './counts.ts';
import type { UpgradeRefusal } from './refuse-upgrade.ts';

export interface JudgeDeps {
  readonly config: Config;
  readonly origins: AllowedOrigins;
  readonly life: Life;
  /** Sockets by the network that they come from. */
  readonly sockets: Counts;
}

const KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Why a request for a socket gets none; undefined where it does. */
export function judgeUpgrade(
  request: IncomingMessage,
  ip: string,
  deps: JudgeDeps,
): UpgradeRefusal | undefined {
  const { headers } = request;
  if (deps.life.stopping) return { error: stopping() };
  if (headers['sec-websocket-version'] !== '13') return NO_SUCH_VERSION;
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) return { error: malformed('Sec-WebSocket-Key') };
  const protocols = headers['sec-websocket-protocol'];
  if (protocols !== undefined && !PROTOCOLS.test(protocols))
    return { error: malformed('Sec-WebSocket-Protocol') };
  if (!isOfAllowedPage(headers as Headers, deps)) return FOREIGN_PAGE;
  return judgeCount(networkOf(ip), deps);
}

const PROTOCOLS = /^[\w!#$%&'*+.^`|~-]+(?:[ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+)*$/;

const NO_SUCH_VERSION: UpgradeRefusal = {
  error: new ViewerError('BAD_USER_INPUT', 'This server speaks version 13 of WebSocket.'),
  status: 426,
  headers: { upgrade: 'websocket', 'sec-websocket-version': '13' },
};

const FOREIGN_PAGE: UpgradeRefusal = {
  error: new ViewerError(
    'FORBIDDEN',
    'Sockets are not opened for pages of this origin. CORS_ORIGINS can allow it.',
  ),
};

function malformed(header: string): ViewerError {
  return new ViewerError('BAD_USER_INPUT', `${header} is missing or malformed.`);
}

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Browsers open sockets for every page without asking us first, and send our cookie along (cross-site WebSocket hijacking).
 * They do say whose page it is. Programs have none.
 */
function isOfAllowedPage(headers: Headers, { config, origins }: JudgeDeps): boolean {
  const { origin } = headers;
  if (origin === undefined || origins.allow(origin)) return true;
  // Where we listen is what `Host` says.
  return trustsCookie(headers, config, config.auth.publicUrl ?? 'http://localhost');
}

function judgeCount(network: string, { config, sockets }: JudgeDeps): UpgradeRefusal | undefined {
  const { total, perAddress } = config.sockets;
  if (sockets.total >= total)
    return { error: new ViewerError('UNAVAILABLE', `The server has ${total} sockets open, the limit.`) };
  if (sockets.of(network) < perAddress) return undefined;
  return {
    error: new ViewerError('RATE_LIMITED', `This address has ${perAddress} sockets open, the limit.`),
  };
}
