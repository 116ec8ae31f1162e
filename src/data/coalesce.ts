import { DatabaseError } from './database-error.ts';
import type { Texts } from './db.ts';
import type { RowsForm } from './rows/rows-form.ts';
import { throwIfCancelled } from './run-statement.ts';

/** With how many of those that wait a read is compared, the last ones first. */
const MOST_COMPARED = 32;
/** Longer lists are not compared: there may be thousands of values in each. */
const LONGEST_LIST = 100;

/** A prepared statement that only reads, and what it is given. */
export interface Read {
  readonly name: string;
  readonly params: readonly unknown[];
  /** Not part of what the name stands for: two operations may call the same columns otherwise. */
  readonly rows?: RowsForm | undefined;
}

/**
 * One of those that wait to be sent that asks the same. Whoever may see other rows has other values, or another statement: the
 * rules are in it.
 */
export function findSame<T>(waiting: readonly T[], readOf: (one: T) => Read, read: Read): T | undefined {
  const from = Math.max(0, waiting.length - MOST_COMPARED);
  for (let at = waiting.length - 1; at >= from; at -= 1) {
    const one = waiting[at];
    if (one !== undefined && isSame(readOf(one), read)) return one;
  }
  return undefined;
}

function isSame(a: Read, b: Read): boolean {
  if (a.name !== b.name || a.rows !== b.rows || a.params.length !== b.params.length) return false;
  return a.params.every((value, at) => isSameValue(value, b.params[at]));
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  if (a.length > LONGEST_LIST || a.length !== b.length) return false;
  return a.every((value, at) => Object.is(value, b[at]));
}

interface Waiting {
  readonly read: Read;
  readonly texts: Promise<Texts | undefined>;
}

/**
 * Reads that wait for a connection. Whoever asks the same until it is there is answered with them; what is under way already is
 * joined by nobody, for it may not see what was stored meanwhile.
 */
export class CoalescedReads {
  readonly #waiting: Waiting[] = [];

  /**
   * @param run runs the read, and tells before it sends it
   * @throws DatabaseError
   */
  async read(
    read: Read,
    signal: AbortSignal | undefined,
    run: (onSent: () => void) => Promise<Texts | undefined>,
  ): Promise<Texts | undefined> {
    const same = findSame(this.#waiting, ({ read }) => read, read);
    if (!same) return this.#lead(read, run);
    try {
      return await orCancelled(same.texts, signal);
    } catch (error) {
      const hasOtherLeft = error instanceof DatabaseError && error.kind === 'cancelled' && !signal?.aborted;
      // Not behind somebody else again, who may leave as well.
      if (hasOtherLeft) return this.#lead(read, run);
      throw error;
    }
  }

  #lead(read: Read, run: (onSent: () => void) => Promise<Texts | undefined>): Promise<Texts | undefined> {
    let waiting: Waiting | undefined;
    const leave = (): void => {
      const at = waiting ? this.#waiting.indexOf(waiting) : -1;
      if (at >= 0) this.#waiting.splice(at, 1);
    };
    const texts = run(leave).finally(leave);
    waiting = { read, texts };
    this.#waiting.push(waiting);
    return texts;
  }
}

/** What others have asked for is not stopped. @throws DatabaseError of kind `cancelled` */
async function orCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      try {
        throwIfCancelled(signal);
      } catch (error) {
        reject(error);
      }
    };
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
