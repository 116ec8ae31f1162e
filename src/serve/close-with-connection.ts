import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const queues = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * Sees that a response tells of its end (`close`) whatever happens to its connection. Of requests that a client sends without
 * waiting for answers, Node gives the connection to one response at a time, and tells only that one when it closes: the
 * others would be waited for, and worked on, for nobody. Whose turn it is already costs nothing here.
 */
export function closeWithConnection({ socket }: IncomingMessage, response: ServerResponse): void {
  if (response.socket) return;
  const queue = queues.get(socket) ?? queueOf(socket);
  queue.add(response);
  response.once('close', () => queue.delete(response));
}

/** Whether no other request of its connection is still to be answered: it may be closed behind this one. */
export function isLastOnConnection({ socket }: IncomingMessage, response: ServerResponse): boolean {
  const last = [...(queues.get(socket) ?? [])].at(-1);
  return last === undefined || last === response;
}

/** One listener for each connection, however many wait on it. */
function queueOf(socket: Socket): Set<ServerResponse> {
  const queue = new Set<ServerResponse>();
  queues.set(socket, queue);
  socket.once('close', () => {
    // Whoever has got the connection meanwhile is told by Node.
    for (const response of queue) if (!response.socket) response.emit('close');
  });
  return queue;
}
