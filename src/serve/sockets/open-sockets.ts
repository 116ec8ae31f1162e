import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { networkOf } from '../../kit/network-of.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import { type GraphqlDeps, PATH } from '../add-graphql-routes.ts';
import type { Life } from '../life.ts';
import type { Log } from '../log.ts';
import { logRequest } from '../log-request.ts';
import { stopping } from '../time-limit.ts';
import type { AcceptUpgrade } from './accept-upgrade.ts';
import { CLOSE } from './close.ts';
import type { Connection, Visit } from './connection.ts';
import { Counts } from './counts.ts';
import { judgeUpgrade } from './judge-upgrade.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { isStillAnswering, serveAsHttp } from './serve-as-http.ts';

export interface SocketDeps extends GraphqlDeps {
  /** Where a request comes from, as Fastify would say. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly life: Life;
  readonly log: Log;
}

/** How long a stop waits for clients to answer that they have heard of it. */
const FAREWELL_MS = 500;

/** Opens sockets at the path of operations. */
export function openSockets(server: Server, deps: SocketDeps): Sockets {
  const sockets = new Sockets(deps);
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (isStillAnswering(stream)) return;
    if (asksForSocket(request)) sockets.receive(request, stream, head);
    else serveAsHttp(server, request, stream, head);
  });
  return sockets;
}

function asksForSocket({ method, url, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    url?.split('?', 1)[0] === PATH &&
    headers.upgrade?.trim().toLowerCase() === 'websocket'
  );
}

/** All sockets of this process. */
export class Sockets {
  readonly #deps: SocketDeps;
  readonly #connections = new Set<Connection>();
  readonly #byNetwork = new Counts();
  readonly #underWay = new Counts();
  #accept: Promise<AcceptUpgrade> | undefined;
  #pings: NodeJS.Timeout | undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(deps: SocketDeps) {
    this.#deps = deps;
  }

  receive(upgrade: IncomingMessage, stream: Duplex, head: Buffer): void {
    // Whoever hangs up meanwhile need not be told.
    stream.on('error', () => stream.destroy());
    const visit: Visit = { id: randomUUID(), upgrade, ip: this.#deps.addressOf(upgrade) };
    const refusal = judgeUpgrade(upgrade, visit.ip, { ...this.#deps, sockets: this.#byNetwork });
    if (refusal) this.#note(visit, refuseUpgrade(refusal, visit.id, stream, this.#deps.maskError));
    else void this.#open(visit, stream, head);
  }

  /** The API has been replaced: clients are to begin anew. */
  restart(): void {
    const reason = 'The API has been replaced. Connect again.';
    const refusal = new ViewerError('UNAVAILABLE', reason);
    for (const connection of this.#connections) connection.leave(CLOSE.restart, reason, refusal);
  }

  /** The server stops: what is under way is answered, then clients are sent away. */
  sendAway(): void {
    const refusal = stopping();
    for (const connection of this.#connections) connection.leave(CLOSE.goingAway, refusal.message, refusal);
  }

  /** Ends what is left, at latest half a second after clients have been told. */
  async end(): Promise<void> {
    if (this.#connections.size > 0) {
      const timer = setTimeout(() => {
        for (const connection of this.#connections) connection.terminate();
      }, FAREWELL_MS);
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve;
      });
      clearTimeout(timer);
    }
  }

  async #open(visit: Visit, stream: Duplex, head: Buffer): Promise<void> {
    // Counted from now on: the first socket waits until the code for sockets has been loaded.
    const network = networkOf(visit.ip);
    this.#byNetwork.add(network);
    stream.once('close', () => this.#byNetwork.remove(network));
    const accept = await this.#accepting();
    if (this.#deps.life.stopping) {
      refuseUpgrade({ error: stopping() }, visit.id, stream, this.#deps.maskError);
      return;
    }
    accept(visit, stream, head, (connection, socket) => {
      this.#connections.add(connection);
      socket.once('close', () => this.#forget(connection));
      this.#pings ??= setInterval(() => this.#ping(), this.#deps.config.timeouts.socketPingMs).unref();
      this.#note(visit, 101);
    });
  }

  #accepting(): Promise<AcceptUpgrade> {
    this.#accept ??= import('./accept-upgrade.ts').then(({ acceptUpgrades }) =>
      acceptUpgrades({ ...this.#deps, underWay: this.#underWay }),
    );
    return this.#accept;
  }

  #ping(): void {
    for (const connection of this.#connections) connection.ping();
  }

  #forget(connection: Connection): void {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    clearInterval(this.#pings);
    this.#pings = undefined;
    this.#whenEmpty?.();
  }

  #note({ id, upgrade }: Visit, status: number): void {
    logRequest(this.#deps.log, { id, method: 'GET', url: upgrade.url ?? PATH, status, ms: 0 });
  }
}
