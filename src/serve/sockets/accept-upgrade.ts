import type { Duplex } from 'node:stream';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { Connection, type Visit } from './connection.ts';
import type { OperationsDeps } from './operations.ts';

/** How long a client may take to answer the closing of its socket, or to read what is left before it. */
const CLOSING_MS = 5_000;

/** Frames that one message may come in. Each keeps what it was read in, however small it is itself. */
const MOST_FRAGMENTS = 128;

/** Makes a connection of a request that may have one. @param opened undefined where it could not be made after all */
export type AcceptUpgrade = (
  visit: Visit,
  stream: Duplex,
  head: Buffer,
  opened: (connection: Connection, socket: WebSocket) => void,
) => void;

export function acceptUpgrades(deps: OperationsDeps): AcceptUpgrade {
  // A variable first: ws' types do not know of all of them.
  const options = {
    noServer: true,
    clientTracking: false,
    maxPayload: deps.config.limits.bodyBytes,
    closeTimeout: CLOSING_MS,
    maxFragments: MOST_FRAGMENTS,
    handleProtocols,
  };
  const server = new WebSocketServer(options);
  return (visit, stream, head, opened) => {
    server.handleUpgrade(visit.upgrade, stream, head, (socket) => {
      const connection = new Connection(socket, visit, deps);
      opened(connection, socket);
      // The protocol wants the client told, so the socket is opened for it.
      if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL)
        socket.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
    });
  };
}
