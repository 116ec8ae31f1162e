import { type ASTVisitor, GraphQLError, specifiedRules, type ValidationContext } from 'graphql';

const PLURALS = { query: 'queries', mutation: 'mutations', subscription: 'subscriptions' } as const;

/** The API has operations of this kind. graphql-js leaves that to be found out when they run. */
function knownOperationTypes(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation)) return;
      context.reportError(new GraphQLError(`The API has no ${PLURALS[node.operation]}.`, { nodes: node }));
    },
  };
}

/** What an operation has to keep to so that it can run. */
export const OPERATION_RULES = [...specifiedRules, knownOperationTypes];
