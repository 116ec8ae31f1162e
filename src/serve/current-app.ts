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
  retired: boolean;
}

/** The version that answers now. A replaced one is stopped once its last request has been answered. */
export class CurrentApp {
  readonly #deps: Parameters<typeof makeApollo>[1];
  #current: Counted;

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
    const served = this.#current;
    served.underWay += 1;
    try {
      return await work(served);
    } finally {
      served.underWay -= 1;
      if (served.retired && served.underWay === 0) this.#end(served);
    }
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
    served.retired = true;
    if (served.underWay === 0) this.#end(served);
  }

  #end(served: Counted): void {
    stopServing(served).catch((err: unknown) =>
      this.#deps.log.error({ err }, 'an old version did not stop cleanly'),
    );
  }
}

async function begin(app: PlinthApp, deps: Parameters<typeof makeApollo>[1]): Promise<Counted> {
  return { app, apollo: await makeApollo(app, deps), underWay: 0, retired: false };
}

async function stopServing(served: ServedApp): Promise<void> {
  await served.apollo.stop();
  await served.app.dispose?.();
}
