import type { Entity } from '../../../model/app-model.ts';
import type { ReadRow } from '../../read/read-rows.ts';
import type { RequestScope } from '../../request-scope.ts';
import { deleteTakenRows } from '../run/delete-rows.ts';
import { expectVersionOf } from '../run/expect-version.ts';
import { takeRows } from '../run/judge-rows.ts';
import { takeWhere } from '../run/take-where.ts';
import { WriteRun } from '../run/write-run.ts';
import { assertMayEver } from './refuse-hopeless.ts';
import { type Args, idOf, onlyRow, rowsInOrder } from './write-root.ts';

/** `deleteTask(id, expectVersion)`: answers the row as it was. */
export async function deleteOne(scope: RequestScope, entity: Entity, args: Args): Promise<ReadRow> {
  assertMayEver(scope, entity, 'delete');
  const id = idOf(entity, args.id);
  const run = new WriteRun(scope);
  await takeRows(run, entity, [{ id, given: [] }], 'delete');
  if (typeof args.expectVersion === 'number') await expectVersionOf(run, entity, id, args.expectVersion);
  return onlyRow(entity, await deleteAll(run, entity, [id], ['id']));
}

/** `deleteTasks(where)`: rows that the viewer may not delete are passed over. */
export async function deleteWhere(
  scope: RequestScope,
  entity: Entity,
  { where }: Args,
): Promise<{ count: number; nodes: readonly ReadRow[] }> {
  assertMayEver(scope, entity, 'delete');
  const run = new WriteRun(scope);
  const ids = await takeWhere(run, entity, where, undefined, 'delete');
  const nodes = await deleteAll(run, entity, ids, ['where']);
  return { count: nodes.length, nodes };
}

async function deleteAll(
  run: WriteRun,
  entity: Entity,
  ids: readonly string[],
  path: readonly string[],
): Promise<readonly ReadRow[]> {
  if (ids.length === 0) return [];
  const rows = await rowsInOrder(run.scope, entity, ids);
  await deleteTakenRows(run, entity, ids, path);
  return rows;
}
