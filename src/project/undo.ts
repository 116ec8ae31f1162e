import type { Db, TransactionOptions, Tx } from '../data/index.ts';

/** Carries a result out of a transaction that is rolled back for it. */
class Undone<T> extends Error {
  readonly result: T;

  constructor(result: T) {
    super('Rolled back');
    this.result = result;
  }
}

/** What `run` answers. Whatever it wrote is undone. */
export async function undo<T>(
  db: Pick<Db, 'transaction'>,
  run: (tx: Tx) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const outcome: { done?: Undone<T> } = {};
  try {
    return await db.transaction<T>(async (tx) => {
      outcome.done = new Undone(await run(tx));
      throw outcome.done;
    }, options);
  } catch (error) {
    if (outcome.done !== undefined && error === outcome.done) return outcome.done.result;
    throw error;
  }
}
