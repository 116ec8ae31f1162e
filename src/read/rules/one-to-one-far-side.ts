import { placeOf } from '../locate.ts';
import { endName } from '../relations/relation-end.ts';
import type { Rule } from './rule.ts';

/** The side without the key cannot promise a row: no column could keep the promise. */
export const oneToOneFarSide: Rule = ({ ends, pairing, problems }) => {
  for (const end of ends) {
    const link = pairing.links.get(endName(end));
    if (link?.kind !== 'inverse' || end.many || !end.required) continue;
    const message = `${endName(end)} cannot be required, because the key of this relation is in ${endName(link.back)}: a ${end.owner} exists before its ${end.target} does. Remove the "!".`;
    problems.error(placeOf(end.node.type), 'FAR_SIDE_REQUIRED', message);
  }
};
