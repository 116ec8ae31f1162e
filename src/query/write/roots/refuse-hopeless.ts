import { decidedWithoutRow } from '../../../access/decide.ts';
import type { RowOperation } from '../../../access/rule-book.ts';
import type { ViewerError } from '../../../kit/viewer-error.ts';
import type { Entity } from '../../../model/app-model.ts';
import { type Denial, explainWithoutRow } from '../../explain/index.ts';
import { fieldRuleForUse } from '../../read/readable.ts';
import type { RequestScope } from '../../request-scope.ts';
import { toldBy } from '../run/told-fields.ts';
import { denied } from '../run/write-run.ts';
import type { CreatePlan, ToManyPlan, ToOnePlan, UpdatePlan } from '../write-plan.ts';

/** @throws ViewerError UNAUTHENTICATED or FORBIDDEN where the rule is false for this viewer whatever the row */
export function assertMayEver(scope: RequestScope, entity: Entity, operation: RowOperation): void {
  const error = refusalOfHopeless(scope, entity, operation);
  if (error) throw error;
}

/** The refusal of an operation that no row could allow; undefined where one could. */
export function refusalOfHopeless(
  scope: RequestScope,
  entity: Entity,
  operation: RowOperation,
): ViewerError | undefined {
  return isHopeless(scope, entity, operation)
    ? hopeless(scope, `${operation} ${entity.plural}`, { kind: 'row', entity, operation })
    : undefined;
}

/** No row could allow it. */
export function isHopeless(scope: RequestScope, entity: Entity, operation: RowOperation): boolean {
  return decidedWithoutRow(scope.rowRule(entity, operation)) === false;
}

/**
 * Refuses a plan before any SQL where something in it is denied whatever the rows. What is only done if a row is missing
 * (`connectOrCreate`) is left to the moment when it is known to be done.
 */
export function refuseHopeless(scope: RequestScope, plan: CreatePlan | UpdatePlan): void {
  assertMayEver(scope, plan.entity, plan.kind);
  for (const name of plan.given) {
    const rule = scope.fieldRule(plan.entity, name, 'write');
    if (rule && decidedWithoutRow(rule) === false) {
      const denial = { kind: 'row', entity: plan.entity, operation: plan.kind, field: name } as const;
      throw hopeless(scope, `write ${plan.entity.name}.${name}`, denial);
    }
  }
  if (plan.kind === 'update') refuseTold(scope, plan);
  for (const { verb } of plan.toOne) refuseVerb(scope, verb);
  for (const list of plan.toMany) refuseList(scope, list);
}

/** What the outcome tells of is read as well. */
function refuseTold(scope: RequestScope, plan: UpdatePlan): void {
  for (const { name } of toldBy(plan)) fieldRuleForUse(scope, plan.entity, name);
}

function refuseVerb(scope: RequestScope, verb: ToOnePlan['verb']): void {
  if (verb.kind === 'create') refuseHopeless(scope, verb.create);
  if (verb.kind === 'update') refuseHopeless(scope, verb.update);
}

function refuseList(scope: RequestScope, list: ToManyPlan): void {
  for (const create of list.create) refuseHopeless(scope, create);
  for (const { update } of list.update) refuseHopeless(scope, update);
}

function hopeless(scope: RequestScope, what: string, denial: Denial): ViewerError {
  return denied(scope, what, explainWithoutRow(scope, denial));
}
