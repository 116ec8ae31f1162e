import type { Entity } from '../../../model/app-model.ts';
import type { RequestScope } from '../../request-scope.ts';
import { deleteTakenRows } from '../run/delete-rows.ts';
import { expectVersionOf } from '../run/expect-version.ts';
import { takeRows } from '../run/judge-rows.ts';
import { takeWhere } from '../run/take-where.ts';
import { WriteRun } from '../run/write-run.ts';
import { assertMayEver } from './refuse-hopeless.ts';
import { type Args, idOf, type ReadWritten } from './write-root.ts';

/** `deleteTask(id, expectVersion)`: answers the row as it was. */
export async function deleteOne<T>(
  scope: RequestScope,
  entity: Entity,
  args: Args,
  read: ReadWritten<T>,
): Promise<T> {
  assertMayEver(scope, entity, 'delete');
  const id = idOf(entity, args.id);
  const run = new WriteRun(scope);
  await takeRows(run, entity, [{ id, given: [] }], 'delete');
  if (typeof args.expectVersion === 'number') await expectVersionOf(run, entity, id, args.expectVersion);
  return readAndDelete(run, entity, [id], ['id'], read);
}

/** `deleteTasks(where)`: rows that the viewer may not delete are passed over. */
export async function deleteWhere<T>(
  scope: RequestScope,
  entity: Entity,
  { where }: Args,
  read: ReadWritten<T>,
): Promise<T> {
  assertMayEver(scope, entity, 'delete');
  const run = new WriteRun(scope);
  const ids = await takeWhere(run, entity, where, undefined, 'delete');
  return readAndDelete(run, entity, ids, ['where'], read);
}

/** What is gone cannot be read. */
async function readAndDelete<T>(
  run: WriteRun,
  entity: Entity,
  ids: readonly string[],
  path: readonly string[],
  read: ReadWritten<T>,
): Promise<T> {
  const answer = await read(ids);
  if (ids.length > 0) await deleteTakenRows(run, entity, ids, path);
  return answer;
}
