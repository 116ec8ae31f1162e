import type { EnumType, ValueType } from '../../model/app-model.ts';
import { scalarType } from '../../model/scalars.ts';
import type { SdlDefinition, SdlField } from './sdl.ts';

/** The filter input of a value: `StringFilter`, `RoleFilter`, `StringListFilter`. */
export function filterName(type: ValueType): string {
  const single =
    type.kind === 'enum' ? `${type.name}Filter` : (scalarType(type.name)?.filter ?? `${type.name}Filter`);
  return type.list ? single.replace(/Filter$/, 'ListFilter') : single;
}

/**
 * The filter input called `name`, or undefined if it is no filter of a scalar. A refined scalar (an e-mail address)
 * is filtered by its base (a string), so that `contains: "@example."` is legal.
 */
export function scalarFilter(name: string): SdlDefinition | undefined {
  const [, base, list] = /^(.*?)(List)?Filter$/.exec(name) ?? [];
  const row = base === undefined ? undefined : scalarType(base);
  if (base === undefined || row?.filter !== `${base}Filter`) return undefined;
  if (list) return listFilter(name, base);
  if (row.postgres === 'jsonb') return jsonFilter(name, base);
  return {
    kind: 'input',
    name,
    description: `A condition on a value of type ${base}. Everything given must hold; a null value is only found by \`isNull\`.`,
    fields: [
      ...equalityFields(base),
      ...(row.ordered ? orderFields(base) : []),
      isNullField,
      ...(row.text ? textFields : []),
    ],
  };
}

/** The filter inputs of an enum, single and list. */
export function enumFilters(type: EnumType): readonly SdlDefinition[] {
  const name = `${type.name}Filter`;
  return [
    {
      kind: 'input',
      name,
      description: `A condition on a value of type ${type.name}. Everything given must hold; a null value is only found by \`isNull\`.`,
      fields: [...equalityFields(type.name), isNullField],
    },
    listFilter(`${type.name}ListFilter`, type.name),
  ];
}

const isNullField: SdlField = {
  name: 'isNull',
  type: 'Boolean',
  description: 'There is no value (`true`), or there is one (`false`).',
};

const textFields: readonly SdlField[] = [
  { name: 'contains', type: 'String', description: 'Has this inside; `%` and `_` are ordinary characters.' },
  { name: 'startsWith', type: 'String', description: 'Begins with this.' },
  { name: 'endsWith', type: 'String', description: 'Ends with this.' },
  {
    name: 'mode',
    type: 'StringMode',
    description: 'Whether upper and lower case differ in this filter; they do if not given.',
  },
];

function equalityFields(type: string): readonly SdlField[] {
  return [
    { name: 'eq', type, description: 'Equal to this.' },
    { name: 'ne', type, description: 'There is a value, and another than this.' },
    { name: 'in', type: `[${type}!]`, description: 'One of these; of none, nothing.' },
    { name: 'notIn', type: `[${type}!]`, description: 'There is a value, and it is none of these.' },
  ];
}

function orderFields(type: string): readonly SdlField[] {
  return [
    { name: 'lt', type, description: 'Less than this.' },
    { name: 'lte', type, description: 'Less than or equal to this.' },
    { name: 'gt', type, description: 'Greater than this.' },
    { name: 'gte', type, description: 'Greater than or equal to this.' },
  ];
}

function listFilter(name: string, type: string): SdlDefinition {
  return {
    kind: 'input',
    name,
    description: `A condition on a list of type ${type}. Everything given must hold.`,
    fields: [
      { name: 'has', type, description: 'Has this element.' },
      { name: 'hasSome', type: `[${type}!]`, description: 'Has at least one of these elements.' },
      { name: 'hasEvery', type: `[${type}!]`, description: 'Has all of these elements.' },
      { name: 'isEmpty', type: 'Boolean', description: 'Has no element (`true`), or some (`false`).' },
      isNullField,
    ],
  };
}

function jsonFilter(name: string, type: string): SdlDefinition {
  return {
    kind: 'input',
    name,
    description: 'A condition on a JSON value, or on the part of it at `path`.',
    fields: [
      {
        name: 'path',
        type: '[String!]',
        description: 'Keys and indexes that lead to the part to compare; the whole value if not given.',
      },
      { name: 'contains', type, description: 'Contains this JSON, as PostgreSQL’s `@>` has it.' },
      { name: 'eq', type, description: 'Equal to this JSON; the order of keys does not matter.' },
      isNullField,
    ],
  };
}
