import type { ExecutionResult } from 'graphql';
import type { PrismaWhere } from '../access/prisma-where.ts';
import type { RowOperation } from '../access/rule-book.ts';
import type { PrismaClientLike } from '../data/index.ts';
import type { GraphQLContext } from '../query/graphql-context.ts';
import type { Log } from '../serve/index.ts';

/** Who sends the request, as the author's code sees them. */
export interface Viewer {
  readonly id: string;
  readonly roles: readonly string[];
  readonly email: string | undefined;
  readonly emailVerified: boolean | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** What of the HTTP request the author's code may see. */
export interface ResolverRequest {
  readonly id: string;
  /** Names in lower case; without the admin key. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly remoteAddress: string;
  /** Aborted at the time limit and when the client goes away. */
  readonly signal: AbortSignal;
}

/** The third argument of every resolver in `resolvers/*.ts`. */
export interface ResolverContext<Prisma = PrismaClientLike> extends GraphQLContext {
  /** Null when signed out, and for the admin key. */
  readonly viewer: Viewer | null;
  /** The request came with the admin key and without `X-Plinth-As`: rules do not apply. */
  readonly isAdmin: boolean;
  /** Prisma, trusted: no rules apply. Inside a mutation it is the operation's transaction. */
  readonly db: Prisma;
  /** Runs an operation of this API as this viewer, inside the running transaction if there is one. */
  api(document: string, variables?: Readonly<Record<string, unknown>>): Promise<ExecutionResult>;
  /**
   * The access rule of a model for this viewer as a Prisma `where`, for queries of one's own through `db`.
   * @throws Error when Prisma cannot express the rule
   */
  readable(model: string, operation?: RowOperation): PrismaWhere;
  readonly log: Log;
  readonly request: ResolverRequest;
}
