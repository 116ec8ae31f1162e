import type { Db } from './db.ts';
import { useReserve } from './transaction-context.ts';

/** A pool that turns to another while it is used up. */
export interface ReservedDb extends Db {
  /** Runs `fn` so that statements of the Prisma client made for the main pool, outside of transactions, do so too. */
  run<T>(fn: () => T): T;
}

/**
 * `main`, but whoever would have to wait for one of its connections gets one of `reserve`'s, a sibling of it. For work that
 * is short by nature: nothing that a viewer can make long may run on it. Closing it closes the reserve alone.
 */
export function withReserve(main: Db, reserve: Db): ReservedDb {
  const pick = (forWhat: 'reading' | 'writing'): Db => (main.isUsedUp(forWhat) ? reserve : main);
  return {
    ...main,
    get serverVersion() {
      return main.serverVersion;
    },
    query: (text, params, options) => pick('reading').query(text, params, options),
    execute: (text, params, options) => pick('reading').execute(text, params, options),
    readTexts: (text, params, options) => pick('reading').readTexts(text, params, options),
    transaction: (fn, options) => pick(options?.readOnly ? 'reading' : 'writing').transaction(fn, options),
    run: (fn) => useReserve(() => (main.isUsedUp('reading') ? reserve.pool : undefined), fn),
    close: () => reserve.close(),
  };
}
