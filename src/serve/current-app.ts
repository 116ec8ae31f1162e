import type { ApolloServer } from '@apollo/server';
import { makeApollo } from './make-apollo.ts';
import type { ContextValue, PlinthApp } from './types.ts';

/** One version of the API with the Apollo Server bound to its schema. */
export interface ServedApp {
  readonly app: PlinthApp;
  readonly apollo: ApolloServer<ContextValue>;
}

interface Counted extends ServedApp {
  underWay: number;
  /** Told when the last request has been answered. */
  onIdle: (() => void) | undefined;
}

/** While what it answers from is being changed. */
interface Pause {
  readonly over: Promise<void>;
  readonly end: () => void;
}

/** The version that answers now. A replaced one is stopped once its last request has been answered. */
export class CurrentApp {
  readonly #deps: Parameters<typeof makeApollo>[1];
  #current: Counted;
  #pause: Pause | undefined;

  private constructor(first: Counted, deps: Parameters<typeof makeApollo>[1]) {
    this.#current = first;
    this.#deps = deps;
  }

  static async start(app: PlinthApp, deps: Parameters<typeof makeApollo>[1]): Promise<CurrentApp> {
    return new CurrentApp(await begin(app, deps), deps);
  }

  get app(): PlinthApp {
    return this.#current.app;
  }

  /** Runs `work` with the version of this moment, however long it takes. */
  async use<T>(work: (served: ServedApp) => Promise<T>): Promise<T> {
    while (this.#pause) await this.#pause.over;
    const served = this.#current;
    served.underWay += 1;
    try {
      return await work(served);
    } finally {
      served.underWay -= 1;
      if (served.underWay === 0) served.onIdle?.();
    }
  }

  /** Lets requests wait until `resume`, and resolves once those under way have been answered, or after `patienceMs`. */
  async pause(patienceMs: number): Promise<void> {
    if (!this.#pause) {
      let end = (): void => undefined;
      const over = new Promise<void>((resolve) => {
        end = resolve;
      });
      this.#pause = { over, end };
    }
    const current = this.#current;
    if (current.underWay === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      current.onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    current.onIdle = undefined;
  }

  resume(): void {
    this.#pause?.end();
    this.#pause = undefined;
  }

  /** Rejects, and leaves the old version in place, when the next one does not start. */
  async replace(app: PlinthApp): Promise<void> {
    const next = await begin(app, this.#deps);
    this.#retire(this.#current);
    this.#current = next;
  }

  async stop(): Promise<void> {
    await stopServing(this.#current);
  }

  #retire(served: Counted): void {
    if (served.underWay === 0) this.#end(served);
    else served.onIdle = () => this.#end(served);
  }

  #end(served: Counted): void {
    stopServing(served).catch((err: unknown) =>
      this.#deps.log.error({ err }, 'an old version did not stop cleanly'),
    );
  }
}

async function begin(app: PlinthApp, deps: Parameters<typeof makeApollo>[1]): Promise<Counted> {
  return { app, apollo: await makeApollo(app, deps), underWay: 0, onIdle: undefined };
}

async function stopServing(served: ServedApp): Promise<void> {
  await served.apollo.stop();
  await served.app.dispose?.();
}
