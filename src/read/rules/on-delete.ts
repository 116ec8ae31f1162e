import { argument, directive, enumArgument } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import { endName } from '../relations/relation-end.ts';
import type { Rule } from './rule.ts';

/** `onDelete` belongs where the key is, and cannot empty a key that is required. */
export const onDelete: Rule = ({ ends, pairing, problems }) => {
  for (const end of ends) {
    const relation = directive(end.node, 'relation');
    const given = argument(relation, 'onDelete');
    const link = pairing.links.get(endName(end));
    if (!given || !link) continue;
    if (link.kind === 'inverse') {
      const message = `onDelete says what becomes of the row that holds the key, and that is ${endName(link.back)}. Move it there.`;
      problems.error(placeOf(given), 'ON_DELETE_WRONG_SIDE', message);
    } else if (link.kind === 'join') {
      const message = `A many-to-many relation has no row that could be kept: its links always go when either side is deleted. Remove onDelete.`;
      problems.error(placeOf(given), 'ON_DELETE_WRONG_SIDE', message);
    } else if (end.required && enumArgument(relation, 'onDelete') === 'SET_NULL') {
      const message = `${endName(end)} is required and cannot become null. Use CASCADE or RESTRICT, or make it optional (remove the "!").`;
      problems.error(placeOf(given), 'SET_NULL_ON_REQUIRED', message);
    }
  }
};
