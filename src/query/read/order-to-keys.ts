import type { Entity, RelationField } from '../../model/app-model.ts';
import { isOrderable } from '../../model/exposed-fields.ts';
import { type Expr, type RowStep, THIS, type Value } from '../../model/expr.ts';
import type { RequestScope } from '../request-scope.ts';
import { badInput, type InputPath } from './bad-input.ts';
import type { OrderKey } from './read-plan.ts';
import { fieldRuleForUse, guardedBy, readableRelated, readableStep, rowOf } from './readable.ts';

/** Keys of one order; more would only cost. */
const MAX_KEYS = 20;

/** Where a nested order stands: the to-one steps taken from `this`. */
interface Branch {
  readonly scope: RequestScope;
  readonly root: Entity;
  readonly entity: Entity;
  readonly steps: readonly RowStep[];
  /** Rules of the relation fields on the way, about the row before each step; the first one is about `this`. */
  readonly rule: Expr | undefined;
  readonly path: InputPath;
}

/**
 * An `orderBy` argument as sort keys, ended by the id in the last key's direction. Rows that the viewer may not read and
 * fields that a rule hides sort as null. Without keys the order is by `fallback`, or by id.
 * @throws ViewerError where an entry has not exactly one key, or a field's rule allows it on no row
 */
export function orderToKeys(
  scope: RequestScope,
  entity: Entity,
  orderBy: unknown,
  path: InputPath = ['orderBy'],
  fallback: readonly OrderKey[] = [],
): readonly OrderKey[] {
  const entries =
    orderBy === null || orderBy === undefined ? [] : Array.isArray(orderBy) ? orderBy : [orderBy];
  if (entries.length > MAX_KEYS) throw badInput(path, `An order has at most ${MAX_KEYS} keys.`, 'maxItems');
  const branch = { scope, root: entity, entity, steps: [], rule: undefined };
  const keys = entries.map((entry, index) => entryToKey(entry, { ...branch, path: [...path, index] }));
  return withTieBreak(entity, keys.length > 0 ? keys : fallback);
}

function withTieBreak(entity: Entity, keys: readonly OrderKey[]): readonly OrderKey[] {
  const id: Value = { kind: 'column', row: rowOf(entity), field: 'id' };
  const unique = keys.findIndex(
    ({ value }) => value.kind === 'column' && value.row.steps.length === 0 && value.field === 'id',
  );
  if (unique >= 0) return keys.slice(0, unique + 1);
  const descending = keys.at(-1)?.descending ?? false;
  return [...keys, { value: id, descending, nullsFirst: descending, nullable: false }];
}

/** The one key of an entry of `orderBy` or of a group's order. @throws ViewerError unless there is exactly one, not null */
export function oneKey(entry: unknown, path: InputPath): readonly [string, unknown] {
  const given = Object.entries((entry ?? {}) as object).filter(([, value]) => value !== undefined);
  const [first] = given;
  if (given.length !== 1 || !first) {
    throw badInput(
      path,
      `Each entry of an order has exactly one key, this one has ${given.length}: use a list of entries.`,
      'oneKey',
    );
  }
  if (first[1] === null) throw badInput([...path, first[0]], 'Give a direction, such as `ASC`.', 'notNull');
  return first;
}

function entryToKey(entry: unknown, branch: Branch): OrderKey {
  const [name, direction] = oneKey(entry, branch.path);
  const at: Branch = { ...branch, path: [...branch.path, name] };
  const field = branch.entity.fieldByName.get(name);
  if (field?.kind === 'relation')
    return field.many ? countKey(field, direction, at) : relationKey(field, direction, at);
  if (!field || field.kind === 'resolved' || !isOrderable(field.type))
    throw badInput(at.path, `There is no order by ${name}.`, 'unknown');
  const row = { from: THIS, entity: branch.root.name, steps: branch.steps };
  const rule = ruleHere(name, at);
  const column = guardedBy(branch.rule, { kind: 'column', row: withRule(row, rule, at), field: name });
  const value = branch.steps.length === 0 ? guardedBy(rule, column) : column;
  const nullable = !field.required || value.kind === 'guarded' || branch.steps.length > 0;
  return { value, ...directionOf(direction), nullable };
}

/** The name under which the row at the end of the branch is known to guards. */
function boundName(branch: Branch): string {
  return branch.steps.length === 0 ? THIS : `order:${branch.steps.map((step) => step.relation).join('.')}`;
}

function ruleHere(name: string, branch: Branch): Expr | undefined {
  return fieldRuleForUse(branch.scope, branch.entity, name, boundName(branch));
}

/** A rule about the row at the end of a path hides that row from the path. */
function withRule<T extends { readonly steps: readonly RowStep[] }>(
  row: T,
  rule: Expr | undefined,
  branch: Branch,
): T {
  const last = row.steps.at(-1);
  if (!rule || !last) return row;
  const as = last.guard?.as ?? boundName(branch);
  const where: Expr = last.guard ? { kind: 'and', terms: [last.guard.where, rule] } : rule;
  return { ...row, steps: [...row.steps.slice(0, -1), { ...last, guard: { as, where } }] };
}

function relationKey(relation: RelationField, nested: unknown, branch: Branch): OrderKey {
  const rule = ruleHere(relation.name, branch);
  const before = branch.steps.length === 0 ? branch : withRule(branch, rule, branch);
  const name = `order:${[...branch.steps.map((step) => step.relation), relation.name].join('.')}`;
  const { target, step } = readableStep(branch.scope, branch.entity, relation.name, name);
  return entryToKey(nested, {
    ...before,
    entity: target,
    steps: [...before.steps, step],
    rule: branch.steps.length === 0 ? rule : branch.rule,
  });
}

/** Counts the rows that the viewer may read. Behind a hidden row there is nothing to count: null. */
function countKey(relation: RelationField, order: unknown, branch: Branch): OrderKey {
  const [name, direction] = oneKey(order, branch.path);
  if (name !== 'count')
    throw badInput([...branch.path, name], 'A list orders by its `count` only.', 'unknown');
  const rule = ruleHere(relation.name, branch);
  const bound = `${boundName(branch)}#${relation.name}`;
  const { rows, readable } = readableRelated(branch.scope, branch.entity, relation.name, THIS, bound);
  if (branch.steps.length === 0) {
    const value = guardedBy(rule, { kind: 'count', rows, as: bound, where: readable });
    return { value, ...directionOf(direction), nullable: value.kind === 'guarded' };
  }
  const end = withRule({ from: THIS, entity: branch.root.name, steps: branch.steps }, rule, branch);
  const count: Value = {
    kind: 'count',
    rows: { kind: 'related', row: end, relation: relation.name },
    as: bound,
    where: readable,
  };
  const reached: Expr = { kind: 'not', term: { kind: 'noRow', row: end } };
  return {
    value: guardedBy(branch.rule, guardedBy(reached, count)),
    ...directionOf(direction),
    nullable: true,
  };
}

/** As PostgreSQL: nulls are last when ascending and first when descending, unless said otherwise. */
export function directionOf(order: unknown): Pick<OrderKey, 'descending' | 'nullsFirst'> {
  const text = String(order);
  const descending = text.startsWith('DESC');
  return {
    descending,
    nullsFirst: text.endsWith('NULLS_FIRST') || (descending && !text.endsWith('NULLS_LAST')),
  };
}
