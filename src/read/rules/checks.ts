import { argument, directives, stringArgument } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';

/** `@check` with a condition, and with a message that says something. */
export const checks: Rule = ({ schema, problems }) => {
  for (const model of schema.models.values()) {
    for (const used of directives(model, 'check')) {
      for (const name of ['expr', 'message'] as const) {
        const value = argument(used, name);
        if (!value || stringArgument(used, name)?.trim() !== '') continue;
        const message = `"${name}" of @check is empty. ${name === 'expr' ? 'Write a condition over this.' : 'Say what is wrong, or remove it.'}`;
        problems.error(placeOf(value), 'EMPTY_RULE', message);
      }
    }
  }
};
