import type { Entity } from '../../../model/app-model.ts';
import type { RequestScope } from '../../request-scope.ts';
import { planCreate } from '../plan/plan-create.ts';
import { planUpdate } from '../plan/plan-update.ts';
import { fieldsNamedBy, readUnique } from '../plan/read-unique.ts';
import { findOrCreate } from '../run/find-or-create.ts';
import { lockRows } from '../run/judge-rows.ts';
import { updateRows } from '../run/update-rows.ts';
import { assertMayEver, isHopeless, refuseHopeless } from './refuse-hopeless.ts';
import { type Args, type ReadWritten, readInput, writeRoot } from './write-root.ts';

/** `upsertTask(by, create, update)`, atomic however many do the same at the same moment. */
export async function upsertOne<T>(
  scope: RequestScope,
  entity: Entity,
  args: Args,
  read: ReadWritten<T>,
): Promise<T> {
  if (isHopeless(scope, entity, 'update')) assertMayEver(scope, entity, 'create');
  const { by, create, update } = readInput(scope, (reader) => {
    const by = readUnique(reader, entity, ['by'], args.by);
    const create = planCreate(reader, entity, ['create'], args.create, {
      alsoGiven: by ? fieldsNamedBy(by) : [],
    });
    const update = planUpdate(reader, entity, ['update'], args.update);
    return by && create && update && { by, create, update };
  });
  return writeRoot(scope, [create, update], read, async (run) => {
    const { id } = await findOrCreate(run, { by, create }, new Map(), async (found) => {
      refuseHopeless(scope, update);
      const locked = await lockRows(run, entity, [found.id], 'NO KEY UPDATE');
      // Deleted between finding and locking: look again.
      if (!locked.has(found.id)) return false;
      await updateRows(run, entity, [{ id: found.id, plan: update }]);
      return true;
    });
    return [id];
  });
}
