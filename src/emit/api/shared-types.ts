import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString } from 'graphql';
import { scalarTypes } from '../scalars/index.ts';
import { scalarFilter } from './filters.ts';
import type { SdlDefinition } from './sdl.ts';

const BUILT_IN = new Set(
  [GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, GraphQLString].map((type) => type.name),
);

/** Types that every API may have; one is in it only if something mentions it. */
const SHARED: readonly SdlDefinition[] = [
  {
    kind: 'interface',
    name: 'Node',
    description: 'A stored row with an id of its own, whatever its type.',
    fields: [{ name: 'id', type: 'ID!', description: 'Tells this row from all others.' }],
  },
  {
    kind: 'type',
    name: 'PageInfo',
    description: 'Where a page stands in its list.',
    fields: [
      { name: 'hasNextPage', type: 'Boolean!', description: 'Whether rows come after this page.' },
      { name: 'hasPreviousPage', type: 'Boolean!', description: 'Whether rows come before this page.' },
      { name: 'startCursor', type: 'String', description: 'Cursor of the first edge, for `before`.' },
      { name: 'endCursor', type: 'String', description: 'Cursor of the last edge, for `after`.' },
    ],
  },
  {
    kind: 'enum',
    name: 'SortOrder',
    description: 'A direction of sorting. Nulls count as greatest unless said otherwise.',
    values: [
      { name: 'ASC', description: 'Smallest first, nulls last.' },
      { name: 'DESC', description: 'Greatest first, nulls first.' },
      { name: 'ASC_NULLS_FIRST', description: 'Smallest first, nulls before them.' },
      { name: 'ASC_NULLS_LAST', description: 'Smallest first, nulls after them.' },
      { name: 'DESC_NULLS_FIRST', description: 'Greatest first, nulls before them.' },
      { name: 'DESC_NULLS_LAST', description: 'Greatest first, nulls after them.' },
    ],
  },
  {
    kind: 'input',
    name: 'CountOrderBy',
    description: 'Order by a number of related rows: exactly one key.',
    fields: [{ name: 'count', type: 'SortOrder', description: 'By how many there are.' }],
  },
  {
    kind: 'enum',
    name: 'DateBucket',
    description: 'A stretch of time, in UTC.',
    values: [
      { name: 'HOUR', description: 'A full hour.' },
      { name: 'DAY', description: 'A day.' },
      { name: 'WEEK', description: 'A week, from Monday.' },
      { name: 'MONTH', description: 'A month.' },
      { name: 'QUARTER', description: 'Three months, from January, April, July or October.' },
      { name: 'YEAR', description: 'A year.' },
    ],
  },
  {
    kind: 'enum',
    name: 'StringMode',
    description: 'How a filter compares letters.',
    values: [
      { name: 'SENSITIVE', description: 'Upper and lower case differ.' },
      { name: 'INSENSITIVE', description: 'Upper and lower case are the same.' },
    ],
  },
];

const SHARED_BY_NAME = new Map(SHARED.map((definition) => [definition.name, definition]));

/** A type that no model of the author's brings: a shared type, a filter, a scalar. Undefined for any other name. */
export function sharedType(name: string): SdlDefinition | undefined {
  if (BUILT_IN.has(name)) return undefined;
  return SHARED_BY_NAME.get(name) ?? scalarFilter(name) ?? scalarDefinition(name);
}

function scalarDefinition(name: string): SdlDefinition | undefined {
  if (!Object.hasOwn(scalarTypes, name)) return undefined;
  const scalar = scalarTypes[name];
  if (!scalar) return undefined;
  return {
    kind: 'scalar',
    name,
    description: scalar.description ?? `A value of type ${name}.`,
    specifiedBy: scalar.specifiedByURL ?? undefined,
  };
}
