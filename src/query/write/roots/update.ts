import type { Entity } from '../../../model/app-model.ts';
import type { RequestScope } from '../../request-scope.ts';
import { planUpdate } from '../plan/plan-update.ts';
import { expectVersionOf } from '../run/expect-version.ts';
import { takeRows } from '../run/judge-rows.ts';
import { takeWhere } from '../run/take-where.ts';
import { toldBy } from '../run/told-fields.ts';
import { updateRows } from '../run/update-rows.ts';
import { assertMayEver, refuseHopeless } from './refuse-hopeless.ts';
import { type Args, idOf, type ReadWritten, readInput, writeRoot } from './write-root.ts';

/** `updateTask(id, input, expectVersion)` */
export async function updateOne<T>(
  scope: RequestScope,
  entity: Entity,
  args: Args,
  read: ReadWritten<T>,
): Promise<T> {
  assertMayEver(scope, entity, 'update');
  const plan = readInput(scope, (reader) => planUpdate(reader, entity, ['input'], args.input));
  refuseHopeless(scope, plan);
  const id = idOf(entity, args.id);
  return writeRoot(scope, [plan], read, async (run) => {
    if (typeof args.expectVersion === 'number') {
      await takeRows(run, entity, [{ id, given: plan.given, told: toldBy(plan) }], 'update');
      await expectVersionOf(run, entity, id, args.expectVersion);
    }
    await updateRows(run, entity, [{ id, plan }]);
    return [id];
  });
}

/** `updateTasks(where, input)`: rows that the viewer may not update are passed over. */
export async function updateWhere<T>(
  scope: RequestScope,
  entity: Entity,
  { where, input }: Args,
  read: ReadWritten<T>,
): Promise<T> {
  assertMayEver(scope, entity, 'update');
  const plan = readInput(scope, (reader) => planUpdate(reader, entity, ['input'], input));
  refuseHopeless(scope, plan);
  return writeRoot(scope, [plan], read, async (run) => {
    const ids = await takeWhere(run, entity, where, plan, 'update');
    await updateRows(
      run,
      entity,
      ids.map((id) => ({ id, plan })),
    );
    return ids;
  });
}
