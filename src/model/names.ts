import { upperFirst } from '../kit/words.ts';
import type { Entity, RelationField, UniqueKey } from './app-model.ts';

/** Names of the generated API, in one place; clients depend on every one of them. */
export const names = {
  one: (entity: Entity) => entity.singular,
  byUnique: (entity: Entity, key: UniqueKey) =>
    `${entity.singular}By${key.fields.map(upperFirst).join('And')}`,
  many: (entity: Entity) => entity.plural,
  connectionField: (entity: Entity) => `${entity.plural}Connection`,
  aggregateField: (entity: Entity) => `${entity.plural}Aggregate`,
  groupsField: (entity: Entity) => `${entity.plural}Groups`,
  create: (entity: Entity) => `create${entity.name}`,
  createMany: (entity: Entity) => `create${upperFirst(entity.plural)}`,
  update: (entity: Entity) => `update${entity.name}`,
  updateMany: (entity: Entity) => `update${upperFirst(entity.plural)}`,
  upsert: (entity: Entity) => `upsert${entity.name}`,
  delete: (entity: Entity) => `delete${entity.name}`,
  deleteMany: (entity: Entity) => `delete${upperFirst(entity.plural)}`,
  changed: (entity: Entity) => `${entity.singular}Changed`,

  relationConnection: (relation: RelationField) => `${relation.name}Connection`,
  relationAggregate: (relation: RelationField) => `${relation.name}Aggregate`,

  where: (entity: Entity) => `${entity.name}Where`,
  orderBy: (entity: Entity) => `${entity.name}OrderBy`,
  unique: (entity: Entity) => `${entity.name}Unique`,
  /** The key of a unique inside `TaskUnique`: the field, or `a_b` for a composite. */
  uniqueKey: (key: UniqueKey) => key.fields.join('_'),
  compositeUnique: (entity: Entity, key: UniqueKey) =>
    `${entity.name}${key.fields.map(upperFirst).join('')}Unique`,
  relationFilter: (entity: Entity) => `${entity.name}RelationFilter`,
  listRelationFilter: (entity: Entity) => `${entity.name}ListRelationFilter`,

  connection: (entity: Entity) => `${entity.name}Connection`,
  edge: (entity: Entity) => `${entity.name}Edge`,
  aggregate: (entity: Entity) => `${entity.name}Aggregate`,
  countDistinct: (entity: Entity) => `${entity.name}CountDistinct`,
  sum: (entity: Entity) => `${entity.name}Sum`,
  avg: (entity: Entity) => `${entity.name}Avg`,
  min: (entity: Entity) => `${entity.name}Min`,
  max: (entity: Entity) => `${entity.name}Max`,
  group: (entity: Entity) => `${entity.name}Group`,
  key: (entity: Entity) => `${entity.name}Key`,
  groupKey: (entity: Entity) => `${entity.name}GroupKey`,
  groupField: (entity: Entity) => `${entity.name}GroupField`,
  having: (entity: Entity) => `${entity.name}Having`,
  havingPart: (entity: Entity, part: 'sum' | 'avg' | 'min' | 'max') =>
    `${entity.name}${upperFirst(part)}Filter`,
  groupOrderBy: (entity: Entity) => `${entity.name}GroupOrderBy`,
  groupOrderPart: (entity: Entity, part: 'key' | 'sum' | 'avg' | 'min' | 'max') =>
    `${entity.name}${upperFirst(part)}OrderBy`,
  batch: (entity: Entity) => `${entity.name}Batch`,
  change: (entity: Entity) => `${entity.name}Change`,

  createInput: (entity: Entity) => `${entity.name}CreateInput`,
  updateInput: (entity: Entity) => `${entity.name}UpdateInput`,
  incrementInput: (entity: Entity) => `${entity.name}IncrementInput`,
  /** Inputs nested under a relation leave out `back`, the field of `entity` that points back. */
  createWithout: (entity: Entity, back: string | undefined) =>
    back === undefined ? `${entity.name}CreateInput` : `${entity.name}CreateWithout${upperFirst(back)}Input`,
  updateWithout: (entity: Entity, back: string | undefined) =>
    back === undefined ? `${entity.name}UpdateInput` : `${entity.name}UpdateWithout${upperFirst(back)}Input`,
  connectOrCreate: (entity: Entity, back: string | undefined) =>
    back === undefined
      ? `${entity.name}ConnectOrCreate`
      : `${entity.name}ConnectOrCreateWithout${upperFirst(back)}`,
  updateItem: (entity: Entity, back: string | undefined) =>
    back === undefined ? `${entity.name}UpdateItem` : `${entity.name}UpdateItemWithout${upperFirst(back)}`,
  relationCreate: (owner: Entity, relation: RelationField) =>
    `${owner.name}${upperFirst(relation.name)}CreateInput`,
  relationUpdate: (owner: Entity, relation: RelationField) =>
    `${owner.name}${upperFirst(relation.name)}UpdateInput`,
} as const;
