import type { ASTNode } from 'graphql';
import { argument, directive, stringArgument, type WithDirectives } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import type { Judged, Rule } from './rule.ts';

/** `@renamedFrom` names something that is gone, and once. */
export const renames: Rule = (judged) => {
  const { schema } = judged;
  const models = [...schema.models.values()];
  const modelNames = models.map((model) => model.name.value);
  const seen = new Set<string>();
  for (const model of models) {
    former(judged, model, 'model', modelNames, seen);
    const fields = model.fields ?? [];
    const names = fields.map((field) => field.name.value);
    const seenFields = new Set<string>();
    for (const field of fields) former(judged, field, `field of ${model.name.value}`, names, seenFields);
  }
};

function former(
  { problems }: Judged,
  node: ASTNode & WithDirectives,
  what: string,
  names: readonly string[],
  seen: Set<string>,
): void {
  const used = directive(node, 'renamedFrom');
  const name = stringArgument(used, 'name');
  const value = argument(used, 'name');
  if (name === undefined || !value) return;
  if (names.includes(name)) {
    const message = `There still is a ${what} called "${name}", so this was not renamed from it. Correct the name or remove @renamedFrom.`;
    problems.error(placeOf(value), 'RENAMED_FROM_EXISTING', message);
  } else if (seen.has(name)) {
    const message = `Another ${what} is renamed from "${name}" already, and one column or table becomes one. Correct the name or remove it.`;
    problems.error(placeOf(value), 'RENAMED_FROM_TWICE', message);
  } else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    const message = `"${name}" cannot have been the name of a ${what}. Give the former name as it was in this file.`;
    problems.error(placeOf(value), 'RENAMED_FROM_NAME', message);
  }
  seen.add(name);
}
