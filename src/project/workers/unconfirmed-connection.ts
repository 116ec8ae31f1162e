import type { Worker } from 'node:cluster';

/** The connection that a worker was given and has not confirmed. */
export interface UnconfirmedConnection {
  /** Closes it, if there is one: for a worker that has ended and will not confirm anything. */
  close(): void;
}

/** What node:cluster says to a worker when it gives it a connection; others of its messages may carry what is to stay open. */
interface Handover {
  readonly act: 'newconn';
  readonly seq: number;
}

/**
 * Watches what node:cluster gives to `worker`: one connection at a time, of which the first process keeps its own hold until
 * the worker confirms it. A worker that dies before that leaves a connection that nobody will ever read, close or give to
 * another worker, and a client that waits for as long as it has patience. No public call of node:cluster leads to it, so it
 * is noted as it passes `subprocess.send`. Closed, it tells the client what the worker's other clients are told: the
 * connection is lost, and nothing has been answered. Should Node name its messages otherwise one day, nothing is closed.
 */
export function watchHandovers({ process: child }: Worker): UnconfirmedConnection {
  let underWay: { readonly seq: number; readonly handle: unknown } | undefined;
  // A process that could not even be started has no channel.
  if (child.connected) {
    const send: (...args: never[]) => boolean = child.send;
    child.send = (message: unknown, handle?: unknown, ...rest: unknown[]): boolean => {
      if (isHandover(message)) underWay = { seq: message.seq, handle };
      return Reflect.apply(send, child, [message, handle, ...rest]);
    };
    // By the time this is told of a confirmation, node:cluster may have given the worker the next one.
    child.on('internalMessage', (message: { readonly ack?: number }) => {
      if (message.ack === underWay?.seq) underWay = undefined;
    });
  }
  return {
    close: () => {
      const { handle } = underWay ?? {};
      underWay = undefined;
      if (isClosable(handle)) handle.close();
    },
  };
}

function isHandover(message: unknown): message is Handover {
  return typeof message === 'object' && message !== null && 'act' in message && message.act === 'newconn';
}

function isClosable(handle: unknown): handle is { close(): void } {
  return (
    typeof handle === 'object' && handle !== null && 'close' in handle && typeof handle.close === 'function'
  );
}
