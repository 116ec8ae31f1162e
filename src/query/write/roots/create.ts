import type { Entity } from '../../../model/app-model.ts';
import type { RequestScope } from '../../request-scope.ts';
import { planCreate } from '../plan/plan-create.ts';
import { createRows } from '../run/create-rows.ts';
import type { CreatePlan } from '../write-plan.ts';
import { assertMayEver, refuseHopeless } from './refuse-hopeless.ts';
import { type Args, type ReadWritten, readInput, writeRoot } from './write-root.ts';

/** `createTask(input)` */
export async function createOne<T>(
  scope: RequestScope,
  entity: Entity,
  { input }: Args,
  read: ReadWritten<T>,
): Promise<T> {
  assertMayEver(scope, entity, 'create');
  const plan = readInput(scope, (reader) => planCreate(reader, entity, ['input'], input));
  return create(scope, entity, [plan], read);
}

/** `createTasks(inputs)` */
export async function createSeveral<T>(
  scope: RequestScope,
  entity: Entity,
  { inputs }: Args,
  read: ReadWritten<T>,
): Promise<T> {
  assertMayEver(scope, entity, 'create');
  const plans = readInput(scope, (reader) =>
    reader
      .list(['inputs'], inputs)
      .map((input, index) => planCreate(reader, entity, ['inputs', index], input))
      .filter((plan) => plan !== undefined),
  );
  return create(scope, entity, plans, read);
}

function create<T>(
  scope: RequestScope,
  entity: Entity,
  plans: readonly CreatePlan[],
  read: ReadWritten<T>,
): Promise<T> {
  for (const plan of plans) refuseHopeless(scope, plan);
  return writeRoot(scope, plans, read, (run) =>
    createRows(
      run,
      entity,
      plans.map((plan) => ({ plan, keys: new Map() })),
    ),
  );
}
