import type { Entity, RelationField } from '../../model/app-model.ts';
import { isValueField } from '../../model/exposed-fields.ts';
import type { RequestScope } from '../request-scope.ts';
import { columnNames, relationOfKey } from '../sql/sql-type.ts';
import type { PlanColumn } from './read-plan.ts';
import { fieldRule, guardedBy, rowOf } from './readable.ts';

/**
 * Properties that a row needs so that `relation` can be followed: its key under a name of our own where the declared key
 * has a read rule (the relation may be open all the same), and a verdict where the relation has one.
 */
export function relationColumns(
  scope: RequestScope,
  entity: Entity,
  relation: RelationField,
): readonly string[] {
  const verdict = fieldRule(scope, entity, relation.name) ? [verdictName(relation)] : [];
  return [...keyColumns(scope, entity, relation), ...verdict];
}

function keyColumns(scope: RequestScope, entity: Entity, relation: RelationField): readonly string[] {
  return relation.storage.kind === 'key' ? [keyProperty(scope, entity, relation)] : [];
}

/** Property of a row that holds a relation's key whatever rules say about the declared key field. */
export function keyProperty(scope: RequestScope, entity: Entity, relation: RelationField): string {
  if (relation.storage.kind !== 'key') throw new Error(`${relation.name} has no key`);
  const { key, declared } = relation.storage;
  return declared && fieldRule(scope, entity, key) ? `#${key}` : key;
}

/** Property of a row that says whether this viewer may follow a relation from it. */
export function verdictName(relation: RelationField): string {
  return `?${relation.name}`;
}

/** Where hidden values are counted, a value with a rule needs its verdict beside it: a null may be the value itself. */
export function countedVerdict(
  scope: RequestScope,
  entity: Entity,
  field: { readonly name: string },
): readonly string[] {
  return scope.countsHidden && fieldRule(scope, entity, field.name) ? [`?${field.name}`] : [];
}

/** Everything that a row of `entity` can carry for this viewer. */
export function everyColumn(scope: RequestScope, entity: Entity): readonly string[] {
  const relations = entity.fields.filter((field) => field.kind === 'relation');
  return [
    ...columnNames(entity),
    ...entity.fields.filter(isValueField).flatMap((field) => countedVerdict(scope, entity, field)),
    ...relations.flatMap((relation) => relationColumns(scope, entity, relation)),
  ];
}

/** Names as columns of a plan, the id first and always, each once. A field that a rule hides reads as null. */
export function planColumns(
  scope: RequestScope,
  entity: Entity,
  names: Iterable<string>,
): readonly PlanColumn[] {
  return [...new Set(['id', ...names])].map((name) => planColumn(scope, entity, name));
}

function planColumn(scope: RequestScope, entity: Entity, name: string): PlanColumn {
  if (name.startsWith('?')) {
    return {
      as: name,
      condition: fieldRule(scope, entity, name.slice(1)) ?? { kind: 'constant', value: true },
    };
  }
  const isInternal = name.startsWith('#') || isUndeclaredKey(entity, name);
  const field = name.startsWith('#') ? name.slice(1) : name;
  const rule = isInternal ? undefined : fieldRule(scope, entity, field);
  return { as: name, value: guardedBy(rule, { kind: 'column', row: rowOf(entity), field }) };
}

/** Such a key is never answered itself; the relation's resolver asks the relation's rule. */
function isUndeclaredKey(entity: Entity, name: string): boolean {
  return !entity.fieldByName.has(name) && relationOfKey(entity, name) !== undefined;
}
