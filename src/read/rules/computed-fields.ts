import { argument, directive, stringArgument } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';
import { modelFields } from './walk.ts';

const NEED_STORAGE = [
  'default',
  'preset',
  'constraint',
  'search',
  'createdAt',
  'updatedAt',
  'version',
  'createOnly',
  'writeOnly',
  'readOnly',
  'renamedFrom',
] as const;

/** Computed fields have SQL or a resolver, and nothing that only what is stored can have. */
export const computedFields: Rule = (judged) => {
  const { problems } = judged;
  for (const { node, kind, path } of modelFields(judged)) {
    const computed = directive(node, 'computed');
    const sql = stringArgument(computed, 'sql');
    if (computed && sql?.trim() === '') {
      const message = `The SQL of ${path} is empty. Write an expression over the row's columns, or remove sql to answer it from a resolver.`;
      problems.error(placeOf(argument(computed, 'sql') ?? computed), 'EMPTY_SQL', message);
    }
    if (sql !== undefined && (node.arguments ?? []).length > 0) {
      const message = `${path} takes arguments, which SQL of a generated column cannot see. Remove the arguments, or remove sql and write a resolver.`;
      problems.error(placeOf(computed ?? node), 'COMPUTED_WITH_ARGUMENTS', message);
    }
    if (kind.kind !== 'computed' && kind.kind !== 'resolved') continue;
    if (node.name.value === 'id') continue;
    const how = kind.kind === 'computed' ? 'computed in SQL' : 'answered by a resolver';
    const names = kind.kind === 'resolved' ? [...NEED_STORAGE, 'column', 'unique', 'index'] : NEED_STORAGE;
    for (const name of names) {
      const used = directive(node, name);
      // That an index or unique has no column here is told by listed-fields.ts.
      if (!used || name === 'unique' || name === 'index') continue;
      const message = `${path} is ${how} and never written, so @${name} means nothing. Remove it.`;
      problems.error(placeOf(used), 'COMPUTED_DIRECTIVE', message);
    }
    const type = argument(directive(node, 'column'), 'type');
    if (type && kind.kind === 'computed') {
      const message = `The column type of ${path} follows from its GraphQL type. Remove type, and cast in the SQL if needed.`;
      problems.error(placeOf(type), 'COMPUTED_DIRECTIVE', message);
    }
  }
};
