import { argument, directive } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import { endName } from '../relations/relation-end.ts';
import type { Judged, Rule } from './rule.ts';
import { modelFields } from './walk.ts';

/** Directives of values on relations, and of relations on values. */
export const relationDirectives: Rule = (judged) => {
  for (const { node, kind, path } of modelFields(judged)) {
    if (kind.kind === 'unclear') continue;
    const used = directive(node, 'relation');
    if (used && kind.kind !== 'relation') {
      const message = `${path} is no relation: its type is not a model. Remove @relation.`;
      judged.problems.error(placeOf(used), 'RELATION_ON_VALUE', message);
    }
  }
  for (const end of judged.ends) {
    const name = endName(end);
    const link = judged.pairing.links.get(name);
    for (const valueOnly of ['constraint', 'search', 'createdAt', 'updatedAt', 'version'] as const) {
      const message = `@${valueOnly} works on values; ${name} is a relation. Remove it.`;
      forbid(judged, end.node, valueOnly, 'VALUE_DIRECTIVE_ON_RELATION', message);
    }
    const type = argument(directive(end.node, 'column'), 'type');
    if (type) {
      const message = `The key of ${name} is stored as the id of ${end.target}. Remove type.`;
      judged.problems.error(placeOf(type), 'KEY_COLUMN_TYPE', message);
    }
    const value = argument(directive(end.node, 'default'), 'value');
    if (value) {
      const message = `${name} is a relation, and a literal is no row. Use @default(expr: "…") with an expression that gives an id, such as viewer.id.`;
      judged.problems.error(placeOf(value), 'DEFAULT_ON_RELATION', message);
    }
    if (!link || link.kind === 'key') continue;
    for (const keyOnly of ['column', 'default', 'preset', 'unique', 'index'] as const) {
      const message = `@${keyOnly} needs a column, and ${name} has none in ${end.owner}: ${where(link.kind)}. Remove it.`;
      forbid(judged, end.node, keyOnly, 'NO_COLUMN_HERE', message);
    }
  }
};

function where(kind: 'inverse' | 'join'): string {
  return kind === 'inverse' ? 'the other side holds the key' : 'a join table holds the links';
}

function forbid(
  { problems }: Judged,
  node: Parameters<typeof directive>[0],
  name: string,
  code: string,
  message: string,
): void {
  const used = directive(node, name);
  if (used) problems.error(placeOf(used), code, message);
}
