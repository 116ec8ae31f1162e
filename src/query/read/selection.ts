import {
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLResolveInfo,
  GraphQLSkipDirective,
  getDirectiveValues,
  getNamedType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What selections are read with. */
export type Selecting = Pick<GraphQLResolveInfo, 'fragments' | 'schema' | 'variableValues'>;

/** One field that is selected, once per occurrence; occurrences of one field under several aliases stay apart. */
export interface SelectedField {
  readonly name: string;
  readonly nodes: readonly FieldNode[];
}

/**
 * The fields selected beneath `nodes` on the object type `typeName`: fragments opened, and without what `@skip` and
 * `@include` leave out, since what nobody asked for must not make an answer fail.
 */
export function selectedFields(
  info: Selecting,
  nodes: readonly FieldNode[],
  typeName: string,
): readonly SelectedField[] {
  const found = new Map<string, FieldNode[]>();
  for (const node of nodes) if (node.selectionSet) collect(info, node.selectionSet, typeName, found);
  return [...found].map(([name, list]) => ({ name, nodes: list }));
}

function collect(
  info: Selecting,
  set: SelectionSetNode,
  typeName: string,
  found: Map<string, FieldNode[]>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(selection, info.variableValues)) continue;
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

/** Whether `@skip` and `@include` leave a selection in. */
export function isIncluded(node: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean {
  if (!node.directives || node.directives.length === 0) return true;
  if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
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
