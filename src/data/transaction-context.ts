import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { oneAfterAnother } from '../kit/one-after-another.ts';
import type { Frames } from './frames.ts';

/** The transaction that the current chain of calls runs in, as far as it concerns libraries with their own statements. */
export interface TransactionContext {
  readonly client: pg.PoolClient;
  /** The pool whose Prisma client takes part: the transaction's own, or the one that its pool is a sibling of. */
  readonly pool: pg.Pool;
  /** Ends its statements. */
  readonly signal: AbortSignal | undefined;
  over: boolean;
  /** What has to go ahead of its next statement. */
  readonly frames: Frames;
  /** Things that must finish before COMMIT or ROLLBACK. */
  readonly beforeEnd: (() => Promise<void>)[];
  /** What a library keeps for this transaction, by the library's own key. */
  readonly kept: Map<object, unknown>;
}

const storage = new AsyncLocalStorage<TransactionContext | undefined>();

/** The transaction around the caller, if there is one. It may be over already. */
export function currentTransaction(): TransactionContext | undefined {
  return storage.getStore();
}

/** Runs `fn` inside `context`, or, given none, outside of any transaction. */
export function withTransaction<T>(context: TransactionContext | undefined, fn: () => T): T {
  return storage.run(context, fn);
}

/**
 * Runs `fn` so that the Prisma client does not join the transaction around the caller (work that outlives a request). It is
 * awaited in here because Prisma's promises do nothing until somebody waits for them.
 */
export function outsideTransaction<T>(fn: () => PromiseLike<T>): Promise<T> {
  return storage.run(undefined, async () => await fn());
}

/** A pool to turn to right now instead of a client's own; undefined where its own will do. */
const reserve = new AsyncLocalStorage<() => pg.Pool | undefined>();

/** Runs `fn` so that the Prisma client asks `choose` where its statements outside of transactions go. */
export function useReserve<T>(choose: () => pg.Pool | undefined, fn: () => T): T {
  return reserve.run(choose, fn);
}

export function reserveInUse(): pg.Pool | undefined {
  return reserve.getStore()?.();
}

/** Runs `fn` after every statement that the transaction was given before: one connection runs one at a time. */
export function inTurn<T>(context: TransactionContext, fn: () => Promise<T>): Promise<T> {
  return oneAfterAnother(context, fn);
}
