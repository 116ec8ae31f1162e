import type { ApolloServerPlugin } from '@apollo/server';
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
import type { Db, PrismaClientLike, WalPosition } from '../data/index.ts';
import { loadScalars, scalarTypes } from '../emit/scalars/index.ts';
import { authGuards } from '../features/auth/guards.ts';
import { isPlainSignIn } from '../features/auth/is-plain-sign-in.ts';
import type { AuthRuntime } from '../features/auth/start-auth.ts';
import { startCache } from '../features/cache/start-cache.ts';
import { HeaderMap } from '../kit/apollo-server.ts';
import type { TrustedDocuments } from '../operations/index.ts';
import type { BuiltApp } from '../pipeline.ts';
import { buildExecutableSchema } from '../query/build-executable-schema.ts';
import {
  CompiledQueries,
  type CompiledQueriesParts,
  CompiledWrites,
  DocumentPlans,
  LikelyRequests,
  MutationAnswers,
  stringifyResult,
} from '../query/compile/index.ts';
import { OperationCosts } from '../query/cost/index.ts';
import { executeOperation, type MutationPath } from '../query/execute-operation.ts';
import { RequestScope } from '../query/request-scope.ts';
import type { ResolverMap } from '../query/resolvers/resolver.ts';
import { writeResolvers } from '../query/write/index.ts';
import type { Log, PlinthApp, RequestInfo, Sample } from '../serve/index.ts';
import { answerCompiled, type CompiledAnswers, type CompiledPath, type Judged } from './answer-compiled.ts';
import { completeViewer } from './complete-viewer.ts';
import type { CompiledDocuments } from './documents/compiled-documents.ts';
import { type DocumentCompiling, PreparedDocuments } from './documents/prepared-documents.ts';
import { LiftedTexts } from './lifted-texts.ts';
import { limitCost } from './limit-cost.ts';
import type { AuthorResolvers } from './load-resolvers.ts';
import { makeResolverContext, type OperationContext } from './make-resolver-context.ts';
import { queryLimits } from './query-limits.ts';
import type { Reads } from './replicas/open-reads.ts';
import { type ReadRouting, routeReads } from './replicas/route-reads.ts';
import { authorsCodeFinder } from './replicas/uses-authors-code.ts';
import { tellHidden } from './tell-hidden.ts';

export interface AppParts {
  readonly built: BuiltApp;
  readonly resolvers: AuthorResolvers;
  readonly db: Db;
  readonly reads?: Reads | undefined;
  readonly secret: string;
  /** Undefined where the project has no code of its own that could use it. */
  readonly prisma: PrismaClientLike | undefined;
  readonly auth: AuthRuntime;
  readonly config: Config;
  readonly log: Log;
  readonly samples: readonly Sample[];
}

export interface AssembledApp extends PlinthApp {
  /** Compiles documents before anybody sends them, as many as a start has time for. */
  prepare(documents: TrustedDocuments): Promise<void>;
  /** Takes documents that were compiled before. */
  restore(compiled: CompiledDocuments): void;
}

/** A start has to end, and the statements of hundreds of large operations take long. */
const PREPARE_MS = 2_000;

/** Makes one version of the API out of its parts: the schema, a context per request, and how mutations run. */
export function assembleApp(parts: AppParts): AssembledApp {
  const { built } = parts;
  const { limits } = parts.config;
  const schema = buildExecutableSchema({
    app: built.app,
    rules: built.rules,
    apiSdl: built.apiSdl,
    scalars: scalarTypes,
    writeResolvers: joinMaps(writeResolvers(built.app, built.rules), parts.auth.resolvers),
    customResolvers: parts.resolvers,
    guards: authGuards(built.app),
  });
  loadScalars(schema);
  const { app, rules } = built;
  const costs = new OperationCosts({ app, schema, limits });
  const cache = startCache({
    app,
    rules,
    schema,
    resolvers: parts.resolvers,
    db: parts.db,
    config: parts.config.cache,
    requestMs: limits.requestMs,
    log: parts.log,
  });
  // What may be kept for others must not be from before their writes.
  const reads = readRouting(parts, schema, (judged) => cache?.concerns(judged) === true);
  const compiling = compilingParts(parts, schema);
  const path = compiling && compiledPath(compiling, parts.db);
  const prepared = new PreparedDocuments({
    schema,
    maxTokens: limits.tokens,
    compiling: documentCompiling(parts, path),
  });
  const lifted = new LiftedTexts(schema, (text, document) => {
    compiled.remember(text, document);
    cache?.remember(text, document);
  });
  const compiled: CompiledAnswers = answerCompiled(schema, path, {
    reads,
    prepared: (text) => prepared.byText(text),
    onAnswered: (text, document) => lifted.learn(text, document),
    mayAnswerAgain: (judged) =>
      cache?.mayAnswerAgain(judged) !== false &&
      costs.costOf(judged.document, judged.operation, judged.variables) <= limits.cost,
  });
  return {
    schema,
    samples: parts.samples,
    prepare: (documents) => prepared.add(documents.all(), PREPARE_MS),
    restore: ({ texts, plan }) => prepared.restore(texts, plan),
    preparedDocument: (hash) => prepared.byHash(hash),
    createContext: (request) => createContext(parts, schema, request, reads),
    // Limits before anything runs; then the cache: what it holds need not be answered again; then the compiled path: there
    // is the gate that also mutations have to pass.
    plugins: [
      tellHidden,
      limitCost(costs, limits.cost),
      ...(cache ? [cache.plugin] : []),
      compiled.plugin,
      runMutationsInTransactions(schema, parts, reads, compiling && new MutationAnswers(compiling)),
    ],
    answerAgain: (sent, context) => {
      const operation = compiled.knows(sent.query) ? sent : (lifted.lift(sent) ?? sent);
      const work = () => compiled.answerAgain(operation, context);
      return cache ? cache.answerAgain(operation, context, work) : work();
    },
    stringifyResult,
    answerRoute: async (request) => {
      const answer = await parts.auth.answer(request);
      await cache?.caughtUp();
      return reads ? reads.wroteByRoute(request, answer) : answer;
    },
    watchViewer: ({ headers, viewer, hasAdminKey }, onEnd) => {
      if (!hasAdminKey) return parts.auth.watchViewer(headers, onEnd);
      return viewer.kind === 'viewer' ? parts.auth.watchAccount(viewer, onEnd) : nobodyWatched;
    },
    dispose: async () => cache?.dispose(),
  };
}

/** Neither the administrator nor who is signed out has a session that could end. */
const nobodyWatched = Promise.resolve({ id: undefined, stop: () => undefined });

/** What compiles operations; nothing where the operator has turned it off. */
function compilingParts(
  { built, config, log }: AppParts,
  schema: GraphQLSchema,
): CompiledQueriesParts | undefined {
  if (!config.compile) return undefined;
  const onFault = (err: unknown) =>
    log.error({ err }, 'an operation could not be compiled and runs through the resolvers');
  return { app: built.app, rules: built.rules, schema, onFault };
}

function compiledPath(parts: CompiledQueriesParts, db: Db): CompiledPath {
  return { queries: new CompiledQueries(parts), writes: new CompiledWrites(parts, db) };
}

/** How whole documents are compiled; undefined where nothing is. */
function documentCompiling(
  { built: { app, rules }, db, config }: AppParts,
  path: CompiledPath | undefined,
): DocumentCompiling | undefined {
  if (!path) return undefined;
  const likely = new LikelyRequests({ app, rules, dbs: [db], limits: queryLimits(config.limits) });
  return { plans: new DocumentPlans(path.queries, path.writes), likely, db };
}

/** How reads find replicas; undefined where there are none. */
function readRouting(
  parts: AppParts,
  schema: GraphQLSchema,
  mayBeKept: (judged: Judged) => boolean,
): ReadRouting | undefined {
  const { reads, db: primary, config, secret, built } = parts;
  if (!reads) return undefined;
  const usesAuthorsCode = authorsCodeFinder(built.app, schema);
  return routeReads({
    ...reads,
    primary,
    config,
    secret,
    staysOnPrimary: (judged) => usesAuthorsCode(judged.document) || mayBeKept(judged),
  });
}

/** Resolvers of both, by type. */
function joinMaps(first: ResolverMap, second: ResolverMap): ResolverMap {
  const joined = { ...first };
  for (const [type, fields] of Object.entries(second)) joined[type] = { ...joined[type], ...fields };
  return joined;
}

async function createContext(
  parts: AppParts,
  schema: GraphQLSchema,
  request: RequestInfo,
  reads: ReadRouting | undefined,
): Promise<OperationContext> {
  const { built, config, db, log, prisma } = parts;
  // With the admin key the request has said who it is; a cookie beside it means nothing.
  const viewer = request.hasAdminKey
    ? await completeViewer(built.app, request.viewer, db)
    : await parts.auth.findViewer(request.headers);
  const scope = new RequestScope({
    app: built.app,
    rules: built.rules,
    db,
    viewer,
    now: new Date(),
    limits: queryLimits(config.limits),
    signal: () => request.signal,
    ...explainTo(request, config, db),
  });
  return makeResolverContext({
    scope,
    request,
    prisma,
    log,
    api: (context) => runInner(schema, db, context, reads),
  });
}

/** Explanations show what is stored whoever may read it: for the author in development, and for who has the admin key. */
function explainTo({ hasAdminKey }: RequestInfo, { mode }: Config, committed: Db) {
  const countsHidden = mode === 'development';
  return countsHidden || hasAdminKey ? { explain: { committed, countsHidden, toOperator: hasAdminKey } } : {};
}

/** One operation of the author's own code: the same API and viewer, on the connection of the outer operation. */
function runInner(schema: GraphQLSchema, db: Db, context: OperationContext, reads: ReadRouting | undefined) {
  return async (
    source: string,
    variables: Readonly<Record<string, unknown>> = {},
  ): Promise<ExecutionResult> => {
    const document = parse(source);
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    const { signal } = context.request;
    const onCommit = reads && ((position: WalPosition) => void reads.wrote(context, position));
    return executeOperation({ schema, document, variables, context, db, signal, onCommit });
  };
}

/** A mutation is one transaction with the reading of its answer, so it runs here instead of in Apollo's executor. */
function runMutationsInTransactions(
  schema: GraphQLSchema,
  { db, auth }: AppParts,
  reads: ReadRouting | undefined,
  mutations: MutationPath | undefined,
): ApolloServerPlugin<object> {
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ request, document, operation, contextValue }) {
          const context = contextValue as OperationContext;
          if (isOf('subscription', operation))
            return answer({ errors: [context.toViewer(noSubscriptions())] }, 400);
          if (!isOf('mutation', operation)) return null;
          const headers = new HeaderMap();
          const onCommit = (position: WalPosition): void => {
            for (const [name, value] of Object.entries(reads?.wrote(context, position) ?? {}))
              headers.set(name, value);
          };
          const result = await executeOperation({
            schema,
            document,
            ...(request.operationName != null && { operationName: request.operationName }),
            variables: request.variables ?? {},
            context,
            db: operation && isPlainSignIn(document, operation) ? auth.db : db,
            idempotencyKey: context.request.headers['idempotency-key'],
            signal: context.request.signal,
            mutations,
            ...(reads && { onCommit }),
          });
          if (result.data != null)
            for (const cookie of context.authRequest.cookies) context.setCookie(cookie);
          const errors = result.errors?.map(context.toViewer);
          // No `data` at all means that nothing ran: the variables do not fit.
          if (result.data === undefined) return answer({ ...(errors && { errors }) }, 400);
          return answer({ ...(errors && { errors }), data: result.data }, undefined, headers);
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
  new GraphQLError('Subscriptions are not served yet.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });

function answer(singleResult: FormattedExecutionResult, status?: number, headers = new HeaderMap()) {
  const http = { headers, ...(status !== undefined && { status }) };
  return { http, body: { kind: 'single', singleResult } as const };
}
