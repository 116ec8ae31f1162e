import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

const FIELDS: ReadonlySet<string> = new Set([
  'signUp',
  'signIn',
  'signOut',
  'requestPasswordReset',
  'resetPassword',
  '__typename',
]);
/** `signIn { user { email } }` */
const DEEPEST = 3;

const known = new WeakMap<OperationDefinitionNode, boolean>();

/**
 * Whether a mutation does nothing but sign up, in or out and answers no more than the account's own values, so that it is
 * short whatever there is in the database.
 */
export function isPlainSignIn(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  let plain = known.get(operation);
  if (plain === undefined) {
    const fragments = new Map(
      document.definitions.flatMap((one) =>
        one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
      ),
    );
    plain = operation.operation === 'mutation' && isPlain(operation.selectionSet, fragments, 1);
    known.set(operation, plain);
  }
  return plain;
}

function isPlain(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  level: number,
): boolean {
  return selections.every((selection) => {
    if (selection.kind === Kind.FIELD) {
      if (level === 1 && !FIELDS.has(selection.name.value)) return false;
      return (
        !selection.selectionSet || (level < DEEPEST && isPlain(selection.selectionSet, fragments, level + 1))
      );
    }
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    return inner !== undefined && isPlain(inner.selectionSet, fragments, level);
  });
}
