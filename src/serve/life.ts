import { setImmediate } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { CurrentApp } from './current-app.ts';
import type { Sockets } from './sockets/open-sockets.ts';

/** What ends with the server. */
interface Ending {
  readonly http: FastifyInstance;
  readonly sockets: Sockets;
  readonly current: CurrentApp;
}

/** The server's end, step by step; its fields are what requests look at meanwhile. */
export class Life {
  stopping = false;
  readonly cutOff = new AbortController();
  underWay = 0;
  #closed: Promise<void> | undefined;
  #whenIdle: (() => void) | undefined;

  began(): void {
    this.underWay += 1;
  }

  ended(): void {
    this.underWay -= 1;
    if (this.stopping && this.underWay === 0) this.#whenIdle?.();
  }

  close(ending: Ending, graceMs: number): Promise<void> {
    this.#closed ??= this.#close(ending, graceMs);
    return this.#closed;
  }

  async #close({ http, sockets, current }: Ending, graceMs: number): Promise<void> {
    this.stopping = true;
    sockets.sendAway();
    // A connection looks idle to Node whose next request has arrived and not been read, and would be cut.
    for (let turn = 0; turn < 2; turn++) await setImmediate();
    const closed = http.close();
    await this.#idle(graceMs);
    this.cutOff.abort();
    // Connections that have not sent a request yet do not count as idle for Node, and would hold the stop up.
    await new Promise((resolve) => setTimeout(resolve, this.underWay > 0 ? 1_200 : 20));
    http.server.closeAllConnections();
    await sockets.end();
    await closed;
    await current.stop();
  }

  async #idle(graceMs: number): Promise<void> {
    if (this.underWay === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, graceMs);
      this.#whenIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
