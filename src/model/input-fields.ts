import type { Entity, Field, RelationField, ScalarField } from './app-model.ts';
import { scalarType } from './scalars.ts';

/**
 * Whether clients may give `field` in the create or update input. Never what the server keeps or presets, nor an id
 * that the server makes, nor the other name of a preset value (`author` beside a preset `authorId`).
 */
export function isWritable(
  entity: Entity,
  field: Field,
  operation: 'create' | 'update',
): field is ScalarField | RelationField {
  if (field.kind === 'computed' || field.kind === 'resolved' || !field.exposure[operation]) return false;
  if (field.preset || siblingOf(entity, field)?.preset) return false;
  if (field.kind === 'relation') return true;
  if (field.name === 'id') return operation === 'create' && entity.idKind === 'NONE';
  return field.maintained === undefined;
}

/** Numbers that an update may increment. */
export function numericInputs(entity: Entity): readonly ScalarField[] {
  return entity.fields
    .filter((field) => isWritable(entity, field, 'update'))
    .filter((field) => field.kind === 'scalar')
    .filter((field) => field.type.kind === 'scalar' && !field.type.list)
    .filter((field) => scalarType(field.type.name)?.sum !== undefined);
}

/** Whether the key of a to-one relation can be given by itself (`orgId`) instead of through the relation. */
export function isKeyDeclaredFor(
  entity: Entity,
  relation: RelationField,
  operation: 'create' | 'update',
): boolean {
  const key = declaredKey(entity, relation);
  return key !== undefined && isWritable(entity, key, operation);
}

/** The scalar field that declares the key of `relation`, if the author wrote one. */
export function declaredKey(entity: Entity, relation: RelationField): ScalarField | undefined {
  return entity.fields.find(
    (field): field is ScalarField => field.kind === 'scalar' && field.keyOf === relation.name,
  );
}

/** `author` of `authorId` and the other way round. */
function siblingOf(
  entity: Entity,
  field: ScalarField | RelationField,
): ScalarField | RelationField | undefined {
  if (field.kind === 'relation') return declaredKey(entity, field);
  const relation = field.keyOf === undefined ? undefined : entity.fieldByName.get(field.keyOf);
  return relation?.kind === 'relation' ? relation : undefined;
}
