import { DatabaseError } from './database-error.ts';

interface Waiting {
  readonly letIn: () => void;
}

/** Lets so many in at once. The others wait, in their order, and not for ever. */
export class Gate {
  readonly #patienceMs: number;
  readonly #waiting = new Set<Waiting>();
  #free: number;

  constructor(size: number, patienceMs: number) {
    this.#free = size;
    this.#patienceMs = patienceMs;
  }

  /** Whether the next one would have to wait. */
  get isFull(): boolean {
    return this.#free === 0;
  }

  /**
   * Runs `fn` inside.
   * @throws DatabaseError `unavailable` where its turn does not come in time, `cancelled` where the caller has gone meanwhile
   */
  async run<T>(signal: AbortSignal | undefined, fn: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    try {
      return await fn();
    } finally {
      this.#leave();
    }
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next) next.letIn();
    else this.#free++;
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        this.#waiting.delete(waiting);
        settle();
      };
      const waiting: Waiting = { letIn: () => end(resolve) };
      const onAbort = (): void => {
        const message = 'The caller went away before its turn to write had come';
        end(() => reject(new DatabaseError('cancelled', message, { cause: signal?.reason })));
      };
      const timer = setTimeout(() => {
        const message = 'The others that write, or wait for a lock, have kept all connections for writing';
        end(() => reject(new DatabaseError('unavailable', message)));
      }, this.#patienceMs);
      this.#waiting.add(waiting);
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

/** Of so many connections, how many may be held by writers, who wait for each other's locks: the rest is for who only reads. */
export function mostWriters(connections: number): number {
  return connections < 3 ? connections : connections - Math.max(1, Math.floor(connections / 4));
}
