import { argument, directive } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';

/** Root fields of the author's own say who may call them; subscriptions are not available. */
export const customRootFields: Rule = ({ schema, problems }) => {
  for (const { root, node } of schema.roots) {
    const name = `${root}.${node.name.value}`;
    if (root === 'Subscription') {
      const message = `Subscriptions of your own are not available in this version of Plinth. Remove ${name}.`;
      problems.error(placeOf(node), 'CUSTOM_SUBSCRIPTION', message);
      continue;
    }
    const access = directive(node, 'access');
    if (argument(access, 'call') !== undefined) continue;
    const message = `${name} does not say who may call it. Add @access(call: "…"), for example @access(call: "viewer != null").`;
    problems.error(placeOf(node), 'CUSTOM_FIELD_WITHOUT_ACCESS', message);
  }
};
