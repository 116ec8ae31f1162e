import type { ViewerState } from '../model/viewer.ts';
import type { RequestInfo } from '../serve/index.ts';

/** A request that nobody sent: an operation that a command runs as `viewer`. */
export function ownRequest(viewer: ViewerState): RequestInfo {
  return {
    method: 'POST',
    url: '/graphql',
    headers: {},
    requestId: 'explained',
    signal: new AbortController().signal,
    remoteAddress: '127.0.0.1',
    viewer,
    hasAdminKey: true,
    setCookie: () => undefined,
    toViewer: (error) => error.toJSON(),
  };
}
