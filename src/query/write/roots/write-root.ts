import type { Entity } from '../../../model/app-model.ts';
import type { ReadRow } from '../../read/read-rows.ts';
import { canonicalIdOf, selectRowsByIds } from '../../read/rows-by-id.ts';
import type { RequestScope } from '../../request-scope.ts';
import { InputReader } from '../plan/input-reader.ts';
import { findUnstorable } from '../plan/to-json-value.ts';
import { failAsIfUnseen } from '../run/fail-as-if-unseen.ts';
import { judgeTouchedRows } from '../run/judge-rows.ts';
import { notFound, WriteRun } from '../run/write-run.ts';
import type { CreatePlan, UpdatePlan } from '../write-plan.ts';
import { mayLookUpLater } from './may-look-up-later.ts';

export type Args = Readonly<Record<string, unknown>>;

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
 * Writes what `plans` say, asks the rules about what is stored then, and answers the rows whose ids `write` gives, in that
 * order. `write` may run more than once; what an earlier run of it wrote is undone.
 */
export async function writeRoot(
  scope: RequestScope,
  entity: Entity,
  plans: readonly (CreatePlan | UpdatePlan)[],
  write: (run: WriteRun) => Promise<readonly string[]>,
): Promise<readonly ReadRow[]> {
  const work = async (run: WriteRun): Promise<readonly string[]> => {
    const ids = await write(run);
    await judgeTouchedRows(run);
    return ids;
  };
  const ids = plans.some(mayLookUpLater)
    ? await failAsIfUnseen(scope, work)
    : await work(new WriteRun(scope));
  scope.loaders.clear();
  return rowsInOrder(scope, entity, ids);
}

/** Rows as the writer is answered them: whether or not the read rule shows them; field rules hold. */
export async function rowsInOrder(
  scope: RequestScope,
  entity: Entity,
  ids: readonly string[],
): Promise<readonly ReadRow[]> {
  const rows = await selectRowsByIds(scope, entity, ids);
  const byId = new Map(rows.map((row) => [String(row.id), row]));
  return ids.map((id) => byId.get(id)).filter((row) => row !== undefined);
}

/** The first and only row. @throws ViewerError NOT_FOUND where a cascade has taken it along */
export function onlyRow(entity: Entity, rows: readonly ReadRow[]): ReadRow {
  const [row] = rows;
  if (!row) throw notFound(entity);
  return row;
}

/** An `id` argument in the form that rows carry. @throws ViewerError NOT_FOUND where no row can have it */
export function idOf(entity: Entity, given: unknown): string {
  const text = String(given);
  const id = findUnstorable(text) ? undefined : canonicalIdOf(entity, text);
  if (id === undefined) throw notFound(entity);
  return id;
}
