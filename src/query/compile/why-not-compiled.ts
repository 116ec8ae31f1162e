import {
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { AppModel } from '../../model/app-model.ts';
import { writeRoots } from '../write/write-roots.ts';
import { isCompiledRoot } from './root-value.ts';

interface Walk {
  readonly app: AppModel;
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Type and fragment that were looked at already. */
  readonly seen: Set<string>;
}

/**
 * Why this valid operation runs through the resolvers, in a sentence for the author; undefined where it is compiled.
 * Asks the document alone, neither viewer nor variables.
 */
export function whyNotCompiled(
  app: AppModel,
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): string | undefined {
  if (operation.operation !== 'query') return `A ${operation.operation} runs through the resolvers.`;
  const query = schema.getQueryType();
  if (!query) return 'The schema has no queries.';
  const walk: Walk = { app, schema, fragments, seen: new Set() };
  return inSelection(walk, query, operation.selectionSet);
}

/** Why a mutation's fields are not answered by statements. */
export function whyNotWritten(
  app: AppModel,
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): string | undefined {
  const mutation = operation.operation === 'mutation' ? schema.getMutationType() : undefined;
  if (!mutation) return 'It is no mutation.';
  return whyNotSelected({ app, schema, fragments }, mutation, operation.selectionSet);
}

/** The same of what is selected on an object. */
export function whyNotSelected(
  about: Omit<Walk, 'seen'>,
  type: GraphQLObjectType,
  set: SelectionSetNode,
): string | undefined {
  return inSelection({ ...about, seen: new Set() }, type, set);
}

function inSelection(walk: Walk, type: GraphQLObjectType, set: SelectionSetNode): string | undefined {
  for (const selection of set.selections) {
    const reason =
      selection.kind === Kind.FIELD
        ? inField(walk, type, selection.name.value, selection.selectionSet)
        : inFragment(walk, type, selection);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function inFragment(
  walk: Walk,
  type: GraphQLObjectType,
  selection: Exclude<SelectionSetNode['selections'][number], { kind: Kind.FIELD }>,
): string | undefined {
  if (selection.kind === Kind.INLINE_FRAGMENT) {
    const applies = fits(walk.schema, selection.typeCondition?.name.value, type);
    return applies ? inSelection(walk, type, selection.selectionSet) : undefined;
  }
  const name = selection.name.value;
  const fragment = walk.fragments[name];
  const visit = `${type.name}:${name}`;
  if (!fragment || walk.seen.has(visit) || !fits(walk.schema, fragment.typeCondition.name.value, type))
    return undefined;
  walk.seen.add(visit);
  return inSelection(walk, type, fragment.selectionSet);
}

function fits(schema: GraphQLSchema, condition: string | undefined, type: GraphQLObjectType): boolean {
  if (condition === undefined || condition === type.name) return true;
  const conditional = schema.getType(condition);
  return isAbstractType(conditional) && schema.isSubType(conditional, type);
}

function inField(
  walk: Walk,
  type: GraphQLObjectType,
  name: string,
  set: SelectionSetNode | undefined,
): string | undefined {
  if (name === '__typename') return undefined;
  if (name.startsWith('__')) return 'Introspection is answered by graphql-js.';
  const own = ownReason(walk.app, type, name);
  if (own !== undefined) return own;
  const field = type.getFields()[name];
  const answer = field ? getNamedType(field.type) : undefined;
  if (!set) return undefined;
  for (const object of objectsOf(walk.schema, answer)) {
    const reason = inSelection(walk, object, set);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function objectsOf(
  schema: GraphQLSchema,
  answer: GraphQLNamedType | undefined,
): readonly GraphQLObjectType[] {
  if (isAbstractType(answer)) return schema.getPossibleTypes(answer);
  return isObjectType(answer) ? [answer] : [];
}

function ownReason(app: AppModel, type: GraphQLObjectType, name: string): string | undefined {
  if (type.name === 'Query') {
    return isCompiledRoot(app, name) ? undefined : `Query.${name} is implemented in resolvers/*.ts.`;
  }
  if (type.name === 'Mutation') {
    if (writeRoots(app).has(name)) return undefined;
    const isCustom = app.customFields.some((field) => field.root === 'Mutation' && field.name === name);
    return isCustom
      ? `Mutation.${name} is implemented in resolvers/*.ts.`
      : `Mutation.${name} does more than to write rows.`;
  }
  const field = app.entityByName.get(type.name)?.fieldByName.get(name);
  return field?.kind === 'resolved' ? `${type.name}.${name} is implemented in resolvers/*.ts.` : undefined;
}
