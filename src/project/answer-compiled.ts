import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  type FormattedExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import { DatabaseError, type Queryable } from '../data/index.ts';
import { HeaderMap } from '../kit/apollo-server.ts';
import { asByteText, type ByteText } from '../kit/byte-text.ts';
import { RecentMap } from '../kit/recent-map.ts';
import {
  type CompiledQueries,
  type CompiledWrites,
  type QueryRequest,
  SplicedData,
} from '../query/compile/index.ts';
import { resultOfFailure } from '../query/execute-operation.ts';
import { admitOperation, asksRuledFields } from '../query/guards/index.ts';
import type { RequestScope } from '../query/request-scope.ts';
import type { PlainOperation, TextAnswer } from '../serve/index.ts';
import type { OperationContext } from './make-resolver-context.ts';
import type { ReadRouting } from './replicas/route-reads.ts';

/** Texts longer than this are parsed anew each time: they are rare, and the memory is for strangers to fill. */
const REMEMBERED_LENGTH = 16_384;
const REMEMBERED_TEXTS = 500;
/** A document takes some hundred times as many bytes. */
const REMEMBERED_CHARACTERS = 1_000_000;

export interface CompiledPath {
  readonly queries: CompiledQueries;
  readonly writes: CompiledWrites;
}

export interface CompiledAnswers {
  /**
   * Answers what can be compiled. What it leaves to the resolvers is judged by the gate of graphql-shield before any of them
   * runs. A compiled operation needs no gate: it has the same rules in its SQL, and one that they refuse is not compiled.
   */
  readonly plugin: ApolloServerPlugin<object>;
  /** Whether a text can be answered again. */
  knows(text: string): boolean;
  /** Takes a document that is valid for one that was answered before. */
  remember(text: string, document: DocumentNode): void;
  /** The compiled path for texts that were prepared, and those that Apollo has parsed, validated and answered by it before. */
  answerAgain(operation: PlainOperation, context: object): Promise<TextAnswer | undefined>;
}

/** One operation, as it is judged before it runs. */
export interface Judged {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * @param compiled undefined where the compiled path is turned off
 * @param rules.mayAnswerAgain what Apollo's other plugins would have said of an operation that came by before
 */
export function answerCompiled(
  schema: GraphQLSchema,
  compiled: CompiledPath | undefined,
  rules: {
    readonly reads: ReadRouting | undefined;
    mayAnswerAgain(judged: Judged): boolean;
    prepared(text: string): DocumentNode | undefined;
    /** Told of a text that the compiled path has answered. */
    onAnswered(text: string, document: DocumentNode): void;
  },
): CompiledAnswers {
  const { reads } = rules;
  const documents = new RecentMap<{ readonly document: DocumentNode; readonly size: number }>(
    REMEMBERED_TEXTS,
    {
      sizeOf: ({ size }) => size,
      total: REMEMBERED_CHARACTERS,
    },
  );
  const path = compiled && new Attempts(compiled, schema, reads);
  const remember = (text: string, document: DocumentNode): void => {
    if (text.length <= REMEMBERED_LENGTH) documents.set(text, { document, size: text.length });
  };
  const documentOf = (text: string) => documents.get(text)?.document ?? rules.prepared(text);
  const hooks = {
    async responseForOperation({ request, document, operation, contextValue }: Asked) {
      const context = contextValue as OperationContext;
      if (operation) reads?.route(context, { document, operation, variables: request.variables ?? {} });
      if (path && operation) {
        const { query, operationName, variables } = request;
        const answer = await path.answer(operation, { document, operationName, variables }, context);
        if (answer) {
          if (query) {
            remember(query, document);
            rules.onAnswered(query, document);
          }
          const data = new SplicedData(answer.data) as unknown as Record<string, unknown>;
          return single({ data }, answer.headers);
        }
        const failure = path.failureOf(context.scope);
        if (failure) return single(failed(failure, operation, context));
      }
      await admitOperation(schema, document, context.scope);
      return null;
    },
  };
  return {
    plugin: { requestDidStart: async () => hooks },
    knows: (text) => documentOf(text) !== undefined,
    remember,
    async answerAgain({ query, operationName, variables = {} }, context) {
      const document = documentOf(query);
      const operation = document && getOperationAST(document, operationName);
      if (!path || !operation || !rules.mayAnswerAgain({ document, operation, variables })) return undefined;
      const request = { document, operationName, variables };
      reads?.route(context as OperationContext, { document, operation, variables });
      const answer = await path.answer(operation, request, context as OperationContext);
      return answer && { text: asByteText(`{"data":${answer.data}}\n`), headers: answer.headers };
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

interface Answered {
  /** As JSON text. */
  readonly data: ByteText;
  readonly headers: Readonly<Record<string, string>>;
}

const NO_HEADERS = {};

/** The compiled path, tried once per request. */
class Attempts {
  readonly #path: CompiledPath;
  readonly #reads: ReadRouting | undefined;
  readonly #schema: GraphQLSchema;
  readonly #failures = new WeakMap<RequestScope, DatabaseError>();

  constructor(path: CompiledPath, schema: GraphQLSchema, reads: ReadRouting | undefined) {
    this.#path = path;
    this.#schema = schema;
    this.#reads = reads;
  }

  /** Undefined where the resolvers are to be asked, or where there is a failure to report. */
  async answer(
    { operation }: OperationDefinitionNode,
    request: Omit<QueryRequest, 'scope'>,
    context: OperationContext,
  ): Promise<Answered | undefined> {
    const { scope, request: sent } = context;
    // What field rules hide is counted by the resolvers.
    if (scope.countsHidden && asksRuledFields(this.#schema, request.document)) return undefined;
    if (scope.wasCompiled) return undefined;
    scope.wasCompiled = true;
    if (operation === 'query') return this.#read({ ...request, scope });
    const isRepeatable = sent.headers['idempotency-key'] !== undefined;
    return operation === 'mutation' && !isRepeatable
      ? this.#write({ ...request, scope }, context)
      : undefined;
  }

  /** Why a mutation has failed that must not be tried again, since part of it might have been stored. */
  failureOf(scope: RequestScope): DatabaseError | undefined {
    return this.#failures.get(scope);
  }

  /** Where the database fails, the resolvers report it: each of their statements fails as this one did, at once. */
  async #read(request: QueryRequest): Promise<Answered | undefined> {
    try {
      const data = await this.#path.queries.answer(request);
      return data === undefined ? undefined : { data, headers: NO_HEADERS };
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      const fail = (): Promise<never> => Promise.reject(error);
      const failing: Queryable = { serverVersion: undefined, query: fail, execute: fail, readTexts: fail };
      request.scope.useConnection(failing);
      return undefined;
    }
  }

  async #write(request: QueryRequest, context: OperationContext): Promise<Answered | undefined> {
    try {
      const data = await this.#path.writes.answer(request);
      if (data === undefined) return undefined;
      return { data, headers: (await this.#reads?.wroteByItself(context)) ?? NO_HEADERS };
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      this.#failures.set(request.scope, error);
      return undefined;
    }
  }
}

function failed(
  failure: DatabaseError,
  operation: OperationDefinitionNode,
  { toViewer }: OperationContext,
): FormattedExecutionResult {
  return { data: null, errors: resultOfFailure(failure, operation).errors?.map(toViewer) ?? [] };
}

/** Apollo takes `data` for an object; `stringifyResult` knows better. */
function single(singleResult: FormattedExecutionResult, own: Readonly<Record<string, string>> = NO_HEADERS) {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  return { http: { headers }, body: { kind: 'single', singleResult } } as const;
}
