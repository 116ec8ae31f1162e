import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isIncluded } from '../read/selection.ts';

/** What selections are read with: the operation's fragments and the variable values that `@skip` and `@include` look at. */
export interface SelectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variableValues: { [name: string]: unknown };
}

/**
 * The fields selected on an object of `type` by response key, in the order of the answer (GraphQL §6.3.2 CollectFields):
 * fragments opened, skipped selections left out, occurrences of one key together.
 */
export function collectFields(
  context: SelectionContext,
  type: GraphQLObjectType,
  sets: readonly (SelectionSetNode | undefined)[],
): ReadonlyMap<string, readonly FieldNode[]> {
  const found = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  for (const set of sets) if (set) collect(context, type, set, found, visited);
  return found;
}

/** The selection sets of all occurrences of one field. */
export function selectionsOf(nodes: readonly FieldNode[]): readonly (SelectionSetNode | undefined)[] {
  return nodes.map((node) => node.selectionSet);
}

function collect(
  context: SelectionContext,
  type: GraphQLObjectType,
  set: SelectionSetNode,
  found: Map<string, FieldNode[]>,
  visited: Set<string>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(selection, context.variableValues)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const nodes = found.get(key);
      if (nodes) nodes.push(selection);
      else found.set(key, [selection]);
      continue;
    }
    const fragment = fragmentOf(selection, context, visited);
    if (fragment && applies(context.schema, fragment.typeCondition?.name.value, type))
      collect(context, type, fragment.selectionSet, found, visited);
  }
}

function fragmentOf(
  selection: Exclude<SelectionNode, FieldNode>,
  context: SelectionContext,
  visited: Set<string>,
) {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
  const name = selection.name.value;
  if (visited.has(name)) return undefined;
  visited.add(name);
  return context.fragments[name];
}

function applies(schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  return isAbstractType(conditional) && schema.isSubType(conditional, type);
}
