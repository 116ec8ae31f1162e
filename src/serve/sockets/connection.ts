import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import { ViewerError } from '../../kit/viewer-error.ts';
import { describeFailure } from '../error-answer.ts';
import { isErrorCode } from '../errors.ts';
import type { PlinthApp, WatchedViewer } from '../types.ts';
import { ADMIN_KEY_HEADER, resolveViewer } from '../viewer.ts';
import { CLOSE, closeCodeOf, fitReason, SocketClosing } from './close.ts';
import { connectionHeaders } from './connection-headers.ts';
import { ackMessage, type ClientMessage, pongMessage, readMessage } from './messages.ts';
import { Operations, type OperationsDeps } from './operations.ts';

/** Where a socket comes from. */
export interface Visit {
  readonly id: string;
  readonly upgrade: IncomingMessage;
  readonly ip: string;
}

/** Why a connection is about to end, and what operations that come meanwhile are told. */
interface Leaving {
  readonly code: number;
  readonly reason: string;
  readonly refusal: ViewerError;
}

/** How long operations may go on whose viewer's session has ended: as with requests, what is under way is answered. */
const LAST_WORDS_MS = 500;

/** What Node's own timeouts of sockets go by; its types do not say it. */
interface Handled {
  readonly _handle?: { readonly writeQueueSize?: number } | null;
}

const NOT_READ = 'The client does not read what it is sent';

/** One socket, by the protocol `graphql-transport-ws`. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #visit: Visit;
  readonly #deps: OperationsDeps;
  #state: 'new' | 'greeted' | 'open' = 'new';
  #isAlive = true;
  /** Bytes that have left for the client by the last call. */
  #left = 0;
  #leaving: Leaving | undefined;
  #operations: Operations | undefined;
  #watched: WatchedViewer | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, visit: Visit, deps: OperationsDeps) {
    this.#socket = socket;
    this.#visit = visit;
    this.#deps = deps;
    const tooLate = (): void => this.#close(CLOSE.initTimeout, 'Connection initialisation timeout');
    this.#timer = setTimeout(tooLate, deps.config.timeouts.socketInitMs);
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    // What is wrong with a frame has closed the socket with its code already.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#end());
  }

  /** Called at regular intervals. Who has not answered the last call by now is not there any more, or does not read. */
  ping(): void {
    if (!this.#isAlive) return this.terminate();
    if (this.#isStuck()) return this.#close(CLOSE.tryLater, NOT_READ);
    this.#isAlive = false;
    if (this.#isOpen) this.#socket.ping();
  }

  /** Closes as soon as what is under way has been answered; nothing new is begun. */
  leave(code: number, reason: string, refusal: ViewerError): void {
    this.#leaving ??= { code, reason, refusal };
    this.#closeIfDone();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  #receive(data: RawData, isBinary: boolean): void {
    if (!this.#isOpen) return;
    this.#isAlive = true;
    try {
      if (isBinary) throw new SocketClosing(CLOSE.badRequest, 'Messages are text');
      this.#handle(readMessage(String(data), this.#deps.config.limits.jsonDepth));
    } catch (error) {
      if (error instanceof SocketClosing) return this.#close(error.code, error.message);
      this.#deps.log.error({ err: error, requestId: this.#visit.id }, 'a message could not be handled');
      this.#close(CLOSE.internal, 'Internal server error');
    }
  }

  #handle(message: ClientMessage): void {
    switch (message.type) {
      case 'connection_init':
        if (this.#state !== 'new')
          throw new SocketClosing(CLOSE.secondInit, 'Too many initialisation requests');
        this.#state = 'greeted';
        clearTimeout(this.#timer);
        void this.#greet(message.payload);
        return;
      case 'subscribe':
        if (this.#state !== 'open' || !this.#operations)
          throw new SocketClosing(CLOSE.unauthorized, 'Unauthorized');
        this.#operations.begin(message.id, message.payload, this.#leaving?.refusal);
        return;
      case 'complete':
        this.#operations?.cancel(message.id);
        return;
      case 'ping':
        this.#send(pongMessage(message.payload));
        return;
      case 'pong':
        return;
    }
  }

  /** Finds out who is there. Wrong credentials are refused now rather than with every operation. */
  async #greet(payload: Readonly<Record<string, unknown>> | undefined): Promise<void> {
    const { config } = this.#deps;
    try {
      const headers = connectionHeaders(this.#visit.upgrade.headers, payload, config.limits.jsonDepth);
      const who = resolveViewer(headers, config);
      const watched = await this.#watch({ ...who, headers: { ...headers, [ADMIN_KEY_HEADER]: undefined } });
      this.#watched = watched;
      if (!this.#isOpen) return this.#end();
      this.#operations = new Operations(
        { ...this.#visit, headers, viewerId: watched?.id, isAdmin: who.viewer.kind === 'admin' },
        this.#deps,
        (text) => this.#send(text),
        () => this.#closeIfDone(),
      );
      this.#state = 'open';
      this.#send(ackMessage());
      this.#closeIfDone();
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Takes no longer than an operation may. */
  async #watch(
    who: Parameters<NonNullable<PlinthApp['watchViewer']>>[0],
  ): Promise<WatchedViewer | undefined> {
    const onEnd = (): void => this.#endSession();
    const watching = this.#deps.current.use(async ({ app }) => app.watchViewer?.(who, onEnd));
    const limit = this.#deps.limits.start();
    try {
      return await limit.bound(watching);
    } catch (error) {
      // Nobody waits for it any more.
      watching.then(
        (watched) => watched?.stop(),
        () => undefined,
      );
      throw error;
    } finally {
      limit.end();
    }
  }

  #refuse(error: unknown): void {
    const { formatted } = describeFailure(error, this.#visit.id, this.#deps.maskError);
    const code = formatted.extensions?.code;
    this.#close(isErrorCode(code) ? closeCodeOf(code) : CLOSE.internal, formatted.message);
  }

  #endSession(): void {
    this.leave(
      CLOSE.forbidden,
      'The session has ended.',
      new ViewerError('UNAUTHENTICATED', 'The session has ended.'),
    );
    clearTimeout(this.#timer);
    const cutOff = (): void => this.#close(CLOSE.forbidden, 'The session has ended.');
    this.#timer = setTimeout(cutOff, LAST_WORDS_MS);
  }

  #closeIfDone(): void {
    if (this.#leaving && !this.#operations?.isBusy) this.#close(this.#leaving.code, this.#leaving.reason);
  }

  #send(text: string): void {
    if (!this.#isOpen) return;
    if (this.#socket.bufferedAmount > this.#deps.config.sockets.backlogBytes)
      return this.#close(CLOSE.tryLater, NOT_READ);
    this.#socket.send(text);
  }

  /** Whether nothing of what waits for the client has left since the last call, whatever the client says itself. */
  #isStuck(): boolean {
    const { socket } = this.#visit.upgrade;
    const { bytesWritten, writableLength } = socket;
    // What is on its way in one piece counts as waiting until all of it has left; libuv knows how much of it has.
    const { writeQueueSize } = (socket as unknown as Handled)._handle ?? {};
    if (writeQueueSize === undefined) return false;
    const left = bytesWritten - writableLength - writeQueueSize;
    const isStuck = writableLength > 0 && left === this.#left;
    this.#left = left;
    return isStuck;
  }

  #close(code: number, reason: string): void {
    this.#operations?.cancelAll();
    if (!this.#isOpen) return;
    this.#deps.log.debug({ requestId: this.#visit.id, code, reason }, 'socket closed');
    this.#socket.close(code, fitReason(reason));
  }

  /** Safe to call twice: a connection may end before it is known whose it is. */
  #end(): void {
    clearTimeout(this.#timer);
    this.#operations?.cancelAll();
    this.#watched?.stop();
  }
}
