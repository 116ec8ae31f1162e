import type { Entity } from '../../../model/app-model.ts';
import { canonicalIdOf } from '../../read/rows-by-id.ts';
import type { RequestScope } from '../../request-scope.ts';
import { InputReader } from '../plan/input-reader.ts';
import { findUnstorable } from '../plan/to-json-value.ts';
import { failAsIfUnseen } from '../run/fail-as-if-unseen.ts';
import { judgeTouchedRows } from '../run/judge-rows.ts';
import { notFound, WriteRun } from '../run/write-run.ts';
import type { CreatePlan, UpdatePlan } from '../write-plan.ts';
import { mayLookUpLater } from './may-look-up-later.ts';

export type Args = Readonly<Record<string, unknown>>;

/** Reads what is answered of rows, in the order of their ids, at the moment when it has to be read. */
export type ReadWritten<T> = (ids: readonly string[]) => Promise<T>;

/** Reads input; every fault in it is reported together. @throws ViewerError BAD_USER_INPUT */
export function readInput<T>(scope: RequestScope, read: (reader: InputReader) => T | undefined): T {
  const { maxListLength, maxInputLength = maxListLength } = scope.limits;
  const reader = new InputReader(scope.app, maxInputLength);
  const plan = read(reader);
  reader.finish();
  if (plan === undefined) throw new Error('Input without a plan and without an issue');
  return plan;
}

/**
 * Writes what `plans` say, asks the rules about what is stored then, and answers what `read` makes of the rows whose ids
 * `write` gives. `write` may run more than once; what an earlier run of it wrote is undone.
 */
export async function writeRoot<T>(
  scope: RequestScope,
  plans: readonly (CreatePlan | UpdatePlan)[],
  read: ReadWritten<T>,
  write: (run: WriteRun) => Promise<readonly string[]>,
): Promise<T> {
  const work = async (run: WriteRun): Promise<readonly string[]> => {
    const ids = await write(run);
    await judgeTouchedRows(run);
    return ids;
  };
  const ids = plans.some(mayLookUpLater)
    ? await failAsIfUnseen(scope, work)
    : await work(new WriteRun(scope));
  scope.loaders.clear();
  return read(ids);
}

/** An `id` argument in the form that rows carry. @throws ViewerError NOT_FOUND where no row can have it */
export function idOf(entity: Entity, given: unknown): string {
  const text = String(given);
  const id = findUnstorable(text) ? undefined : canonicalIdOf(entity, text);
  if (id === undefined) throw notFound(entity);
  return id;
}
