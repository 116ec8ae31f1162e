import { decidedWithoutRow } from '../../access/decide.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { CustomField, Entity } from '../../model/app-model.ts';
import {
  and,
  type Expr,
  type RowPath,
  type RowStep,
  type Rows,
  THIS,
  TRUE,
  type Value,
} from '../../model/expr.ts';
import { explainWithoutRow } from '../explain/index.ts';
import type { RequestScope } from '../request-scope.ts';
import { entityOf, relationField, relationOfKey } from '../sql/sql-type.ts';
import { renameRow } from './rename-row.ts';

const decisions = new WeakMap<Expr, boolean | undefined>();

/** As `decidedWithoutRow`, remembered: rules are bound once per request and asked for on every row. */
export function decided(rule: Expr): boolean | undefined {
  if (!decisions.has(rule)) decisions.set(rule, decidedWithoutRow(rule));
  return decisions.get(rule);
}

/** Which rows of `entity` the viewer may read, about the row variable `as`. */
export function readableRows(scope: RequestScope, entity: Entity, as: string = THIS): Expr {
  return renameRow(scope.rowRule(entity, 'read'), as);
}

/** The refusal of what no row could allow. */
export function refusal(scope: RequestScope, entity: Entity, field?: string): ViewerError {
  const what = field === undefined ? entity.name : `${entity.name}.${field}`;
  const access = explainWithoutRow(scope, { kind: 'row', entity, operation: 'read', field });
  return scope.viewer.kind === 'signedOut'
    ? new ViewerError('UNAUTHENTICATED', `Sign in to read ${what}.`, { access })
    : new ViewerError('FORBIDDEN', `You may not read ${what}.`, { access });
}

/** @throws ViewerError where the rule is false for this viewer whatever the row */
export function assertMayRead(scope: RequestScope, entity: Entity): void {
  if (isHidden(scope, entity)) throw refusal(scope, entity);
}

/** True where the viewer can read no row of `entity`, whatever it holds: no SQL is needed to say so. */
export function isHidden(scope: RequestScope, entity: Entity): boolean {
  return decided(scope.rowRule(entity, 'read')) === false;
}

/** The rule of a field or key name about `as`; undefined where nothing restricts this viewer. */
export function fieldRule(
  scope: RequestScope,
  entity: Entity,
  name: string,
  as: string = THIS,
): Expr | undefined {
  const field = entity.fieldByName.has(name) ? name : relationOfKey(entity, name)?.name;
  const rule = field === undefined ? undefined : scope.fieldRule(entity, field, 'read');
  if (!rule || decided(rule) === true) return undefined;
  return renameRow(rule, as);
}

/** As `fieldRule`, for a filter, order, group or aggregate. @throws ViewerError where the rule needs no row to deny */
export function fieldRuleForUse(
  scope: RequestScope,
  entity: Entity,
  name: string,
  as: string = THIS,
): Expr | undefined {
  const rule = fieldRule(scope, entity, name, as);
  if (rule && decided(rule) === false) throw refusal(scope, entity, name);
  return rule;
}

/** The row variable itself, with no step taken. */
export function rowOf(entity: Entity, as: string = THIS): RowPath {
  return { from: as, entity: entity.name, steps: [] };
}

/** A column of `as` as the viewer sees it: null where its rule hides it. */
export function readableColumn(scope: RequestScope, entity: Entity, name: string, as: string = THIS): Value {
  return guardedBy(fieldRuleForUse(scope, entity, name, as), {
    kind: 'column',
    row: rowOf(entity, as),
    field: name,
  });
}

export function guardedBy(rule: Expr | undefined, value: Value): Value {
  return rule ? { kind: 'guarded', value, when: rule } : value;
}

/** Readable rows of a relation: the rows, the name they are bound to, and the condition with the target's read rule. */
export function readableRelated(
  scope: RequestScope,
  entity: Entity,
  relationName: string,
  as: string,
  bound: string,
): { target: Entity; rows: Rows; readable: Expr } {
  const relation = relationField(entity, relationName);
  const target = entityOf(scope.app, relation.target);
  return {
    target,
    rows: { kind: 'related', row: rowOf(entity, as), relation: relationName },
    readable: sure(readableRows(scope, target, bound)),
  };
}

/**
 * Whether what the key `name` of a row leads to may be read: to find rows by a key tells where it leads. True for any other name, and for
 * keys that are declared, which are fields with rules of their own.
 */
export function leadsToReadable(scope: RequestScope, entity: Entity, name: string): Expr {
  const relation = relationOfKey(entity, name);
  if (relation?.storage.kind !== 'key' || relation.storage.declared) return TRUE;
  const as = `${THIS}:${relation.name}`;
  const { rows, readable: where } = readableRelated(scope, entity, relation.name, THIS, as);
  return where.kind === 'constant' ? where : { kind: 'exists', rows, as, where };
}

/** One step along a to-one relation that only reaches rows which the viewer may read and for which `also` holds. */
export function readableStep(
  scope: RequestScope,
  entity: Entity,
  relationName: string,
  bound: string,
  also?: Expr,
): { target: Entity; step: RowStep } {
  const target = entityOf(scope.app, relationField(entity, relationName).target);
  const where = and(readableRows(scope, target, bound), ...(also ? [also] : []));
  const open = where.kind === 'constant' && where.value === true;
  return {
    target,
    step: open ? { relation: relationName } : { relation: relationName, guard: { as: bound, where } },
  };
}

export function sure(term: Expr): Expr {
  return term.kind === 'constant' && term.value !== null ? term : { kind: 'sure', term };
}

/** The refusal of a custom field that the viewer may not call. */
export function refusalToCall(scope: RequestScope, field: CustomField): ViewerError {
  const access = explainWithoutRow(scope, { kind: 'call', field });
  return scope.viewer.kind === 'signedOut'
    ? new ViewerError('UNAUTHENTICATED', `Sign in to call ${field.name}.`, { access })
    : new ViewerError('FORBIDDEN', `You may not call ${field.name}.`, { access });
}
