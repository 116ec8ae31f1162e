import type { Entity, Index } from '../../model/app-model.ts';
import { indexName, uniqueName } from '../../model/constraint-names.ts';
import { columnOf } from '../../model/exposed-fields.ts';

/** `@@unique` and `@@index` of a model. Single-field uniques stand at their field. */
export function emitIndexes(entity: Entity): readonly string[] {
  const uniques = entity.uniques
    .filter((key) => key.fields.length > 1 && isPrismaKey(entity, key.fields))
    .map((key) => uniqueAttribute(entity, key.fields, uniqueName(entity, key)));
  const declared = entity.indexes.filter((index) => isPrismaIndex(entity, index));
  const indexes = [...declared, ...foreignKeyIndexes(entity)].map((index) => indexAttribute(entity, index));
  return [...new Set([...uniques, ...indexes])];
}

/** Prisma knows neither partial nor trigram indexes, nor generated columns; those are SQL objects. */
export function isPrismaIndex(entity: Entity, index: Index): boolean {
  return index.where === undefined && index.kind !== 'TRIGRAM' && isPrismaKey(entity, index.fields);
}

/** Whether Prisma knows every column of a key: all but generated ones. */
export function isPrismaKey(entity: Entity, fields: readonly string[]): boolean {
  return fields.every((name) => entity.fieldByName.get(name)?.kind !== 'computed');
}

type PlainIndex = Pick<Index, 'fields' | 'kind' | 'where'>;

/** One per foreign key that no other index begins with: joins and cascades look rows up by it. */
function foreignKeyIndexes(entity: Entity): readonly PlainIndex[] {
  const covered = new Set(
    [
      ...entity.uniques.map((key) => key.fields[0]),
      ...entity.indexes
        .filter((index) => index.kind === 'BTREE' && index.where === undefined)
        .map((index) => index.fields[0]),
    ].filter((name) => name !== undefined),
  );
  return entity.fields
    .filter((field) => field.kind === 'relation')
    .flatMap((relation) => (relation.storage.kind === 'key' ? [relation.storage] : []))
    .filter((storage) => !storage.unique && !covered.has(storage.key))
    .map((storage) => ({ fields: [storage.key], kind: 'BTREE', where: undefined }));
}

function indexAttribute(entity: Entity, index: PlainIndex): string {
  const parts = [`[${index.fields.join(', ')}]`];
  if (index.kind === 'GIN') parts.push('type: Gin');
  return `@@index(${withMap(entity, index.fields, parts, indexName(entity, index), '_idx')})`;
}

function uniqueAttribute(entity: Entity, fields: readonly string[], name: string): string {
  return `@@unique(${withMap(entity, fields, [`[${fields.join(', ')}]`], name, '_key')})`;
}

/** The name is written only where Prisma would choose another. */
function withMap(
  entity: Entity,
  fields: readonly string[],
  parts: readonly string[],
  name: string,
  suffix: string,
): string {
  const columns = fields.map((field) => columnOf(entity, field) ?? field);
  const usual = `${[entity.table, ...columns].join('_')}${suffix}`;
  return [...parts, ...(name === usual ? [] : [`map: ${JSON.stringify(name)}`])].join(', ');
}
