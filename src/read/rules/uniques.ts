import { scalarType } from '../../model/scalars.ts';
import { placeOf } from '../locate.ts';
import { listedFields } from './listed-fields.ts';
import type { Rule } from './rule.ts';

/** `@unique` over fields that exist, that can be looked up by, and once per combination. */
export const uniques: Rule = (judged) => {
  const seen = new Set<string>();
  for (const { used, entity, columns } of listedFields(judged, 'unique')) {
    const list = columns.find(
      ({ type }) => type.list || (type.kind === 'scalar' && !scalarType(type.name)?.ordered),
    );
    if (list) {
      const message = `Rows cannot be looked up by ${entity.name}.${list.name}, a ${list.type.list ? 'list' : list.type.name}. Remove @unique from it.`;
      judged.problems.error(placeOf(used), 'UNIQUE_TYPE', message);
    }
    if (columns.length > 1 && columns.some(({ name }) => name === 'id')) {
      const message = `"id" is unique by itself, so this says nothing. Remove it.`;
      judged.problems.error(placeOf(used), 'UNIQUE_WITH_ID', message);
    }
    const key = `${entity.name} ${columns
      .map(({ name }) => name)
      .sort()
      .join(' ')}`;
    if (seen.has(key)) {
      const message = `The same fields are unique already. Remove this @unique.`;
      judged.problems.error(placeOf(used), 'UNIQUE_TWICE', message);
    }
    seen.add(key);
  }
};
