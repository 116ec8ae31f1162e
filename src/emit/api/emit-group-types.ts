import type { Entity } from '../../model/app-model.ts';
import { type GroupKey, groupKeys } from '../../model/exposed-fields.ts';
import { names } from '../../model/names.ts';
import { scalarType } from '../../model/scalars.ts';
import { describe } from './api-context.ts';
import { type AggregatePart, aggregateParts } from './emit-aggregate-types.ts';
import { filterName } from './filters.ts';
import type { SdlDefinition, SdlField } from './sdl.ts';

/** Whether rows can be grouped at all. */
export function hasGroups(entity: Entity): boolean {
  return groupKeys(entity).length > 0;
}

/** Everything of `tasksGroups`: the groups, their keys, `having` and their order. */
export function emitGroupTypes(entity: Entity): readonly SdlDefinition[] {
  const keys = groupKeys(entity);
  if (keys.length === 0) return [];
  const parts = aggregateParts(entity);
  return [
    groupType(entity),
    keyType(entity, keys),
    groupKeyInput(entity),
    groupFieldEnum(entity, keys),
    havingInput(entity, parts),
    ...parts.map((part) => havingPart(entity, part)),
    groupOrderBy(entity, parts),
    keyOrderBy(entity, keys),
    ...parts.map((part) => groupOrderPart(entity, part)),
  ];
}

function groupType(entity: Entity): SdlDefinition {
  return {
    kind: 'type',
    name: names.group(entity),
    description: `The ${entity.plural} with one set of values.`,
    fields: [
      { name: 'key', type: `${names.key(entity)}!`, description: 'The values that the rows have in common.' },
      {
        name: 'aggregate',
        type: `${names.aggregate(entity)}!`,
        description: 'Numbers over the rows of the group.',
      },
    ],
  };
}

function keyType(entity: Entity, keys: readonly GroupKey[]): SdlDefinition {
  return {
    kind: 'type',
    name: names.key(entity),
    description: `Values that ${entity.plural} are grouped by; null where it was not grouped by.`,
    fields: keys.map((key) => ({
      name: key.name,
      type: key.type.name,
      description: describeKey(entity, key),
      deprecated: key.field.deprecated,
    })),
  };
}

function groupKeyInput(entity: Entity): SdlDefinition {
  return {
    kind: 'input',
    name: names.groupKey(entity),
    description: `One value to group ${entity.plural} by.`,
    fields: [
      { name: 'field', type: `${names.groupField(entity)}!`, description: 'The field to group by.' },
      {
        name: 'bucket',
        type: 'DateBucket',
        description: 'For a date or time: group by the hour, day, … that it falls in (UTC).',
      },
    ],
  };
}

function groupFieldEnum(entity: Entity, keys: readonly GroupKey[]): SdlDefinition {
  return {
    kind: 'enum',
    name: names.groupField(entity),
    description: `Fields that ${entity.plural} can be grouped by.`,
    values: keys.map((key) => ({
      name: key.name,
      description: describeKey(entity, key),
      deprecated: key.field.deprecated,
    })),
  };
}

function havingInput(entity: Entity, parts: readonly AggregatePart[]): SdlDefinition {
  const self = names.having(entity);
  return {
    kind: 'input',
    name: self,
    description: `A condition on groups of ${entity.plural}. Everything given must hold.`,
    fields: [
      { name: 'count', type: 'IntFilter', description: 'Number of rows in the group.' },
      ...parts.map((part) => ({
        name: part.name,
        type: names.havingPart(entity, part.name),
        description: `\`${part.name}\` over the rows of the group.`,
      })),
      { name: 'AND', type: `[${self}!]`, description: 'All of these hold.' },
      { name: 'OR', type: `[${self}!]`, description: 'At least one of these holds.' },
      { name: 'NOT', type: self, description: 'This does not hold.' },
    ],
  };
}

function havingPart(entity: Entity, part: AggregatePart): SdlDefinition {
  return {
    kind: 'input',
    name: names.havingPart(entity, part.name),
    description: `A condition on \`${part.name}\` over the rows of a group.`,
    fields: part.fields.map(({ field, type }) => ({
      name: field.name,
      type: scalarType(type) ? filterName({ kind: 'scalar', name: type, list: false }) : type,
      description: `\`${part.name}\` of \`${field.name}\`.`,
      deprecated: field.deprecated,
    })),
  };
}

function groupOrderBy(entity: Entity, parts: readonly AggregatePart[]): SdlDefinition {
  return {
    kind: 'input',
    name: names.groupOrderBy(entity),
    description: `One step of the order of groups of ${entity.plural}: exactly one key.`,
    fields: [
      {
        name: 'key',
        type: names.groupOrderPart(entity, 'key'),
        description: 'By a value that the rows have in common.',
      },
      { name: 'count', type: 'SortOrder', description: 'By the number of rows.' },
      ...parts.map((part) => ({
        name: part.name,
        type: names.groupOrderPart(entity, part.name),
        description: `By \`${part.name}\` over the rows.`,
      })),
    ],
  };
}

function keyOrderBy(entity: Entity, keys: readonly GroupKey[]): SdlDefinition {
  const fields = keys.map((key) => sortField(key.name, key.field.deprecated));
  return orderPart(entity, 'key', fields);
}

function groupOrderPart(entity: Entity, part: AggregatePart): SdlDefinition {
  const fields = part.fields.map(({ field }) => sortField(field.name, field.deprecated));
  return orderPart(entity, part.name, fields);
}

function orderPart(
  entity: Entity,
  part: 'key' | AggregatePart['name'],
  fields: readonly SdlField[],
): SdlDefinition {
  return {
    kind: 'input',
    name: names.groupOrderPart(entity, part),
    description: `Order of groups of ${entity.plural} by \`${part}\`: exactly one key.`,
    fields,
  };
}

function sortField(name: string, deprecated: string | undefined): SdlField {
  return { name, type: 'SortOrder', description: `By \`${name}\`.`, deprecated };
}

function describeKey(entity: Entity, key: GroupKey): string {
  return key.field.kind === 'relation'
    ? `Id of the \`${key.field.name}\` of the ${entity.singular}.`
    : describe(entity, key.field);
}
