import type { ConstDirectiveNode, FieldDefinitionNode } from 'graphql';
import { argument, booleanArgument, directive, intArgument } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import type { Judged, Rule } from './rule.ts';
import { directiveUses, modelFields } from './walk.ts';

/** `@cacheControl` that says something, and where answers come from. */
export const cacheHints: Rule = (judged) => {
  for (const { used } of directiveUses(judged)) if (used.name.value === 'cacheControl') content(judged, used);
  for (const { root, node } of judged.schema.roots) {
    const used = directive(node, 'cacheControl');
    if (!used) continue;
    if (root !== 'Query') {
      const message = `Answers of ${root}.${node.name.value} are never kept: only queries are. Remove @cacheControl.`;
      judged.problems.error(placeOf(used), 'CACHE_MISPLACED', message);
    }
    inherits(judged, used, `${root}.${node.name.value}`);
  }
  interfaceFields(judged);
  for (const { node, path } of modelFields(judged)) neverAnswered(judged, node, path);
};

function content({ problems }: Judged, used: ConstDirectiveNode): void {
  if ((used.arguments ?? []).length === 0) {
    const message = '@cacheControl says nothing. Give it maxAge: SECONDS, or remove it.';
    problems.error(placeOf(used), 'EMPTY_CACHE_HINT', message);
  }
  const maxAge = intArgument(used, 'maxAge');
  const node = argument(used, 'maxAge');
  if (node && maxAge !== undefined && maxAge < 0) {
    const message = '"maxAge" counts seconds and cannot be negative. Give 0 (never kept) or more.';
    problems.error(placeOf(node), 'CACHE_MAX_AGE', message);
  }
  if (node && booleanArgument(used, 'inheritMaxAge') === true) {
    const message = '"maxAge" and "inheritMaxAge" contradict each other. Keep the one that is meant.';
    problems.error(placeOf(node), 'CACHE_CONTRADICTORY', message);
  }
}

function inherits({ problems }: Judged, used: ConstDirectiveNode, path: string): void {
  if (booleanArgument(used, 'inheritMaxAge') !== true) return;
  const message = `${path} is a root field and belongs to no object that it could take a maxAge from. Give it maxAge: SECONDS.`;
  problems.error(placeOf(argument(used, 'inheritMaxAge') ?? used), 'CACHE_INHERITS_NOTHING', message);
}

/** An object is answered by its own type's fields; what stands on the interface would never be looked at. */
function interfaceFields({ schema, problems }: Judged): void {
  for (const type of schema.customTypes.values()) {
    if (type.kind !== 'InterfaceTypeDefinition') continue;
    for (const node of type.fields ?? []) {
      const used = directive(node, 'cacheControl');
      if (!used) continue;
      const message = `@cacheControl on a field of the interface ${type.name.value} means nothing. Put it on the field of each type that implements it.`;
      problems.error(placeOf(used), 'CACHE_MISPLACED', message);
    }
  }
}

function neverAnswered({ problems }: Judged, node: FieldDefinitionNode, path: string): void {
  const used = directive(node, 'cacheControl');
  const hides = ['hidden', 'writeOnly'].find((name) => directive(node, name));
  if (!used || hides === undefined) return;
  const message = `${path} is @${hides}, so no answer holds it. Remove @cacheControl.`;
  problems.error(placeOf(used), 'CACHE_MISPLACED', message);
}
