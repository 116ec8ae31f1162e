import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import type { DocumentNode, FormattedExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { DatabaseError, type Queryable } from '../data/index.ts';
import { type CompiledQueries, type QueryRequest, SplicedData } from '../query/compile/index.ts';
import { admitOperation } from '../query/guards/index.ts';
import type { OperationContext } from './make-resolver-context.ts';

/**
 * Answers queries through the compiled path (undefined: it is turned off). What it leaves to the resolvers is judged by
 * the gate of graphql-shield before any of them runs. A compiled query needs no gate: it has the same rules in its SQL,
 * and one that they refuse is not compiled.
 */
export function answerQueries(
  schema: GraphQLSchema,
  compiled: CompiledQueries | undefined,
): ApolloServerPlugin<object> {
  const hooks = {
    async responseForOperation({ request, document, operation, contextValue }: Asked) {
      const { scope } = contextValue as OperationContext;
      if (compiled && operation?.operation === 'query') {
        const { operationName, variables } = request;
        const text = await answerOrFail(compiled, { document, operationName, variables, scope });
        if (text !== undefined) return spliced(text);
      }
      await admitOperation(schema, document, scope);
      return null;
    },
  };
  return { requestDidStart: async () => hooks };
}

/** What of Apollo's request context is needed here. */
interface Asked {
  readonly request: {
    readonly operationName?: string | undefined;
    readonly variables?: Readonly<Record<string, unknown>> | undefined;
  };
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode | undefined;
  readonly contextValue: object;
}

/** Where the database fails, the resolvers report it: each of their statements fails as this one did, at once. */
async function answerOrFail(compiled: CompiledQueries, request: QueryRequest): Promise<string | undefined> {
  try {
    return await compiled.answer(request);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const fail = (): Promise<never> => Promise.reject(error);
    const failing: Queryable = { query: fail, execute: fail };
    request.scope.useConnection(failing);
    return undefined;
  }
}

/** Apollo takes `data` for an object; `stringifyResult` knows better. */
function spliced(text: string) {
  const singleResult = { data: new SplicedData(text) } as unknown as FormattedExecutionResult;
  return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult } } as const;
}
