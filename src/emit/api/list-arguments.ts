import type { Entity } from '../../model/app-model.ts';
import { searchFields } from '../../model/exposed-fields.ts';
import { names } from '../../model/names.ts';
import type { SdlArgument } from './sdl.ts';

/** Arguments of `tasks` and of every relation list. */
export function listArguments(entity: Entity): readonly SdlArgument[] {
  return [
    whereArgument(entity),
    orderArgument(entity),
    limitArgument('rows'),
    offsetArgument('rows'),
    ...searchArgument(entity),
  ];
}

/** Arguments of `tasksConnection`, as the Relay specification has them. */
export function connectionArguments(entity: Entity): readonly SdlArgument[] {
  return [
    whereArgument(entity),
    orderArgument(entity),
    { name: 'first', type: 'Int', description: 'At most this many edges, from the start.' },
    { name: 'after', type: 'String', description: 'Only edges after this cursor.' },
    {
      name: 'last',
      type: 'Int',
      description: 'At most this many edges, from the end. Not together with `first`.',
    },
    { name: 'before', type: 'String', description: 'Only edges before this cursor.' },
    ...searchArgument(entity),
  ];
}

/** Arguments of `tasksGroups`. */
export function groupArguments(entity: Entity): readonly SdlArgument[] {
  return [
    {
      name: 'by',
      type: `[${names.groupKey(entity)}!]!`,
      description: 'What to group by; rows with the same values make one group.',
    },
    whereArgument(entity),
    { name: 'having', type: names.having(entity), description: 'Only groups for which this holds.' },
    {
      name: 'orderBy',
      type: `[${names.groupOrderBy(entity)}!]`,
      description: 'Order of the groups, the first entry foremost. By their keys if not given.',
    },
    limitArgument('groups'),
    offsetArgument('groups'),
  ];
}

export function whereArgument(entity: Entity): SdlArgument {
  return { name: 'where', type: names.where(entity), description: 'Only rows for which this holds.' };
}

function orderArgument(entity: Entity): SdlArgument {
  return {
    name: 'orderBy',
    type: `[${names.orderBy(entity)}!]`,
    description: 'Order of the rows, the first entry foremost. The id breaks ties.',
  };
}

function limitArgument(what: string): SdlArgument {
  return { name: 'limit', type: 'Int', description: `At most this many ${what}.` };
}

function offsetArgument(what: string): SdlArgument {
  return { name: 'offset', type: 'Int', description: `Leave out this many ${what} at the start.` };
}

function searchArgument(entity: Entity): readonly SdlArgument[] {
  const fields = searchFields(entity).map((field) => `\`${field.name}\``);
  if (fields.length === 0) return [];
  return [
    {
      name: 'search',
      type: 'String',
      description: `Only rows in which every word of this occurs (in ${fields.join(', ')}); best match first unless \`orderBy\` is given.`,
    },
  ];
}
