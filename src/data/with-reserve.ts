import type pg from 'pg';
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
  const pick = (): Db => (isUsedUp(main.pool) ? reserve : main);
  return {
    ...main,
    query: (text, params, options) => pick().query(text, params, options),
    execute: (text, params, options) => pick().execute(text, params, options),
    readTexts: (text, params, options) => pick().readTexts(text, params, options),
    transaction: (fn, options) => pick().transaction(fn, options),
    run: (fn) => useReserve(() => (isUsedUp(main.pool) ? reserve.pool : undefined), fn),
    close: () => reserve.close(),
  };
}

/** Whether the next caller would have to wait. */
function isUsedUp(pool: pg.Pool): boolean {
  return pool.waitingCount > 0 || (pool.idleCount === 0 && pool.totalCount >= pool.options.max);
}
