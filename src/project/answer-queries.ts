import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import type { DocumentNode, FormattedExecutionResult, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { DatabaseError, type Queryable } from '../data/index.ts';
import { type CompiledQueries, type QueryRequest, SplicedData } from '../query/compile/index.ts';
import { admitOperation } from '../query/guards/index.ts';
import { type PlainOperation, RecentMap, type TextAnswer } from '../serve/index.ts';
import type { OperationContext } from './make-resolver-context.ts';

/** Texts longer than this are parsed anew each time: they are rare, and the memory is for strangers to fill. */
const REMEMBERED_LENGTH = 16_384;
const REMEMBERED_TEXTS = 500;

export interface QueryAnswers {
  /**
   * Answers queries through the compiled path. What it leaves to the resolvers is judged by the gate of graphql-shield before
   * any of them runs. A compiled query needs no gate: it has the same rules in its SQL, and one that they refuse is not
   * compiled.
   */
  readonly plugin: ApolloServerPlugin<object>;
  /** The compiled path for texts that Apollo has parsed, validated and answered by it before. */
  answerAgain(operation: PlainOperation, context: object): Promise<TextAnswer | undefined>;
}

/** @param compiled undefined where the compiled path is turned off */
export function answerQueries(schema: GraphQLSchema, compiled: CompiledQueries | undefined): QueryAnswers {
  const documents = new RecentMap<DocumentNode>(REMEMBERED_TEXTS);
  const hooks = {
    async responseForOperation({ request, document, operation, contextValue }: Asked) {
      const { scope } = contextValue as OperationContext;
      if (compiled && operation?.operation === 'query') {
        const { query, operationName, variables } = request;
        const text = await answerOrFail(compiled, { document, operationName, variables, scope });
        if (text !== undefined) {
          if (query && query.length <= REMEMBERED_LENGTH) documents.set(query, document);
          return spliced(text);
        }
      }
      await admitOperation(schema, document, scope);
      return null;
    },
  };
  return {
    plugin: { requestDidStart: async () => hooks },
    async answerAgain({ query, operationName, variables }, context) {
      const document = documents.get(query);
      if (!compiled || !document) return undefined;
      const { scope } = context as OperationContext;
      const data = await answerOrFail(compiled, { document, operationName, variables, scope });
      return data === undefined ? undefined : { text: `{"data":${data}}\n` };
    },
  };
}

/** What of Apollo's request context is needed here. */
interface Asked {
  readonly request: {
    readonly query?: string | undefined;
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
