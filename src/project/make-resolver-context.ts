import type { ExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import { lower } from '../access/lower.ts';
import { type PrismaWhere, prismaWhere } from '../access/prisma-where.ts';
import type { RowOperation } from '../access/rule-book.ts';
import type { PrismaClientLike } from '../data/index.ts';
import type { AuthRequest } from '../features/auth/resolvers.ts';
import type { ViewerState } from '../model/viewer.ts';
import type { RequestScope } from '../query/request-scope.ts';
import type { Log, RequestInfo } from '../serve/index.ts';
import type { ResolverContext, ResolverRequest, Viewer } from './resolver-context.ts';

/** A resolver's context, with what the server keeps for itself. */
export interface OperationContext extends ResolverContext {
  /** What of an error the viewer may see; everything else is logged. */
  readonly toViewer: (error: GraphQLError) => GraphQLFormattedError;
  /** What sign-in needs of the request. Its cookies go out once the operation has succeeded. */
  readonly authRequest: AuthRequest & { readonly cookies: readonly string[] };
  readonly setCookie: (cookie: string) => void;
}

export interface ContextParts {
  readonly scope: RequestScope;
  readonly request: RequestInfo;
  readonly prisma: PrismaClientLike | undefined;
  readonly log: Log;
  readonly api: (
    context: OperationContext,
  ) => (document: string, variables?: Readonly<Record<string, unknown>>) => Promise<ExecutionResult>;
}

/** Makes the context of one operation. A plain object, since Apollo clones it. */
export function makeResolverContext({ scope, request, prisma, log, api }: ContextParts): OperationContext {
  const cookies: string[] = [];
  const context: OperationContext = {
    scope,
    viewer: describeViewer(scope.viewer),
    isAdmin: scope.viewer.kind === 'admin',
    db: prisma ?? withoutClient,
    api: (document, variables) => api({ ...context, scope: scope.fork() })(document, variables),
    readable: (model, operation = 'read') => readable(scope, model, operation),
    log,
    request: new SeenRequest(request),
    toViewer: request.toViewer,
    authRequest: {
      headers: request.headers,
      remoteAddress: request.remoteAddress,
      cookies,
      setCookie: (cookie) => cookies.push(cookie),
    },
    setCookie: request.setCookie,
  };
  return context;
}

/** The request as the author's code sees it. */
class SeenRequest implements ResolverRequest {
  readonly id: string;
  readonly headers: ResolverRequest['headers'];
  readonly remoteAddress: string;
  readonly #request: RequestInfo;

  constructor(request: RequestInfo) {
    this.id = request.requestId;
    this.headers = request.headers;
    this.remoteAddress = request.remoteAddress;
    this.#request = request;
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }
}

/** Only reached by code that is not in `resolvers/`, so by nobody. */
const withoutClient: PrismaClientLike = new Proxy({} as PrismaClientLike, {
  get() {
    throw new Error('ctx.db is available in projects that have resolvers/');
  },
});

function describeViewer(state: ViewerState): Viewer | null {
  if (state.kind !== 'viewer') return null;
  const { id, roles = [], email, emailVerified, claims = {} } = state;
  return { id, roles, email, emailVerified, claims };
}

function readable(scope: RequestScope, model: string, operation: RowOperation): PrismaWhere {
  const entity = scope.app.entityByName.get(model);
  if (!entity) throw new Error(`ctx.readable: there is no model "${model}"`);
  const { where, unsupported } = prismaWhere(scope.app, lower(scope.rowRule(entity, operation)));
  if (where === undefined) {
    throw new Error(
      `ctx.readable: Prisma cannot express the ${operation} rule of ${model} (${unsupported}); use ctx.api instead`,
    );
  }
  return where;
}
