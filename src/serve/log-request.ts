import type { Log } from './log.ts';

/** One line per request, once it is answered. */
export function logRequest(
  log: Log,
  request: {
    readonly id: string;
    readonly method: string;
    readonly url: string;
    readonly status: number;
    readonly ms: number;
  },
): void {
  if (!log.isLevelEnabled('info')) return;
  const { id, method, status } = request;
  // The path without its query string, which may hold an operation's variables.
  const path = request.url.split('?', 1)[0];
  const level = path?.startsWith('/health/') || path?.startsWith('/graphql/assets/') ? 'debug' : 'info';
  const ms = Math.round(request.ms * 10) / 10;
  log[level]({ requestId: id, method, path, status, ms }, 'request');
}
