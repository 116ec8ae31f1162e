import { createHash } from 'node:crypto';
import { fitIdentifier } from '../kit/fit-identifier.ts';
import type { AppModel, Entity, FieldConstraint, Index, RelationField, UniqueKey } from './app-model.ts';
import { columnOf, isValueField } from './exposed-fields.ts';

/**
 * What a CHECK of a field guards: an argument of `@constraint`, the range of its scalar, or that a list is there and holds no
 * nulls.
 */
export type ConstraintArgument = keyof FieldConstraint | 'range' | 'required' | 'items';

/** What stands behind a name that PostgreSQL reports as violated. */
export type FoundConstraint =
  | {
      readonly kind: 'field';
      readonly entity: Entity;
      readonly field: string;
      readonly argument: ConstraintArgument;
    }
  /** The `index`-th `@check` of the entity. */
  | { readonly kind: 'check'; readonly entity: Entity; readonly index: number }
  | { readonly kind: 'primaryKey'; readonly entity: Entity }
  | { readonly kind: 'unique'; readonly entity: Entity; readonly key: UniqueKey }
  | { readonly kind: 'foreignKey'; readonly entity: Entity; readonly relation: RelationField };

const ARGUMENTS: readonly ConstraintArgument[] = [
  'minLength',
  'maxLength',
  'min',
  'max',
  'pattern',
  'format',
  'minItems',
  'maxItems',
  'range',
  'required',
  'items',
];

/** Name of the CHECK behind one argument of a field's constraint. */
export function constraintName(entity: Entity, field: string, argument: ConstraintArgument): string {
  return fitIdentifier(`${entity.table}_${columnOf(entity, field) ?? field}_${argument}`, '_check');
}

/** Name of the CHECK of the `index`-th `@check` of an entity, counted from 0. */
export function rowCheckName(entity: Entity, index: number): string {
  return fitIdentifier(`${entity.table}_row_${index + 1}`, '_check');
}

/** Name of a unique index; Prisma's own where that fits. */
export function uniqueName(entity: Entity, key: UniqueKey): string {
  return fitIdentifier(stem(entity, key.fields), '_key');
}

/** Name of the foreign key of a relation whose key is on this side. */
export function foreignKeyName(entity: Entity, relation: RelationField): string {
  const column = relation.storage.kind === 'key' ? relation.storage.column : relation.name;
  return fitIdentifier(`${entity.table}_${column}`, '_fkey');
}

/** Name of the primary key of an entity's table. */
export function primaryKeyName(entity: Entity): string {
  return fitIdentifier(entity.table, '_pkey');
}

/** Name of an index. A partial one carries its condition's hash, so that several over the same columns can stand. */
export function indexName(entity: Entity, index: Pick<Index, 'fields' | 'kind' | 'where'>): string {
  const suffix = { BTREE: '_idx', GIN: '_gin_idx', TRIGRAM: '_trgm_idx' }[index.kind];
  const part = index.where === undefined ? '' : `_where_${shortHash(index.where)}`;
  return fitIdentifier(stem(entity, index.fields) + part, suffix);
}

/** Name of the index over a search column. */
export function searchIndexName(entity: Entity, column: string): string {
  return fitIdentifier(`${entity.table}_${column}`, '_idx');
}

/** What the constraint or unique index called `name` guards; undefined for one that is not Plinth's. */
export function findConstraint(app: AppModel, name: string): FoundConstraint | undefined {
  let known = KNOWN.get(app);
  if (!known) {
    known = new Map(app.entities.flatMap(constraintsOf));
    KNOWN.set(app, known);
  }
  return known.get(name);
}

const KNOWN = new WeakMap<AppModel, ReadonlyMap<string, FoundConstraint>>();

function constraintsOf(entity: Entity): readonly (readonly [string, FoundConstraint])[] {
  const found: [string, FoundConstraint][] = [[primaryKeyName(entity), { kind: 'primaryKey', entity }]];
  for (const key of entity.uniques) found.push([uniqueName(entity, key), { kind: 'unique', entity, key }]);
  for (const index of entity.checks.keys()) {
    found.push([rowCheckName(entity, index), { kind: 'check', entity, index }]);
  }
  for (const field of entity.fields) {
    if (field.kind === 'relation' && field.storage.kind === 'key') {
      found.push([foreignKeyName(entity, field), { kind: 'foreignKey', entity, relation: field }]);
    }
    if (!isValueField(field)) continue;
    for (const argument of ARGUMENTS) {
      found.push([
        constraintName(entity, field.name, argument),
        { kind: 'field', entity, field: field.name, argument },
      ]);
    }
  }
  return found;
}

function stem(entity: Entity, fields: readonly string[]): string {
  return [entity.table, ...fields.map((field) => columnOf(entity, field) ?? field)].join('_');
}

/** Six hex digits are plenty among the few indexes of one table, and keep the name readable. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 6);
}
