import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config/config.ts';
import { networkOf } from '../../kit/network-of.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import { PATH } from '../add-graphql-routes.ts';
import type { Incoming } from '../admit-request.ts';
import type { Life } from '../life.ts';
import type { Log } from '../log.ts';
import { logRequest } from '../log-request.ts';
import { clientGone, type TimeLimit, type TimeLimits } from '../time-limit.ts';
import {
  answerOverSocket,
  describeSocketFailure,
  type SocketAnswer,
  type SocketAnswerDeps,
} from './answer-over-socket.ts';
import { CLOSE, SocketClosing } from './close.ts';
import type { Counts } from './counts.ts';
import { answerMessage, completeMessage } from './messages.ts';

export interface OperationsDeps extends SocketAnswerDeps {
  readonly config: Config;
  readonly limits: TimeLimits;
  readonly life: Life;
  readonly log: Log;
  /** Operations under way over all sockets, by who asks. */
  readonly underWay: Counts;
}

/** Who asks, over which socket. */
export interface Asker {
  readonly upgrade: IncomingMessage;
  readonly ip: string;
  /** Of the upgrade and of `connection_init`, the admin key included. */
  readonly headers: Incoming['headers'];
  /** Undefined for whoever is signed out, and for the administrator. */
  readonly viewerId: string | undefined;
  readonly isAdmin: boolean;
}

/** The operations of one socket. */
export class Operations {
  readonly #asker: Asker;
  readonly #deps: OperationsDeps;
  readonly #send: (text: string) => void;
  readonly #onAnswered: () => void;
  /** Those whose answer the client waits for. */
  readonly #awaited = new Map<string, TimeLimit>();
  /** Those and the cancelled ones that have not come to their end. */
  #running = 0;

  constructor(asker: Asker, deps: OperationsDeps, send: (text: string) => void, onAnswered: () => void) {
    this.#asker = asker;
    this.#deps = deps;
    this.#send = send;
    this.#onAnswered = onAnswered;
  }

  get isBusy(): boolean {
    return this.#awaited.size > 0;
  }

  /** @param refusal why nothing new is begun any more; @throws SocketClosing for an id that is in use */
  begin(id: string, payload: object, refusal: ViewerError | undefined): void {
    if (this.#awaited.has(id))
      throw new SocketClosing(CLOSE.duplicateId, `Subscriber for ${id} already exists`);
    const request = this.#toRequest(payload);
    const began = performance.now();
    const refused = refusal ?? this.#tooMany();
    if (refused) {
      const answer = describeSocketFailure(refused, request.id, this.#deps.maskError);
      this.#tell(id, request, answer, began);
    } else void this.#run(id, request, began);
  }

  /** The client does not wait any more. */
  cancel(id: string): void {
    this.#awaited.get(id)?.abort(clientGone());
    this.#awaited.delete(id);
  }

  cancelAll(): void {
    for (const limit of this.#awaited.values()) limit.abort(clientGone());
    this.#awaited.clear();
  }

  async #run(id: string, request: Incoming, began: number): Promise<void> {
    const { limits, life, underWay } = this.#deps;
    const limit = limits.start();
    const key = this.#countedAs();
    this.#awaited.set(id, limit);
    this.#running += 1;
    underWay.add(key);
    life.began();
    const answer = await answerOverSocket(request, limit, this.#deps);
    this.#running -= 1;
    underWay.remove(key);
    // The client may have given it up, and may have begun another under the same id.
    const isAwaited = this.#awaited.get(id) === limit;
    if (isAwaited) this.#awaited.delete(id);
    if (isAwaited) this.#tell(id, request, answer, began);
    else this.#note(request, answer, began);
    this.#onAnswered();
    life.ended();
  }

  #tell(id: string, request: Incoming, answer: SocketAnswer, began: number): void {
    this.#send(answerMessage(id, answer.type, answer.payload));
    if (answer.type === 'next') this.#send(completeMessage(id));
    this.#note(request, answer, began);
  }

  #note({ id, url }: Incoming, { status }: SocketAnswer, began: number): void {
    logRequest(this.#deps.log, {
      id,
      method: 'WS',
      url,
      status,
      ms: performance.now() - began,
    });
  }

  /** As if it had been posted: there is one way from here on. */
  #toRequest(body: object): Incoming {
    const { headers, ip, upgrade } = this.#asker;
    return { id: randomUUID(), method: 'POST', url: PATH, ip, headers, body, raw: upgrade };
  }

  #tooMany(): ViewerError | undefined {
    const { operations, operationsPerViewer, operationsPerAddress } = this.#deps.config.sockets;
    if (this.#running >= operations) return tooMany(`this connection has ${operations} operations under way`);
    const { viewerId, isAdmin } = this.#asker;
    const most = viewerId === undefined ? operationsPerAddress : operationsPerViewer;
    if (isAdmin || this.#deps.underWay.of(this.#countedAs()) < most) return undefined;
    const who = viewerId === undefined ? 'this address' : 'the viewer';
    return tooMany(`${who} has ${most} operations under way over WebSocket`);
  }

  #countedAs(): string {
    const { viewerId, isAdmin, ip } = this.#asker;
    if (isAdmin) return 'admin';
    return viewerId === undefined ? `address ${networkOf(ip)}` : `viewer ${viewerId}`;
  }
}

function tooMany(what: string): ViewerError {
  return new ViewerError('RATE_LIMITED', `Too many at once: ${what}, the limit. Wait until one has ended.`);
}
