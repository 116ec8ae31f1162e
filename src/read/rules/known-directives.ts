import { didYouMean } from '../../kit/suggest.ts';
import { DIRECTIVES, NOT_YET_BUILT } from '../directives.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';
import { directiveUses } from './walk.ts';

/** A directive that does not exist would be ignored in silence. */
export const knownDirectives: Rule = (judged) => {
  for (const { used } of directiveUses(judged)) {
    const name = used.name.value;
    if (DIRECTIVES.has(name)) continue;
    const why = NOT_YET_BUILT.has(name)
      ? 'is not available in this version of Plinth. Remove it.'
      : `does not exist.${didYouMean(name, DIRECTIVES.keys())} directives.graphql lists those that do.`;
    judged.problems.error(placeOf(used), 'UNKNOWN_DIRECTIVE', `@${name} ${why}`);
  }
};
