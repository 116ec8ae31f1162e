import type { ApolloServerPlugin } from '@apollo/server';
import { type DocumentNode, GraphQLError, type OperationDefinitionNode } from 'graphql';
import { HeaderMap } from '../kit/apollo-server.ts';
import { ViewerError } from '../kit/viewer-error.ts';
import type { OperationCosts } from '../query/cost/index.ts';

/** Refuses an operation that costs more than `limit`, once it is known to be valid and before anything of it runs. */
export function limitCost(costs: OperationCosts, limit: number): ApolloServerPlugin<object> {
  const hooks = {
    async didResolveOperation({ request, document, operation }: Resolved) {
      if (!operation) return;
      const cost = costs.costOf(document, operation, request.variables ?? {});
      if (cost > limit) throw asRequestError(tooCostly(cost, limit));
    },
  };
  return { requestDidStart: async () => hooks };
}

/** What of Apollo's request context is needed here. */
interface Resolved {
  readonly request: { readonly variables?: Readonly<Record<string, unknown>> | undefined };
  readonly document: DocumentNode;
  readonly operation?: OperationDefinitionNode | undefined;
}

function tooCostly(cost: number, limit: number): ViewerError {
  const rounded = Math.ceil(cost);
  return new ViewerError(
    'OPERATION_TOO_COMPLEX',
    `The operation may cost ${rounded} (rows × fields); the limit is ${limit}. Ask for fewer rows, with \`limit\` or \`first\` on nested lists, or for fewer fields.`,
    { figures: { cost: rounded, limit } },
  );
}

/** Apollo answers 500 to what a plugin throws unless it is told better. */
function asRequestError(error: ViewerError): GraphQLError {
  const http = { status: 400, headers: new HeaderMap() };
  return new GraphQLError(error.message, { originalError: error, extensions: { http } });
}
