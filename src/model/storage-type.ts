import type { AppModel, Entity, RelationField, ScalarField, ValueType } from './app-model.ts';
import { readColumnType } from './column-types.ts';
import { relationOfKey } from './exposed-fields.ts';
import { type ScalarType, scalarType } from './scalars.ts';

/** How a column is stored. */
export interface StorageType {
  /** Prisma's scalar, or the enum's name. */
  readonly prisma: string;
  /** Prisma's native type attribute, `@db.Uuid`. */
  readonly native: string | undefined;
  /** PostgreSQL's type, quoted where it is an enum; of one element where the column is a list. */
  readonly postgres: string;
}

/** How a stored field is stored: `@column(type:)`, else the row of its scalar, ids after their kind, keys as what they point to. */
export function storageOfField(app: AppModel, entity: Entity, field: ScalarField): StorageType {
  if (field.name === 'id') return storageOfId(entity, field);
  const relation = field.keyOf === undefined ? undefined : entity.fieldByName.get(field.keyOf);
  if (relation?.kind === 'relation') return storageOfKey(app, relation);
  return storageOfType(field.type, field.columnType);
}

/** How the key of a to-one relation is stored: as the id that it holds. @throws when the target does not exist */
export function storageOfKey(app: AppModel, relation: RelationField): StorageType {
  const target = app.entityByName.get(relation.target);
  const id = target?.fieldByName.get('id');
  if (!target || id?.kind !== 'scalar') throw new Error(`"${relation.target}" is no model with an id.`);
  return storageOfId(target, id);
}

/** How the column behind `name` is stored: a stored field, or the undeclared key of a relation. Undefined for others. */
export function storageOf(app: AppModel, entity: Entity, name: string): StorageType | undefined {
  const field = entity.fieldByName.get(name);
  if (field?.kind === 'scalar') return storageOfField(app, entity, field);
  if (field?.kind === 'computed') return storageOfType(field.type, undefined);
  const relation = field?.kind === 'relation' ? field : relationOfKey(entity, name);
  return relation?.storage.kind === 'key' ? storageOfKey(app, relation) : undefined;
}

const UUID: StorageType = { prisma: 'String', native: '@db.Uuid', postgres: 'uuid' };
const INT: StorageType = { prisma: 'Int', native: undefined, postgres: 'int4' };

function storageOfId(entity: Entity, id: ScalarField): StorageType {
  switch (entity.idKind) {
    case 'UUID7':
      return UUID;
    case 'INT':
      return INT;
    case 'NONE':
      return storageOfType(id.type, id.columnType);
  }
}

function storageOfType(type: ValueType, columnType: string | undefined): StorageType {
  if (type.kind === 'enum') return { prisma: type.name, native: undefined, postgres: `"${type.name}"` };
  const row: ScalarType | undefined = scalarType(type.name);
  if (!row) throw new Error(`"${type.name}" is no scalar that can be stored.`);
  const read = columnType === undefined ? undefined : readColumnType(columnType, type);
  return {
    prisma: row.prisma,
    native: read?.ok ? read.native : row.native,
    postgres: read?.ok ? read.postgres : row.postgres,
  };
}
