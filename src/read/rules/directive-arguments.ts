import { didYouMean } from '../../kit/suggest.ts';
import { DIRECTIVES } from '../directives.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';
import { directiveUses } from './walk.ts';

/** Arguments that do not exist, are given twice, or are missing though required. */
export const directiveArguments: Rule = (judged) => {
  for (const { used } of directiveUses(judged)) {
    const definition = DIRECTIVES.get(used.name.value);
    if (!definition) continue;
    const name = used.name.value;
    const known = (definition.arguments ?? []).map((item) => item.name.value);
    const given = (used.arguments ?? []).map((item) => item.name.value);
    for (const [index, argument] of (used.arguments ?? []).entries()) {
      const text = argument.name.value;
      if (!known.includes(text)) {
        const takes = known.length > 0 ? `It takes ${known.join(', ')}.` : 'It takes none.';
        const message = `@${name} has no argument "${text}".${didYouMean(text, known)} ${takes}`;
        judged.problems.error(placeOf(argument), 'UNKNOWN_ARGUMENT', message);
      } else if (given.indexOf(text) < index) {
        const message = `The argument "${text}" of @${name} is given twice. Remove one of them.`;
        judged.problems.error(placeOf(argument), 'ARGUMENT_TWICE', message);
      }
    }
    for (const wanted of definition.arguments ?? []) {
      const isRequired = wanted.type.kind === 'NonNullType' && wanted.defaultValue === undefined;
      if (!isRequired || given.includes(wanted.name.value)) continue;
      const message = `@${name} needs the argument "${wanted.name.value}". Write @${name}(${wanted.name.value}: "…").`;
      judged.problems.error(placeOf(used), 'MISSING_ARGUMENT', message);
    }
  }
};
