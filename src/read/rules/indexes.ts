import { scalarType } from '../../model/scalars.ts';
import { argument, enumArgument, stringArgument } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import { type ListedFields, listedFields } from './listed-fields.ts';
import type { Judged, Rule } from './rule.ts';

/** `@index` of a kind that fits its fields, with a condition that says something, and once. */
export const indexes: Rule = (judged) => {
  const seen = new Set<string>();
  for (const listed of listedFields(judged, 'index')) {
    const { used, entity, columns } = listed;
    const where = stringArgument(used, 'where');
    const kind = enumArgument(used, 'kind') ?? 'BTREE';
    kindFits(judged, listed, kind);
    const given = argument(used, 'where');
    if (given && where?.trim() === '') {
      const message = `The condition of this index is empty. Write SQL over the columns, or remove where.`;
      judged.problems.error(placeOf(given), 'EMPTY_SQL', message);
    }
    const key = `${entity.name} ${kind} ${columns.map(({ name }) => name).join(' ')} ${where ?? ''}`;
    if (seen.has(key)) {
      judged.problems.error(
        placeOf(used),
        'INDEX_TWICE',
        'There is the same @index already. Remove this one.',
      );
    }
    seen.add(key);
  }
};

function kindFits({ problems }: Judged, { used, entity, columns }: ListedFields, kind: string): void {
  for (const { name, type } of columns) {
    const row = type.kind === 'scalar' ? scalarType(type.name) : undefined;
    const isContainer = type.list || row?.postgres === 'jsonb';
    const path = `${entity.name}.${name}`;
    const place = placeOf(argument(used, 'kind') ?? used);
    if (kind === 'GIN' && !isContainer) {
      const remedy = row?.text ? 'Use TRIGRAM for text' : 'Use BTREE';
      problems.error(
        place,
        'INDEX_KIND',
        `A GIN index finds what lists and JSON contain, and ${path} is neither. ${remedy}.`,
      );
    } else if (kind === 'TRIGRAM' && (type.list || !row?.text)) {
      problems.error(
        place,
        'INDEX_KIND',
        `A TRIGRAM index finds parts of text, and ${path} is none. Use ${isContainer ? 'GIN' : 'BTREE'}.`,
      );
    } else if (kind === 'BTREE' && isContainer) {
      problems.error(
        place,
        'INDEX_KIND',
        `A BTREE index orders values, which does not help with ${path}. Use kind: GIN to find what it contains.`,
      );
    }
  }
}
