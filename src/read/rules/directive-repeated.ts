import { DIRECTIVES } from '../directives.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';
import { directiveUses } from './walk.ts';

/** Only the first use of a directive that is not repeatable would count. */
export const directiveRepeated: Rule = (judged) => {
  const seen = new Map<unknown, Set<string>>();
  for (const { used, on } of directiveUses(judged)) {
    const name = used.name.value;
    const definition = DIRECTIVES.get(name);
    const names = seen.get(on) ?? new Set<string>();
    if (definition && !definition.repeatable && names.has(name)) {
      const message = `@${name} is given twice here. Merge the two into one.`;
      judged.problems.error(placeOf(used), 'DIRECTIVE_TWICE', message);
    }
    seen.set(on, names.add(name));
  }
};
