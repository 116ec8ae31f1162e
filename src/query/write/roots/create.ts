import type { Entity } from '../../../model/app-model.ts';
import type { ReadRow } from '../../read/read-rows.ts';
import type { RequestScope } from '../../request-scope.ts';
import { planCreate } from '../plan/plan-create.ts';
import { createRows } from '../run/create-rows.ts';
import type { CreatePlan } from '../write-plan.ts';
import { assertMayEver, refuseHopeless } from './refuse-hopeless.ts';
import { type Args, onlyRow, readInput, writeRoot } from './write-root.ts';

/** `createTask(input)` */
export async function createOne(scope: RequestScope, entity: Entity, { input }: Args): Promise<ReadRow> {
  assertMayEver(scope, entity, 'create');
  const plan = readInput(scope, (reader) => planCreate(reader, entity, ['input'], input));
  return onlyRow(entity, await create(scope, entity, [plan]));
}

/** `createTasks(inputs)` */
export async function createSeveral(
  scope: RequestScope,
  entity: Entity,
  { inputs }: Args,
): Promise<readonly ReadRow[]> {
  assertMayEver(scope, entity, 'create');
  const plans = readInput(scope, (reader) =>
    reader
      .list(['inputs'], inputs)
      .map((input, index) => planCreate(reader, entity, ['inputs', index], input))
      .filter((plan) => plan !== undefined),
  );
  return create(scope, entity, plans);
}

function create(
  scope: RequestScope,
  entity: Entity,
  plans: readonly CreatePlan[],
): Promise<readonly ReadRow[]> {
  for (const plan of plans) refuseHopeless(scope, plan);
  return writeRoot(scope, entity, plans, (run) =>
    createRows(
      run,
      entity,
      plans.map((plan) => ({ plan, keys: new Map() })),
    ),
  );
}
