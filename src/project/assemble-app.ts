import { type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  validate,
} from 'graphql';
import type { Config } from '../config/index.ts';
import type { Db, PrismaClientLike } from '../data/index.ts';
import { scalarTypes } from '../emit/scalars/index.ts';
import type { BuiltApp } from '../pipeline.ts';
import { buildExecutableSchema } from '../query/build-executable-schema.ts';
import { executeOperation } from '../query/execute-operation.ts';
import { RequestScope } from '../query/request-scope.ts';
import { writeResolvers } from '../query/write/index.ts';
import type { Log, PlinthApp, RequestInfo, Sample } from '../serve/index.ts';
import { completeViewer } from './complete-viewer.ts';
import type { AuthorResolvers } from './load-resolvers.ts';
import { makeResolverContext, type OperationContext } from './make-resolver-context.ts';

export interface AppParts {
  readonly built: BuiltApp;
  readonly resolvers: AuthorResolvers;
  readonly db: Db;
  /** Undefined where the project has no code of its own that could use it. */
  readonly prisma: PrismaClientLike | undefined;
  readonly config: Config;
  readonly log: Log;
  readonly samples: readonly Sample[];
}

/** Makes one version of the API out of its parts: the schema, a context per request, and how mutations run. */
export function assembleApp(parts: AppParts): PlinthApp {
  const { built } = parts;
  const schema = buildExecutableSchema({
    app: built.app,
    rules: built.rules,
    apiSdl: built.apiSdl,
    scalars: scalarTypes,
    writeResolvers: writeResolvers(built.app, built.rules),
    customResolvers: parts.resolvers,
  });
  return {
    schema,
    samples: parts.samples,
    createContext: (request) => createContext(parts, schema, request),
    plugins: [runMutationsInTransactions(schema, parts.db)],
  };
}

async function createContext(
  parts: AppParts,
  schema: GraphQLSchema,
  request: RequestInfo,
): Promise<OperationContext> {
  const { built, config, db, log, prisma } = parts;
  const { inputRows, listValues, pageDefault, pageMax } = config.limits;
  const viewer = await completeViewer(built.app, request.viewer, db);
  const scope = new RequestScope({
    app: built.app,
    rules: built.rules,
    db,
    viewer,
    now: new Date(),
    limits: {
      defaultPageSize: pageDefault,
      maxPageSize: pageMax,
      maxListLength: listValues,
      maxInputLength: inputRows,
    },
    signal: request.signal,
  });
  return makeResolverContext({
    scope,
    request,
    prisma,
    log,
    api: (context) => runInner(schema, db, context),
  });
}

/** One operation of the author's own code: the same API and viewer, on the connection of the outer operation. */
function runInner(schema: GraphQLSchema, db: Db, context: OperationContext) {
  return async (
    source: string,
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<ExecutionResult> => {
    const document = parse(source);
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    return executeOperation({ schema, document, variables, context, db, signal: context.request.signal });
  };
}

/** A mutation is one transaction with the reading of its answer, so it runs here instead of in Apollo's executor. */
function runMutationsInTransactions(schema: GraphQLSchema, db: Db): ApolloServerPlugin<object> {
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ request, document, operation, contextValue }) {
          const context = contextValue as OperationContext;
          if (isOf('subscription', operation)) return answer({ errors: [context.toViewer(noSubscriptions())] }, 400);
          if (!isOf('mutation', operation)) return null;
          const result = await executeOperation({
            schema,
            document,
            ...(request.operationName != null && { operationName: request.operationName }),
            variables: request.variables ?? {},
            context,
            db,
            idempotencyKey: context.request.headers['idempotency-key'],
            signal: context.request.signal,
          });
          const errors = result.errors?.map(context.toViewer);
          // No `data` at all means that nothing ran: the variables do not fit.
          if (result.data === undefined) return answer({ ...(errors && { errors }) }, 400);
          return answer({ ...(errors && { errors }), data: result.data });
        },
      };
    },
  };
}

/** Apollo asks also where the document does not say which of its operations is meant, whatever its types promise. */
const isOf = (kind: `${OperationTypeNode}`, operation: OperationDefinitionNode | undefined): boolean =>
  operation?.operation === kind;

/** Validation lets a subscription pass in a schema that has none. */
const noSubscriptions = (): GraphQLError =>
  new GraphQLError('Subscriptions are not served by single requests over HTTP.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });

function answer(singleResult: FormattedExecutionResult, status?: number) {
  const http = { headers: new HeaderMap(), ...(status !== undefined && { status }) };
  return { http, body: { kind: 'single', singleResult } as const };
}
