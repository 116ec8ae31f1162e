import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** What belongs to the offer of another protocol (RFC 9110 §7.8, RFC 7540 §3.2.1). */
const OFFER = ['upgrade', 'http2-settings'];

/**
 * Serves a request over HTTP that offers another protocol. A server may decline the offer, and must serve the request then;
 * some clients offer HTTP/2 with every first one. But Node hands all that offer anything over as soon as anybody listens, and
 * stops to read HTTP there. So the connection begins anew, and what was read of it is read again without the offer.
 */
export function serveAsHttp(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  if (!socket.readable) return void socket.destroy();
  socket.unshift(Buffer.concat([Buffer.from(headOf(request), 'latin1'), head]));
  server.emit('connection', socket);
}

/**
 * Whether requests that came before on the same connection still wait for their answers. Then it is closed behind them, and
 * whoever has sent the offer sends it again: two readers of one connection would mix up their answers.
 */
export function isStillAnswering(socket: Duplex): boolean {
  if (!pendingAnswer(socket)) return false;
  endAfterAnswers(socket as Socket);
  return true;
}

/** Node's own note of whose answer a connection carries. */
function pendingAnswer(socket: Duplex): ServerResponse | null | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage;
}

function endAfterAnswers(socket: Socket): void {
  const pending = pendingAnswer(socket);
  if (!pending) socket.destroySoon();
  else pending.once('close', () => setImmediate(() => endAfterAnswers(socket)));
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    if (OFFER.includes(name.toLowerCase())) continue;
    if (name.toLowerCase() !== 'connection') lines.push(`${name}: ${value}`);
    else lines.push(...keptOptions(value));
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function keptOptions(connection: string): string[] {
  const options = connection.split(',').map((option) => option.trim());
  const kept = options.filter((option) => !OFFER.includes(option.toLowerCase()));
  return kept.length > 0 ? [`Connection: ${kept.join(', ')}`] : [];
}
