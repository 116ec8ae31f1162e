import { directive } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import { printType } from '../type-shape.ts';
import type { Rule } from './rule.ts';
import { type ModelField, modelFields } from './walk.ts';

const TYPES = { createdAt: 'DateTime!', updatedAt: 'DateTime!', version: 'Int!' } as const;
const NAMES = ['createdAt', 'updatedAt', 'version'] as const;
const FORBIDDEN: readonly string[] = [
  'default',
  'preset',
  'readOnly',
  'createOnly',
  'writeOnly',
  'constraint',
  'search',
];

/** What the server keeps has one type, one purpose, and is there once per model. */
export const maintainedFields: Rule = (judged) => {
  const seen = new Map<string, string>();
  const { problems } = judged;
  for (const field of modelFields(judged)) {
    const { node, model, kind, path } = field;
    const used = NAMES.filter((name) => directive(node, name));
    if (kind.kind !== 'value' || node.name.value === 'id') continue;
    for (const [index, name] of used.entries()) {
      const place = placeOf(directive(node, name) ?? node);
      if (printType(node.type) !== TYPES[name]) {
        const message = `@${name} needs the type ${TYPES[name]}, and ${path} is ${printType(node.type)}. Change its type.`;
        problems.error(placeOf(node.type), 'MAINTAINED_TYPE', message);
      }
      if (index > 0) {
        problems.error(place, 'MAINTAINED_TWICE', `${path} is kept by @${used[0]} already. Remove @${name}.`);
      }
      const key = `${model.name.value} ${name}`;
      const other = seen.get(key);
      if (other) {
        const message = `${model.name.value} keeps @${name} in ${other} already. Remove it here.`;
        problems.error(place, 'MAINTAINED_TWICE', message);
      }
      seen.set(key, other ?? node.name.value);
      forbid(judged, field, name);
    }
  }
};

function forbid({ problems }: Parameters<Rule>[0], { node, path }: ModelField, keeper: string): void {
  for (const name of FORBIDDEN) {
    const used = directive(node, name);
    if (!used) continue;
    const message = `${path} is set by the server because of @${keeper}, so @${name} means nothing. Remove it.`;
    problems.error(placeOf(used), 'MAINTAINED_DIRECTIVE', message);
  }
}
