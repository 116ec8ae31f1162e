import type { ViewerState } from '../model/viewer.ts';
import type { RequestScope } from './request-scope.ts';

/**
 * What every resolver of one request is given. Generated resolvers use the scope alone; the rest is for the author's
 * resolvers and is filled in where requests are received.
 */
export interface GraphQLContext {
  readonly scope: RequestScope;
  readonly viewer?: ViewerState | { readonly id: string } | null;
  /** Prisma, trusted: no rules. Inside a mutation it is the operation's transaction. */
  readonly db?: unknown;
  /** The API as this viewer. */
  readonly api?: (document: string, variables?: Readonly<Record<string, unknown>>) => Promise<unknown>;
  readonly log?: unknown;
  readonly request?: unknown;
}
