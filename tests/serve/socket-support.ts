import { type Client, type ClientOptions, createClient, type SubscribePayload } from 'graphql-ws';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

export const PROTOCOL = 'graphql-transport-ws';

// biome-ignore lint/suspicious/noExplicitAny: tests look into messages freely; what is not there fails the claim.
export type Message = any;

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A socket without a client: every message and frame is the test's own. */
export interface RawSocket {
  readonly socket: WebSocket;
  /** All that has arrived and has not been asked for. */
  readonly arrived: Message[];
  readonly closed: Promise<Closing>;
  send(message: unknown): void;
  /** The next message, whenever it comes. */
  next(): Promise<Message>;
}

export interface RawOptions {
  readonly headers?: Record<string, string>;
  readonly protocols?: string[];
}

/** Opens a socket, and rejects with the status where there is none. */
export async function openRaw(url: string, options: RawOptions = {}): Promise<RawSocket> {
  const { headers = {}, protocols = [PROTOCOL] } = options;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocols, { headers });
  const arrived: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    const waiter = waiting.shift();
    if (waiter) waiter(message);
    else arrived.push(message);
  });
  const closed = new Promise<Closing>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  onTestFinished(() => socket.terminate());
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('unexpected-response', (_request, response) =>
      reject(new Error(`status ${response.statusCode}`)),
    );
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return {
    socket,
    arrived,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: async () => {
      if (arrived.length > 0) return arrived.shift();
      const ended = closed.then(({ code, reason }) => {
        throw new Error(`closed with ${code} ${reason}`);
      });
      return Promise.race([new Promise<Message>((resolve) => waiting.push(resolve)), ended]);
    },
  };
}

/** A socket that has been acknowledged. */
export async function openReady(
  url: string,
  payload?: Record<string, unknown>,
  options?: RawOptions,
): Promise<RawSocket> {
  const raw = await openRaw(url, options);
  raw.send({ type: 'connection_init', ...(payload && { payload }) });
  const ack = await raw.next();
  if (ack.type !== 'connection_ack') throw new Error(`not acknowledged: ${JSON.stringify(ack)}`);
  return raw;
}

/** How opening a socket ends that is not acknowledged. */
export async function refusalOf(
  url: string,
  payload?: Record<string, unknown>,
  options?: RawOptions,
): Promise<Closing> {
  const raw = await openRaw(url, options);
  raw.send({ type: 'connection_init', ...(payload && { payload }) });
  return raw.closed;
}

/** The client that apps use. Nothing is tried again, so that tests see what happens. */
export function openClient(url: string, options: Partial<ClientOptions> & RawOptions = {}): Client {
  const { headers = {}, ...others } = options;
  class SocketWithHeaders extends WebSocket {
    constructor(address: string, protocols: string | string[]) {
      super(address, protocols, { headers });
    }
  }
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: SocketWithHeaders,
    lazy: true,
    retryAttempts: 0,
    ...others,
  });
  onTestFinished(() => client.dispose());
  return client;
}

/** What one operation is answered with by that client: the answer, or what its `error` was given. */
export async function askClient(client: Client, payload: SubscribePayload): Promise<Message> {
  for await (const answer of client.iterate(payload)) return answer;
  return undefined;
}
