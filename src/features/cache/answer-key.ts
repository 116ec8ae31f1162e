import { createHash } from 'node:crypto';
import { type DocumentNode, print } from 'graphql';
import { sortedJson } from '../../kit/sorted-json.ts';
import type { RequestScope } from '../../query/request-scope.ts';
import type { Asked, Judgement } from './judge-operations.ts';
import type { RuleRead } from './reads.ts';

const printed = new WeakMap<DocumentNode, string>();

/**
 * By what answers are told apart: the operation, its variables, and what the rules of everything in it come to for this viewer.
 * Two viewers share an answer only where each of those rules is the same for both; where code of the author's or `viewer` is
 * part of it, only one viewer with the same facts about them.
 */
export function answerKey(
  { document, operation, variables, scope }: Asked,
  { facts, reads }: Judgement,
): string {
  const parts = [
    documentText(document),
    operation.name?.value ?? '',
    sortedJson(declared(operation, variables)),
    who(scope, facts.byViewer),
  ];
  if (scope.viewer.kind !== 'admin')
    for (const [name, rule] of reads.rules) parts.push(name, JSON.stringify(boundRule(scope, rule)));
  // Lengths keep parts from flowing into one another; hashed, keys are short however long the variables are.
  const text = parts.map((part) => `${part.length}:${part}`).join('');
  return createHash('sha256').update(text).digest('base64url');
}

/** The same for all ways to lay out one document. */
function documentText(document: DocumentNode): string {
  let text = printed.get(document);
  if (text === undefined) {
    text = createHash('sha256').update(print(document)).digest('base64url');
    printed.set(document, text);
  }
  return text;
}

function declared({ variableDefinitions = [] }: Asked['operation'], variables: Asked['variables']) {
  const names = variableDefinitions.map(({ variable }) => variable.name.value);
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(variables, name) ? [[name, variables[name]]] : [])),
  );
}

/** Rules do not apply to the administrator, whose answers are nobody else's. */
function who({ viewer }: RequestScope, byViewer: boolean): string {
  if (viewer.kind === 'admin') return 'admin';
  return byViewer ? sortedJson(viewer) : '';
}

function boundRule(scope: RequestScope, { entity, field }: RuleRead) {
  return field === undefined ? scope.rowRule(entity, 'read') : scope.fieldRule(entity, field, 'read');
}
