import {
  type GraphQLSchema,
  Kind,
  LoneAnonymousOperationRule,
  NoUnusedFragmentsRule,
  validate,
} from 'graphql';
import type { Problems } from '../kit/problem.ts';
import { OPERATION_RULES } from './operation-rules.ts';
import { placeInSource } from './place-in-source.ts';
import type { OperationFiles } from './read-operations.ts';

/** All files are judged together, so that fragments of other files are known and names are told apart. */
const RULES = OPERATION_RULES.filter(
  (rule) => rule !== LoneAnonymousOperationRule && rule !== NoUnusedFragmentsRule,
);

/** Compares the operations with the API that they are for; all that does not fit is a problem. */
export function checkOperations(
  { definitions, operations }: OperationFiles,
  api: GraphQLSchema,
  problems: Problems,
): void {
  if (definitions.length === 0) return;
  const document = { kind: Kind.DOCUMENT, definitions } as const;
  for (const fault of validate(api, document, RULES, { maxErrors: 1_000 })) {
    problems.error(placeInSource(fault), 'OPERATION_INVALID', fault.message);
  }
  const used = new Set(operations.flatMap(({ document: own }) => own.definitions));
  for (const node of definitions) {
    if (node.kind !== Kind.FRAGMENT_DEFINITION || used.has(node)) continue;
    const message = `No operation uses the fragment "${node.name.value}". Remove it.`;
    problems.warning(placeInSource({ nodes: [node.name] }), 'FRAGMENT_UNUSED', message);
  }
}
