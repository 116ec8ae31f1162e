import { GraphQLError, type GraphQLSchema, getVariableValues, type OperationDefinitionNode } from 'graphql';

/** What is wrong with an operation's variables, as errors that say whose fault it is. Empty when they fit. */
export function findVariableFaults(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] {
  const definitions = operation.variableDefinitions ?? [];
  const { errors = [] } = getVariableValues(schema, definitions, variables, { maxErrors: 50 });
  // graphql-js does not tell these apart from failures of a resolver, and those are masked.
  return errors.map(
    ({ message, nodes, originalError }) =>
      new GraphQLError(message, {
        ...(nodes && { nodes }),
        ...(originalError && { originalError }),
        extensions: { code: 'BAD_USER_INPUT' },
      }),
  );
}
