import { type Message, MessageType, parseMessage } from 'graphql-ws';
import { refuseHostileJson } from '../refuse-hostile-json.ts';
import { CLOSE, SocketClosing } from './close.ts';

export type ClientMessage = Extract<Message, { type: ClientType }>;
type ClientType =
  | MessageType.ConnectionInit
  | MessageType.Ping
  | MessageType.Pong
  | MessageType.Subscribe
  | MessageType.Complete;

const CLIENT_TYPES: readonly MessageType[] = [
  MessageType.ConnectionInit,
  MessageType.Ping,
  MessageType.Pong,
  MessageType.Subscribe,
  MessageType.Complete,
];

/** Reads what a client may send. @throws SocketClosing 4400 */
export function readMessage(text: string, jsonDepth: number): ClientMessage {
  const message = parse(text);
  if (!isFromClient(message))
    throw new SocketClosing(CLOSE.badRequest, `"${message.type}" is the server's to send`);
  if (message.type === MessageType.Ping || message.type === MessageType.Pong)
    refuseHostilePayload(message.payload, jsonDepth);
  return message;
}

/** What is sent back as it came; payloads of others are looked at where they are used. */
function refuseHostilePayload(payload: unknown, jsonDepth: number): void {
  try {
    refuseHostileJson(payload, jsonDepth);
  } catch (error) {
    throw new SocketClosing(CLOSE.badRequest, (error as Error).message);
  }
}

function isFromClient(message: Message): message is ClientMessage {
  return CLIENT_TYPES.includes(message.type);
}

function parse(text: string): Message {
  try {
    return parseMessage(withQuery(JSON.parse(text)) as never);
  } catch (error) {
    // The parser of JSON quotes what it was given.
    const reason = error instanceof SyntaxError ? 'The message is not JSON' : (error as Error).message;
    throw new SocketClosing(CLOSE.badRequest, reason);
  }
}

interface Loose {
  readonly type?: unknown;
  readonly payload?: {
    readonly query?: unknown;
    readonly documentId?: unknown;
    readonly extensions?: unknown;
  };
}

/** Who sends an id sends no text. The protocol's check knows of texts alone. */
function withQuery(message: unknown): unknown {
  const { type, payload } = (message ?? {}) as Loose;
  if (type !== MessageType.Subscribe || typeof payload !== 'object' || payload === null) return message;
  const hasId = payload.documentId !== undefined || typeof payload.extensions === 'object';
  if (!hasId || payload.query != null) return message;
  return { ...(message as object), payload: { ...payload, query: '' } };
}

export function ackMessage(): string {
  return JSON.stringify({ type: MessageType.ConnectionAck });
}

export function pongMessage(payload: unknown): string {
  return JSON.stringify({ type: MessageType.Pong, ...(payload != null && { payload }) });
}

/** The payload is JSON already: what answers an operation over HTTP goes out as it is. */
export function answerMessage(id: string, type: 'next' | 'error', payload: string): string {
  return `{"id":${JSON.stringify(id)},"type":"${type}","payload":${payload}}`;
}

export function completeMessage(id: string): string {
  return JSON.stringify({ id, type: MessageType.Complete });
}
