import { argument, directive, stringArgument } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';

/** A relation's name becomes the name of a join table, and a name in the Prisma schema. */
export const relationNames: Rule = ({ ends, problems }) => {
  for (const end of ends) {
    const used = directive(end.node, 'relation');
    if (used && (used.arguments ?? []).length === 0) {
      problems.error(
        placeOf(used),
        'EMPTY_RELATION',
        '@relation says nothing. Give it an argument, or remove it.',
      );
    }
    const value = argument(used, 'name');
    const name = stringArgument(used, 'name');
    if (!value || name === undefined || /^[A-Za-z][A-Za-z0-9_]*$/.test(name)) continue;
    const message = `"${name}" cannot be the name of a relation. Use letters, digits and _, beginning with a letter.`;
    problems.error(placeOf(value), 'RELATION_NAME', message);
  }
};
