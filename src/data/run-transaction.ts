import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { DatabaseError, toDatabaseError } from './database-error.ts';
import { type QueryOptions, type Row, type TransactionOptions, type Tx, unnamed } from './db.ts';
import { type Ahead, Frames } from './frames.ts';
import type { Session } from './open-pool.ts';
import { parseWalPosition } from './replicas/wal-position.ts';
import { versionOf } from './rows/raw-row.ts';
import { closeCancellably, putInDoubt, runForTexts, runFramed, runStatement } from './run-statement.ts';
import { inOrder, inSavepoint } from './savepoint.ts';
import { inTurn, type TransactionContext, withTransaction } from './transaction-context.ts';

const firstPause = 10;
const longestPause = 500;

/** See {@link Db.transaction}. @param family the pool whose Prisma client takes part */
export async function runTransaction<T>(
  pool: pg.Pool,
  fn: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
  session: Session,
  family: pg.Pool = pool,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      const once = () => runOnce(pool, fn, options, session, family);
      return await (options.readOnly ? once() : session.writers.run(options.signal, once));
    } catch (error) {
      if (attempt >= (options.retry ?? 0) || !isWorthAnotherTry(error)) throw error;
    }
    // Rivals that collided once would collide again if they all came back at the same moment.
    await sleep(Math.random() * Math.min(longestPause, firstPause * 2 ** attempt));
  }
}

/** Looks through wrappers too: Prisma and resolvers put the database's error into `cause`. */
function isWorthAnotherTry(error: unknown): boolean {
  for (let one = error, depth = 0; one instanceof Error && depth < 5; one = one.cause, depth++) {
    if (one instanceof DatabaseError) return one.kind === 'serialization' || one.kind === 'deadlock';
    if ('code' in one && one.code === 'P2034') return true;
  }
  return false;
}

async function runOnce<T>(
  pool: pg.Pool,
  fn: (tx: Tx) => Promise<T>,
  options: TransactionOptions,
  session: Session,
  family: pg.Pool,
): Promise<T> {
  if (options.signal?.aborted)
    throw new DatabaseError('cancelled', 'The caller went away before the transaction began');
  const client = await pool.connect().catch((error: unknown) => {
    throw toDatabaseError(error);
  });
  const context: TransactionContext = {
    client,
    pool: family,
    signal: options.signal,
    over: false,
    frames: new Frames(beginTexts(options, session)),
    beforeEnd: [],
    kept: new Map(),
  };
  const committed: (() => void)[] = [];
  const result = await closeCancellably(client, async () => {
    try {
      const work = withTransaction(context, () => fn(asTx(context, options, session, committed)));
      const value = await whileWanted(work, options.signal);
      await end(context);
      await commit(context, options);
      return value;
    } catch (error) {
      await end(context).catch(() => undefined);
      if (context.frames.isBegun) await rollback(client);
      throw error;
    }
  });
  for (const callback of committed) callback();
  return result;
}

/** How long what runs in a transaction may go on once its caller has gone: meanwhile cancelled statements tell of themselves. */
const ABANDONED_AFTER_MS = 1_000;

/**
 * What `work` comes to. Where the caller has gone, it is not waited for any longer than that: it may wait for somebody else, who
 * never answers, and would keep a connection and its locks until then.
 */
async function whileWanted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let timer: NodeJS.Timeout | undefined;
  let onAbort = (): void => undefined;
  const abandoned = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      const message = 'The transaction did not end after its caller had gone away';
      const error = new DatabaseError('cancelled', message, { cause: signal.reason });
      timer = setTimeout(() => reject(error), ABANDONED_AFTER_MS);
    };
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function beginTexts(options: TransactionOptions, { transactionTimeoutMs }: Session): readonly string[] {
  const begin = `BEGIN ISOLATION LEVEL ${options.isolation ?? 'read committed'}${options.readOnly ? ' READ ONLY' : ''}`;
  if (transactionTimeoutMs === undefined) return [begin];
  return [begin, `SET LOCAL statement_timeout = ${transactionTimeoutMs}`];
}

async function end(context: TransactionContext): Promise<void> {
  if (context.over) return;
  for (const finish of context.beforeEnd) await finish();
  context.over = true;
  // What was started and not awaited must not run after the end on a connection that is somebody else's by then.
  await inTurn(context, async () => undefined);
}

/** COMMIT of a transaction in which a statement failed rolls back and reports success: that must not pass as one. */
async function commit(
  { client, frames }: TransactionContext,
  { onCommit }: TransactionOptions,
): Promise<void> {
  if (frames.isLost) throw swallowed(frames.lost);
  if (!frames.isBegun) return;
  // All in one message: what has to be released shows whether it is still there. The position is asked for afterwards, since before
  // the commit is no place that has it.
  const position = 'SELECT pg_current_wal_insert_lsn()::text AS position';
  const texts = [...frames.ahead, 'COMMIT', ...(onCommit ? [position] : [])];
  const answer: pg.QueryResult | pg.QueryResult[] = await runStatement(client, texts.join('; '), [], {});
  const [result, place] = (Array.isArray(answer) ? answer : [answer]).slice(frames.ahead.length);
  if (result?.command !== 'COMMIT') throw swallowed();
  if (place) onCommit?.(parseWalPosition(String(place.rows[0]?.position)));
}

function swallowed(cause?: unknown): DatabaseError {
  // That the connection is lost is nobody's fault in here, and may be over the next time.
  if (cause instanceof DatabaseError && cause.kind === 'unavailable') return cause;
  const message = 'The transaction was rolled back because an error inside it was swallowed';
  return new DatabaseError('other', message, { sqlState: '25P02', cause });
}

async function rollback(client: pg.PoolClient): Promise<void> {
  try {
    await runStatement(client, 'ROLLBACK', [], {});
  } catch {
    // Mostly the connection is gone, and with it the transaction; the error that brought us here says more. Where it is not,
    // whoever came next would commit what this one has written.
    putInDoubt(client);
  }
}

function asTx(
  context: TransactionContext,
  options: TransactionOptions,
  session: Session,
  committed: (() => void)[],
): Tx {
  const { client, frames } = context;
  const send = <T>(
    given: QueryOptions,
    sendOne: (options: QueryOptions, ahead: Ahead) => Promise<T>,
  ): Promise<T> => {
    const extra = session.prepare ? given : unnamed(given);
    const signal = extra.signal ?? options.signal;
    return frames.run((ahead) => sendOne(signal ? { ...extra, signal } : extra, ahead));
  };
  const inTx: typeof send = (given, sendOne) => inOrder(context, () => send(given, sendOne));
  const run = (text: string, params: readonly unknown[] = [], given: QueryOptions = {}) =>
    inTx(given, (extra, ahead) => runFramed(client, ahead, text, params, extra));
  return {
    serverVersion: versionOf(client),
    query: async <R = Row>(text: string, params?: readonly unknown[], extra?: QueryOptions) =>
      (await run(text, params, extra)).rows as R[],
    execute: async (text, params, extra) => (await run(text, params, extra)).rowCount ?? 0,
    readTexts: async (text, params, given = {}) =>
      inTx(given, (extra, ahead) => runForTexts(client, text, params, extra, ahead)),
    savepoint: (fn) => inSavepoint(context, fn),
    afterCommit: (fn) => void committed.push(fn),
  };
}
