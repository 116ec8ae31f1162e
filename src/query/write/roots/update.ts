import type { Entity } from '../../../model/app-model.ts';
import type { ReadRow } from '../../read/read-rows.ts';
import type { RequestScope } from '../../request-scope.ts';
import { planUpdate } from '../plan/plan-update.ts';
import { expectVersionOf } from '../run/expect-version.ts';
import { takeRows } from '../run/judge-rows.ts';
import { takeWhere } from '../run/take-where.ts';
import { updateRows } from '../run/update-rows.ts';
import { assertMayEver, refuseHopeless } from './refuse-hopeless.ts';
import { type Args, idOf, onlyRow, readInput, writeRoot } from './write-root.ts';

/** `updateTask(id, input, expectVersion)` */
export async function updateOne(scope: RequestScope, entity: Entity, args: Args): Promise<ReadRow> {
  assertMayEver(scope, entity, 'update');
  const plan = readInput(scope, (reader) => planUpdate(reader, entity, ['input'], args.input));
  refuseHopeless(scope, plan);
  const id = idOf(entity, args.id);
  const rows = await writeRoot(scope, entity, [plan], async (run) => {
    if (typeof args.expectVersion === 'number') {
      await takeRows(run, entity, [{ id, given: plan.given, added: [...plan.increments.keys()] }], 'update');
      await expectVersionOf(run, entity, id, args.expectVersion);
    }
    await updateRows(run, entity, [{ id, plan }]);
    return [id];
  });
  return onlyRow(entity, rows);
}

/** `updateTasks(where, input)`: rows that the viewer may not update are passed over. */
export async function updateWhere(
  scope: RequestScope,
  entity: Entity,
  { where, input }: Args,
): Promise<{ count: number; nodes: readonly ReadRow[] }> {
  assertMayEver(scope, entity, 'update');
  const plan = readInput(scope, (reader) => planUpdate(reader, entity, ['input'], input));
  refuseHopeless(scope, plan);
  let count = 0;
  const nodes = await writeRoot(scope, entity, [plan], async (run) => {
    const ids = await takeWhere(run, entity, where, plan, 'update');
    await updateRows(
      run,
      entity,
      ids.map((id) => ({ id, plan })),
    );
    count = ids.length;
    return ids;
  });
  return { count, nodes };
}
