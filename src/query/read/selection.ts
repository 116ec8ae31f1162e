import { type FieldNode, type GraphQLResolveInfo, getNamedType, Kind, type SelectionSetNode } from 'graphql';

/** One field that is selected, once per occurrence; occurrences of one field under several aliases stay apart. */
export interface SelectedField {
  readonly name: string;
  readonly nodes: readonly FieldNode[];
}

/**
 * The fields selected beneath `nodes` on the object type `typeName`, fragments opened. What `@skip` and `@include` leave out
 * is still listed: reading a column too many does no harm, and answers do not depend on it.
 */
export function selectedFields(
  info: Pick<GraphQLResolveInfo, 'fragments' | 'schema'>,
  nodes: readonly FieldNode[],
  typeName: string,
): readonly SelectedField[] {
  const found = new Map<string, FieldNode[]>();
  for (const node of nodes) if (node.selectionSet) collect(info, node.selectionSet, typeName, found);
  return [...found].map(([name, list]) => ({ name, nodes: list }));
}

function collect(
  info: Pick<GraphQLResolveInfo, 'fragments' | 'schema'>,
  set: SelectionSetNode,
  typeName: string,
  found: Map<string, FieldNode[]>,
): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      const list = found.get(selection.name.value) ?? [];
      list.push(selection);
      found.set(selection.name.value, list);
      continue;
    }
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD ? info.fragments[selection.name.value] : selection;
    if (!fragment) continue;
    if (applies(info, fragment.typeCondition?.name.value, typeName))
      collect(info, fragment.selectionSet, typeName, found);
  }
}

function applies(
  info: Pick<GraphQLResolveInfo, 'schema'>,
  condition: string | undefined,
  typeName: string,
): boolean {
  if (condition === undefined || condition === typeName) return true;
  const abstract = info.schema.getType(condition);
  const type = info.schema.getType(typeName);
  if (!abstract || !type || getNamedType(abstract) !== abstract) return false;
  return 'getInterfaces' in type && type.getInterfaces().some((one) => one.name === condition)
    ? true
    : 'getTypes' in abstract && abstract.getTypes().some((one) => one.name === typeName);
}
