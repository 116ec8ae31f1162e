import {
  type ASTNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';

/** The variables that the answer of an operation depends on: all but those that only arguments of its root fields use. */
export function variablesOfAnswer(
  { selectionSet }: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): ReadonlySet<string> {
  const found = new Set<string>();
  const opened = { roots: new Set<string>(), below: new Set<string>() };
  const below = (node: ASTNode | undefined): void => {
    if (!node) return;
    visit(node, {
      Variable: ({ name }) => void found.add(name.value),
      FragmentSpread({ name: { value } }) {
        if (opened.below.has(value)) return;
        opened.below.add(value);
        below(fragments[value]?.selectionSet);
      },
    });
  };
  const roots = (set: SelectionSetNode | undefined): void => {
    for (const selection of set?.selections ?? []) {
      for (const directive of selection.directives ?? []) below(directive);
      if (selection.kind === Kind.FIELD) below(selection.selectionSet);
      else if (selection.kind === Kind.INLINE_FRAGMENT) roots(selection.selectionSet);
      else if (!opened.roots.has(selection.name.value)) {
        opened.roots.add(selection.name.value);
        roots(fragments[selection.name.value]?.selectionSet);
      }
    }
  };
  roots(selectionSet);
  return found;
}
