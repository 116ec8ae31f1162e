import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema } from 'graphql';
import type { Db, WalPosition } from '../../../data/index.ts';
import type { RequestScope } from '../../request-scope.ts';

/** One operation, parsed and validated, and what it runs with. */
export interface OperationRequest {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operationName?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** What resolvers are given. Its scope is put on the mutation's transaction while that lasts. */
  readonly context: { readonly scope: RequestScope };
  readonly db: Db;
  /** The `Idempotency-Key` header of a mutation. */
  readonly idempotencyKey?: string | undefined;
  /** What runs mutations that need no resolvers; the resolvers run all where it is not given. */
  readonly mutations?: MutationPath | undefined;
  /** Told where in PostgreSQL's log a mutation is that was committed. */
  readonly onCommit?: ((position: WalPosition) => void) | undefined;
  /** When it fires, a mutation is rolled back and answered `TIMEOUT`. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs the fields of a mutation inside its transaction. May be called again when it was undone. @throws LeftToResolvers */
export type RunFields = () => Promise<ExecutionResult>;

/** Another way to run mutations than the resolvers. */
export interface MutationPath {
  /** Looks at a mutation before its transaction begins; undefined where the resolvers have to run it. */
  prepare(request: OperationRequest): RunFields | undefined;
}

/** graphql-js over the request as it stands. */
export async function runResolvers(request: OperationRequest): Promise<ExecutionResult> {
  return execute({
    schema: request.schema,
    document: request.document,
    contextValue: request.context,
    ...(request.operationName !== undefined && { operationName: request.operationName }),
    ...(request.variables !== undefined && { variableValues: { ...request.variables } }),
  });
}
