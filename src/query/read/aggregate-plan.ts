import type { Entity } from '../../model/app-model.ts';
import { isValueField } from '../../model/exposed-fields.ts';
import { and, type Expr, type Value } from '../../model/expr.ts';
import type { RequestScope } from '../request-scope.ts';
import { relationOfKey } from '../sql/sql-type.ts';
import { fieldRuleForUse, guardedBy, readableColumn, readableRows, readableStep, rowOf } from './readable.ts';
import { whereToExpr } from './where-to-expr.ts';

export type AggregateFn = 'countDistinct' | 'sum' | 'avg' | 'min' | 'max';
export const AGGREGATE_FNS: readonly AggregateFn[] = ['countDistinct', 'sum', 'avg', 'min', 'max'];

/** One number over rows: of all rows (`count`), or of the values of `field` that the viewer may read. */
export interface AggregateItem {
  readonly fn: 'count' | AggregateFn;
  /** Empty for `count`. */
  readonly field: string;
}

export interface AggregatePlan {
  readonly entity: Entity;
  /** About `this`, the read rule included. */
  readonly where: Expr;
  readonly items: readonly AggregateItem[];
  /** Values by field name, as far as items and group keys need them. */
  readonly values: ReadonlyMap<string, Value>;
}

/** @throws ViewerError for a field whose rule shows it on no row, and for what is wrong in `where` */
export function aggregatePlan(
  scope: RequestScope,
  entity: Entity,
  where: unknown,
  items: readonly AggregateItem[],
  more: readonly string[] = [],
): AggregatePlan {
  const fields = [...new Set([...items.flatMap(({ field }) => (field === '' ? [] : [field])), ...more])];
  return {
    entity,
    where: and(readableRows(scope, entity), whereToExpr(scope, entity, where)),
    items,
    values: new Map(fields.map((field) => [field, aggregatedValue(scope, entity, field)])),
  };
}

/** A field as the viewer sees it; of a relation, the id of a target that the viewer may read. */
export function aggregatedValue(scope: RequestScope, entity: Entity, name: string): Value {
  const relation = relationOfKey(entity, name);
  if (!relation) return readableColumn(scope, entity, name);
  const { step } = readableStep(scope, entity, relation.name, `key:${name}`);
  const id: Value = { kind: 'column', row: { ...rowOf(entity), steps: [step] }, field: 'id' };
  const ofRelation = guardedBy(fieldRuleForUse(scope, entity, relation.name), id);
  const declared = entity.fieldByName.get(name);
  return declared && isValueField(declared)
    ? guardedBy(fieldRuleForUse(scope, entity, name), ofRelation)
    : ofRelation;
}
