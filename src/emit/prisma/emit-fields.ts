import { assertNever } from '../../kit/assert-never.ts';
import type { AppModel, Entity, Field, RelationField, ScalarField } from '../../model/app-model.ts';
import { foreignKeyName, uniqueName } from '../../model/constraint-names.ts';
import { type StorageType, storageOfField, storageOfKey } from '../../model/storage-type.ts';
import type { PrismaRow } from './format-prisma.ts';
import { prismaLiteral } from './prisma-literal.ts';
import type { BackField, RelationEnds } from './relation-ends.ts';

/** The rows of a model: stored fields, undeclared keys, relations, and the far sides of one-way relations. */
export function emitFields(app: AppModel, ends: RelationEnds, entity: Entity): readonly PrismaRow[] {
  return [
    ...entity.fields.flatMap((field) => fieldRows(app, ends, entity, field)),
    ...ends.backFields(entity).map((back) => backRow(ends, back)),
  ];
}

function fieldRows(app: AppModel, ends: RelationEnds, entity: Entity, field: Field): readonly PrismaRow[] {
  switch (field.kind) {
    case 'scalar':
      return [scalarRow(app, entity, field)];
    case 'relation':
      return field.storage.kind === 'key' && !field.storage.declared
        ? [keyRow(app, entity, field), relationRow(ends, entity, field)]
        : [relationRow(ends, entity, field)];
    // A generated column is an SQL object of its own; Prisma would try to write it. A resolved field is not stored.
    case 'computed':
    case 'resolved':
      return [];
    default:
      return assertNever(field);
  }
}

function scalarRow(app: AppModel, entity: Entity, field: ScalarField): PrismaRow {
  const storage = storageOfField(app, entity, field);
  const mark = field.type.list ? '[]' : field.required || field.name === 'id' ? '' : '?';
  return {
    kind: 'row',
    doc: field.description,
    name: field.name,
    type: storage.prisma + mark,
    attributes: [
      ...(field.name === 'id' ? ['@id'] : uniqueAttributes(entity, field.name)),
      ...defaultAttributes(entity, field),
      ...(field.maintained === 'updatedAt' ? ['@updatedAt'] : []),
      ...storageAttributes(field.name, field.column, storage),
    ],
  };
}

function keyRow(app: AppModel, entity: Entity, relation: RelationField): PrismaRow {
  const storage = storageOfKey(app, relation);
  const { key, column } = keyOf(relation);
  return {
    kind: 'row',
    doc: undefined,
    name: key,
    type: storage.prisma + (relation.required ? '' : '?'),
    attributes: [...uniqueAttributes(entity, key), ...storageAttributes(key, column, storage)],
  };
}

function relationRow(ends: RelationEnds, entity: Entity, relation: RelationField): PrismaRow {
  const mark = relation.many ? '[]' : relation.required && relation.storage.kind === 'key' ? '' : '?';
  return {
    kind: 'row',
    doc: relation.description,
    name: relation.name,
    type: relation.target + mark,
    attributes: relationAttributes(ends, entity, relation),
  };
}

function relationAttributes(ends: RelationEnds, entity: Entity, relation: RelationField): readonly string[] {
  const name = ends.nameOf(entity, relation);
  const parts = name === undefined ? [] : [JSON.stringify(name)];
  if (relation.storage.kind === 'key') {
    const { key, column, onDelete } = relation.storage;
    parts.push(`fields: [${key}]`, 'references: [id]', `onDelete: ${ON_DELETE[onDelete]}`);
    const foreignKey = foreignKeyName(entity, relation);
    if (foreignKey !== `${entity.table}_${column}_fkey`) parts.push(`map: ${JSON.stringify(foreignKey)}`);
  }
  return parts.length === 0 ? [] : [`@relation(${parts.join(', ')})`];
}

const ON_DELETE = { CASCADE: 'Cascade', RESTRICT: 'Restrict', SET_NULL: 'SetNull' } as const;

function backRow(ends: RelationEnds, back: BackField): PrismaRow {
  const name = ends.nameOf(back.owner, back.relation);
  const isOne = back.relation.storage.kind === 'key' && back.relation.storage.unique;
  return {
    kind: 'row',
    doc: `The other side of ${back.owner.name}.${back.relation.name}, which Prisma wants declared.`,
    name: back.name,
    type: back.owner.name + (isOne ? '?' : '[]'),
    attributes: name === undefined ? [] : [`@relation(${JSON.stringify(name)})`],
  };
}

function uniqueAttributes(entity: Entity, name: string): readonly string[] {
  const key = entity.uniques.find((each) => each.fields.length === 1 && each.fields[0] === name);
  if (!key) return [];
  const field = entity.fieldByName.get(name);
  const column = field?.kind === 'scalar' ? field.column : keyColumn(entity, name);
  const map = uniqueName(entity, key);
  return [map === `${entity.table}_${column}_key` ? '@unique' : `@unique(map: ${JSON.stringify(map)})`];
}

function keyColumn(entity: Entity, key: string): string | undefined {
  const relation = entity.fields.find(
    (field) => field.kind === 'relation' && field.storage.kind === 'key' && field.storage.key === key,
  );
  return relation?.kind === 'relation' && relation.storage.kind === 'key'
    ? relation.storage.column
    : undefined;
}

function defaultAttributes(entity: Entity, field: ScalarField): readonly string[] {
  const value = defaultOf(entity, field);
  return value === undefined ? [] : [`@default(${value})`];
}

/** What the database itself fills in, so that rows written by plain SQL are whole too. */
function defaultOf(entity: Entity, field: ScalarField): string | undefined {
  if (field.name === 'id' && entity.idKind === 'UUID7') return 'uuid(7)';
  if (field.name === 'id' && entity.idKind === 'INT') return 'autoincrement()';
  switch (field.maintained) {
    case 'createdAt':
    case 'updatedAt':
      return 'now()';
    case 'version':
      return '1';
    case undefined:
      break;
  }
  if (field.default?.kind === 'value') return prismaLiteral(field.default.value, field.type);
  // The one expression that PostgreSQL can answer as we do; viewers are not known to it.
  const expr = field.default?.expr ?? field.preset?.create;
  if (expr?.text.trim() === 'now') return 'now()';
  return field.type.list && field.required ? '[]' : undefined;
}

function storageAttributes(name: string, column: string, storage: StorageType): readonly string[] {
  return [
    ...(column === name ? [] : [`@map(${JSON.stringify(column)})`]),
    ...(storage.native === undefined ? [] : [storage.native]),
  ];
}

function keyOf(relation: RelationField): { readonly key: string; readonly column: string } {
  if (relation.storage.kind !== 'key') throw new Error(`"${relation.name}" keeps no key on its side.`);
  return relation.storage;
}
