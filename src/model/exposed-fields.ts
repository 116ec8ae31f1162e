import type {
  ComputedField,
  Entity,
  Field,
  RelationField,
  ScalarField,
  UniqueKey,
  ValueType,
} from './app-model.ts';
import { type ScalarType, scalarType } from './scalars.ts';

/** A field with a value of its own: stored, or computed by the database. */
export type ValueField = ScalarField | ComputedField;

/** A value that rows can be grouped by and counted by: a field, or the key of a to-one relation. */
export interface GroupKey {
  /** As the API names it: `role`, `teamId`. */
  readonly name: string;
  readonly type: ValueType;
  /** The field whose rules and exposure govern it. */
  readonly field: ValueField | RelationField;
}

/** One part of a unique key: its argument's name and type. */
export interface UniquePart {
  readonly name: string;
  readonly type: ValueType;
}

const ID: ValueType = Object.freeze({ kind: 'scalar', name: 'ID', list: false });

export function isValueField(field: Field): field is ValueField {
  return field.kind === 'scalar' || field.kind === 'computed';
}

/** Fields with a value that a viewer may see; `@writeOnly` and `@hidden` ones are nowhere in filters, orders or sums. */
export function visibleValues(entity: Entity): readonly ValueField[] {
  return entity.fields.filter(isValueField).filter((field) => field.exposure.output);
}

/** Has a place in `ORDER BY`: an enum or a scalar with an order, and no list. */
export function isOrderable(type: ValueType): boolean {
  return !type.list && (type.kind === 'enum' || scalarRow(type)?.ordered === true);
}

export function orderableFields(entity: Entity): readonly ValueField[] {
  return visibleValues(entity).filter((field) => isOrderable(field.type));
}

/**
 * What rows can be grouped by: orderable fields but the id, and the keys of to-one relations (`teamId`), each once
 * whether the author declared it or not.
 */
export function groupKeys(entity: Entity): readonly GroupKey[] {
  const keys = new Map<string, GroupKey>();
  for (const field of entity.fields) {
    if (!field.exposure.output || field.name === 'id') continue;
    if (field.kind === 'relation') {
      if (field.storage.kind !== 'key' || keys.has(field.storage.key)) continue;
      keys.set(field.storage.key, { name: field.storage.key, type: ID, field });
    } else if (isValueField(field) && isOrderable(field.type)) {
      keys.set(field.name, { name: field.name, type: field.type, field });
    }
  }
  return [...keys.values()];
}

/** Fields with `min` and `max`: PostgreSQL has neither for booleans and UUIDs, and of an enum or an ID they mean nothing. */
export function extremeFields(entity: Entity): readonly ValueField[] {
  return orderableFields(entity).filter((field) => {
    const row = scalarRow(field.type);
    return row !== undefined && field.type.name !== 'ID' && !['bool', 'uuid'].includes(row.postgres);
  });
}

/** Fields with `sum` and `avg`. */
export function numericFields(entity: Entity): readonly ValueField[] {
  return visibleValues(entity).filter(
    (field) => !field.type.list && scalarRow(field.type)?.sum !== undefined,
  );
}

/** Fields of the full-text search, in the order that gives them their weight. */
export function searchFields(entity: Entity): readonly ScalarField[] {
  return entity.fields
    .filter((field) => field.kind === 'scalar')
    .filter((field) => field.search && field.exposure.output);
}

/** Uniques that a viewer may look rows up by: every part is visible. */
export function visibleUniques(entity: Entity): readonly UniqueKey[] {
  return entity.uniques.filter((key) => key.fields.every((name) => isVisiblePart(entity, name)));
}

/** The parts of a unique; one that is the key of a relation is an `ID`. */
export function uniqueParts(entity: Entity, key: UniqueKey): readonly UniquePart[] {
  return key.fields.map((name) => {
    const field = entity.fieldByName.get(name);
    return { name, type: field && isValueField(field) ? field.type : ID };
  });
}

/** The to-one relation that keeps its key in `key` (`teamId`), declared or not. */
export function relationOfKey(entity: Entity, key: string): RelationField | undefined {
  return entity.fields.find(
    (field): field is RelationField =>
      field.kind === 'relation' && field.storage.kind === 'key' && field.storage.key === key,
  );
}

/** The column that holds `name`: a value field, or the key of a to-one relation. */
export function columnOf(entity: Entity, name: string): string | undefined {
  const field = entity.fieldByName.get(name);
  if (field && isValueField(field)) return field.column;
  const relation = field?.kind === 'relation' ? field : relationOfKey(entity, name);
  return relation?.storage.kind === 'key' ? relation.storage.column : undefined;
}

function scalarRow(type: ValueType): ScalarType | undefined {
  return type.kind === 'scalar' ? scalarType(type.name) : undefined;
}

function isVisiblePart(entity: Entity, name: string): boolean {
  const field = entity.fieldByName.get(name);
  return (field ?? relationOfKey(entity, name))?.exposure.output === true;
}
