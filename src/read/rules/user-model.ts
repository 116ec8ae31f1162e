import { directive } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';

/** There is one kind of account. */
export const userModel: Rule = ({ schema, problems }) => {
  const [first, ...more] = [...schema.models.values()].filter((model) => directive(model, 'user'));
  for (const model of more) {
    const used = directive(model, 'user');
    if (!used || !first) continue;
    const message = `${first.name.value} is the account model already, and there is only one. Remove @user here or there; ${model.name.value} can have a relation to ${first.name.value}.`;
    problems.error(placeOf(used), 'USER_TWICE', message);
  }
};
