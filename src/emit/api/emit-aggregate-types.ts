import type { Entity } from '../../model/app-model.ts';
import { extremeFields, groupKeys, numericFields, type ValueField } from '../../model/exposed-fields.ts';
import { names } from '../../model/names.ts';
import { scalarType } from '../../model/scalars.ts';
import { describe } from './api-context.ts';
import type { SdlDefinition, SdlField } from './sdl.ts';

/** A part of an aggregate: `sum` of type `TaskSum` with one value per field. */
export interface AggregatePart {
  readonly name: 'sum' | 'avg' | 'min' | 'max';
  readonly fields: readonly { readonly field: ValueField; readonly type: string }[];
}

const MEANINGS = {
  sum: 'Sums; null over no values.',
  avg: 'Averages; null over no values.',
  min: 'Smallest values; null over no values.',
  max: 'Greatest values; null over no values.',
} as const;

/** The parts that an entity has; one without fields is left out. */
export function aggregateParts(entity: Entity): readonly AggregatePart[] {
  const numbers = (name: 'sum' | 'avg') =>
    numericFields(entity).map((field) => ({
      field,
      type: scalarType(field.type.name)?.[name] ?? field.type.name,
    }));
  const extremes = extremeFields(entity).map((field) => ({ field, type: field.type.name }));
  return [
    { name: 'sum', fields: numbers('sum') } as const,
    { name: 'avg', fields: numbers('avg') } as const,
    { name: 'min', fields: extremes } as const,
    { name: 'max', fields: extremes } as const,
  ].filter((part) => part.fields.length > 0);
}

/** `TaskAggregate` and the types of its parts. */
export function emitAggregateTypes(entity: Entity): readonly SdlDefinition[] {
  const distinct = countDistinctType(entity);
  const parts = aggregateParts(entity);
  return [
    aggregateType(entity, parts, distinct !== undefined),
    ...(distinct ? [distinct] : []),
    ...parts.map(
      (part): SdlDefinition => ({
        kind: 'type',
        name: names[part.name](entity),
        description: `${MEANINGS[part.name]} Of ${entity.plural}.`,
        fields: part.fields.map(({ field, type }) => partField(entity, field, type)),
      }),
    ),
  ];
}

function aggregateType(entity: Entity, parts: readonly AggregatePart[], hasDistinct: boolean): SdlDefinition {
  const distinct: SdlField = {
    name: 'countDistinct',
    type: `${names.countDistinct(entity)}!`,
    description: 'Numbers of different values, nulls left out.',
  };
  return {
    kind: 'type',
    name: names.aggregate(entity),
    description: `Numbers over ${entity.plural}.`,
    fields: [
      { name: 'count', type: 'Int!', description: 'Number of rows.' },
      ...(hasDistinct ? [distinct] : []),
      ...parts.map((part) => ({
        name: part.name,
        type: `${names[part.name](entity)}!`,
        description: MEANINGS[part.name],
      })),
    ],
  };
}

function countDistinctType(entity: Entity): SdlDefinition | undefined {
  const fields = groupKeys(entity).map(({ name, field }) => ({
    name,
    type: 'Int!',
    description: `Number of different values of \`${name}\`.`,
    deprecated: field.deprecated,
  }));
  if (fields.length === 0) return undefined;
  return {
    kind: 'type',
    name: names.countDistinct(entity),
    description: `Numbers of different values among ${entity.plural}, nulls left out.`,
    fields,
  };
}

function partField(entity: Entity, field: ValueField, type: string): SdlField {
  return { name: field.name, type, description: describe(entity, field), deprecated: field.deprecated };
}
