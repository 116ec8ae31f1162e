import { scalarType } from '../../model/scalars.ts';
import { directive } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import { printType } from '../type-shape.ts';
import type { Rule } from './rule.ts';
import { modelFields } from './walk.ts';

/** Full-text search is over text that is answered. */
export const searchFields: Rule = (judged) => {
  for (const { node, kind, path } of modelFields(judged)) {
    const used = directive(node, 'search');
    if (!used || kind.kind !== 'value' || node.name.value === 'id') continue;
    const isText = kind.type.kind === 'scalar' && !kind.type.list && scalarType(kind.type.name)?.text;
    if (!isText) {
      const message = `@search finds words in text, and ${path} is ${printType(node.type)}. Remove @search, or make it a String.`;
      judged.problems.error(placeOf(used), 'SEARCH_TYPE', message);
    } else if (directive(node, 'hidden') || directive(node, 'writeOnly')) {
      const message = `${path} is never answered, and a search would tell what is in it. Remove @search.`;
      judged.problems.error(placeOf(used), 'SEARCH_HIDDEN', message);
    }
  }
};
