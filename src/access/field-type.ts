import type { AppModel, Entity, RelationField, ValueType } from '../model/app-model.ts';
import { relationOfKey } from '../model/exposed-fields.ts';
import type { RowPath } from '../model/expr.ts';
import { scalarType } from '../model/scalars.ts';

/** What is known of a name of a row: a stored or computed field, or the key of a to-one relation. */
export interface FieldType {
  readonly type: ValueType;
  readonly required: boolean;
  /** The entity whose id this is. */
  readonly keyTo: Entity | undefined;
}

const ID: ValueType = Object.freeze({ kind: 'scalar', name: 'ID', list: false });

/** Undefined where `entity` has no column that goes by `name` (a relation's name is none). */
export function fieldType(app: AppModel, entity: Entity, name: string): FieldType | undefined {
  const field = entity.fieldByName.get(name);
  if (field?.kind === 'scalar') {
    const relation = field.keyOf === undefined ? undefined : entity.fieldByName.get(field.keyOf);
    const target = relation?.kind === 'relation' ? app.entityByName.get(relation.target) : undefined;
    return { type: field.type, required: field.required, keyTo: name === 'id' ? entity : target };
  }
  if (field?.kind === 'computed') return { type: field.type, required: field.required, keyTo: undefined };
  const relation = relationOfKey(entity, name);
  if (!relation) return undefined;
  return { type: ID, required: relation.required, keyTo: app.entityByName.get(relation.target) };
}

/** The entity at the end of a path. @throws Error when the path does not fit the model */
export function entityAt(app: AppModel, row: RowPath): Entity {
  return row.steps.reduce(
    (entity, step) => targetOf(app, relationNamed(entity, step.relation)),
    entityNamed(app, row.entity),
  );
}

/** @throws Error when there is none */
export function entityNamed(app: AppModel, name: string): Entity {
  const entity = app.entityByName.get(name);
  if (!entity) throw new Error(`There is no entity ${name}`);
  return entity;
}

/** @throws Error when there is none */
export function relationNamed(entity: Entity, name: string): RelationField {
  const field = entity.fieldByName.get(name);
  if (field?.kind !== 'relation') throw new Error(`${entity.name}.${name} is not a relation`);
  return field;
}

export function targetOf(app: AppModel, relation: RelationField): Entity {
  return entityNamed(app, relation.target);
}

/**
 * How a value is stored, by which it is compared: the name of its PostgreSQL type, or `enum:Name`.
 * An id is stored as the id kind of its entity says.
 */
export function storageOf(type: ValueType, keyTo: Entity | undefined): string {
  if (type.kind === 'enum') return `enum:${type.name}`;
  if (keyTo) return { UUID7: 'uuid', INT: 'int4', NONE: 'text' }[keyTo.idKind];
  return scalarType(type.name)?.postgres ?? 'text';
}
