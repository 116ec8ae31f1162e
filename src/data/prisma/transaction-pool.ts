import pg from 'pg';
import { sendAlone, stoppably, throwIfCancelled } from '../run-statement.ts';
import { savepointAround } from '../savepoint.ts';
import { currentTransaction, inTurn, reserveInUse, type TransactionContext } from '../transaction-context.ts';

type Submit = (...args: unknown[]) => unknown;

/**
 * What Prisma's adapter takes for a pool: each statement goes to the transaction around the caller if there is one, else to
 * the real pool, or to its reserve where the caller has one. (The adapter only accepts a subclass of Pool; this one never opens a connection of its own.)
 */
export function createTransactionPool(real: pg.Pool): pg.Pool {
  class TransactionPool extends pg.Pool {
    override query = ((...args: unknown[]) => {
      const context = open(real);
      if (!context) {
        const pool = reserveInUse() ?? real;
        return (pool.query as Submit).apply(pool, args);
      }
      return submit(context, args);
    }) as pg.Pool['query'];

    override connect = ((): Promise<unknown> => {
      const context = open(real);
      return context ? Promise.resolve(joined(context)) : (reserveInUse() ?? real).connect();
    }) as pg.Pool['connect'];

    override end = (() => Promise.resolve()) as pg.Pool['end'];
  }
  return new TransactionPool({ max: 1 });
}

/** Runs one of Prisma's statements after everything that goes before it. */
function submit(context: TransactionContext, args: readonly unknown[]): Promise<unknown> {
  const { client, frames, signal } = context;
  const around = savepointAround(context);
  return inTurn(context, async () => {
    if (signal) throwIfCancelled(signal);
    if (!isRead(args[0])) frames.noteWrite(around);
    return frames.run(async (ahead) => {
      await sendAlone(client, ahead);
      return stoppably(client, signal, async () => (client.query as Submit).apply(client, [...args]));
    });
  });
}

const textOf = (query: unknown): string =>
  typeof query === 'string' ? query : (query as { text: string }).text;

/** Whether it stores nothing, as far as it can be told: an author's own function may. */
const isRead = (query: unknown): boolean => /^\s*SELECT\b/i.test(textOf(query));

function open(real: pg.Pool): TransactionContext | undefined {
  const context = currentTransaction();
  if (context?.pool !== real) return undefined;
  if (context.over) {
    throw new Error(
      'The transaction that this call belongs to is over. Await every database call of a resolver, ' +
        'or wrap work that outlives it in outsideTransaction().',
    );
  }
  return context;
}

/**
 * The connection of a running transaction, with BEGIN, COMMIT, ROLLBACK and release taken out: the outermost transaction
 * decides, and Prisma's nested ones are savepoints.
 */
function joined(context: TransactionContext): object {
  const done = { rows: [], fields: [], rowCount: 0, command: '' };
  const isFrame = (text: string): boolean =>
    /^\s*(BEGIN|COMMIT|ROLLBACK|SET TRANSACTION\b.*)\s*;?\s*$/i.test(text);
  const query: Submit = (first, ...rest) => {
    if (isFrame(textOf(first))) return Promise.resolve(done);
    return submit(context, [first, ...rest]);
  };
  const nothing = (): void => undefined;
  return { query, release: nothing, on: nothing, removeListener: nothing };
}
