import { ViewerError } from '../../../kit/viewer-error.ts';
import type { Entity, RelationField } from '../../../model/app-model.ts';
import { entityOf } from '../../sql/sql-type.ts';
import type { CreatePlan, UniquePlan, UpdatePlan } from '../write-plan.ts';
import { findRows } from './find-rows.ts';
import type { WriteRun } from './write-run.ts';

/**
 * A declared key (`orgId`) that is set connects like `org: { connect }` does: its target must be readable. One that is not
 * is answered exactly as the foreign key answers a row that does not exist.
 * @throws ViewerError CONFLICT
 */
export async function checkKeys(
  run: WriteRun,
  entity: Entity,
  plans: readonly (CreatePlan | UpdatePlan)[],
): Promise<void> {
  for (const relation of entity.fields.filter((field) => field.kind === 'relation')) {
    const wanted = plans.flatMap((plan) => keyOf(run, plan, relation));
    const found = wanted.length === 0 ? [] : await findRows(run, wanted);
    const missing = found.findIndex((row) => !row?.readable);
    if (missing < 0) continue;
    const target = entityOf(run.scope.app, relation.target);
    const id = found[missing]?.id;
    const access = id && (await run.explain({ entity: target, operation: 'read', id }));
    throw new ViewerError('CONFLICT', `This ${entity.name} would refer to a row that does not exist.`, {
      access,
    });
  }
}

function keyOf(run: WriteRun, plan: CreatePlan | UpdatePlan, relation: RelationField): readonly UniquePlan[] {
  const { storage } = relation;
  const value = storage.kind === 'key' && storage.declared ? plan.values.get(storage.key) : undefined;
  if (value === undefined || value === null) return [];
  const entity = entityOf(run.scope.app, relation.target);
  return [{ entity, path: plan.path, fields: [{ name: 'id', value }] }];
}
