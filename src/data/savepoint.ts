import { AsyncLocalStorage } from 'node:async_hooks';
import { oneAfterAnother } from '../kit/one-after-another.ts';
import { DatabaseError } from './database-error.ts';
import type { Savepoint } from './frames.ts';
import { runFramed, runStatement } from './run-statement.ts';
import { inTurn, type TransactionContext } from './transaction-context.ts';

/** Code that runs inside of one savepoint, or of none. */
interface Scope {
  readonly context: TransactionContext;
  readonly savepoint: Savepoint | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();
const outermost = new WeakMap<TransactionContext, Scope>();

function scopeIn(context: TransactionContext): Scope {
  const around = scopes.getStore();
  if (around?.context === context) return around;
  let scope = outermost.get(context);
  if (!scope) {
    scope = { context, savepoint: undefined };
    outermost.set(context, scope);
  }
  return scope;
}

/** The innermost savepoint around the caller; undefined where there is none. */
export function savepointAround(context: TransactionContext): Savepoint | undefined {
  return scopeIn(context).savepoint;
}

/** Runs `fn` after every statement that the transaction was given before. @throws DatabaseError where it has ended */
export function inOrder<T>(context: TransactionContext, fn: () => Promise<T>): Promise<T> {
  if (context.over) throw new DatabaseError('other', 'The transaction is over; was a promise not awaited?');
  return inTurn(context, fn);
}

/**
 * See {@link Tx.savepoint}. Savepoints of one connection nest and must not overlap, so it runs after those that the same
 * code began before. What `fn` itself begins has turns of its own: it never waits for itself.
 */
export function inSavepoint<T>(context: TransactionContext, fn: () => Promise<T>): Promise<T> {
  return oneAfterAnother(scopeIn(context), () => runInside(context, fn));
}

async function runInside<T>(context: TransactionContext, fn: () => Promise<T>): Promise<T> {
  const { frames } = context;
  const { savepoint, failuresBefore } = await inOrder(context, async () => ({
    failuresBefore: frames.failures,
    savepoint: frames.enter(),
  }));
  try {
    const value = await scopes.run({ context, savepoint }, fn);
    await inOrder(context, async () => {
      frames.assertInnermost(savepoint);
      // After a failure that `fn` kept to itself it shows whether there is anything to be released.
      if (frames.failures > failuresBefore) await release(context, savepoint);
      else if (!frames.takeBack(savepoint.text)) frames.push(`RELEASE ${savepoint.text}`);
      frames.leave();
    });
    return value;
  } catch (error) {
    await inTurn(context, () => undo(context, savepoint)).catch(() => undefined);
    throw error;
  }
}

function release({ client, frames, signal }: TransactionContext, { text }: Savepoint): Promise<unknown> {
  return frames.run((ahead) => runFramed(client, ahead, `RELEASE ${text}`, [], signal ? { signal } : {}));
}

async function undo({ client, frames, over }: TransactionContext, savepoint: Savepoint): Promise<void> {
  // The connection may be somebody else's by now, with a savepoint of that name.
  if (over) return;
  frames.assertInnermost(savepoint);
  frames.leave();
  if (frames.takeBack(savepoint.text)) return;
  if (savepoint.hasOthers)
    frames.lose(
      new DatabaseError(
        'other',
        'What was written beside a nested transaction would be undone with it; await one of them before the other',
      ),
    );
  frames.clear();
  try {
    await runStatement(client, `ROLLBACK TO ${savepoint.text}`, [], {});
  } catch (error) {
    // PostgreSQL refuses it only where the transaction has failed. Unanswered, it may never have been sent.
    if (!(error instanceof DatabaseError) || error.sqlState === undefined) frames.lose(error);
  }
}
