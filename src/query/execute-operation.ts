import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import type { Db } from '../data/index.ts';
import { findVariableFaults } from './find-variable-faults.ts';
import type { RequestScope } from './request-scope.ts';
import { runMutation } from './write/operation/run-mutation.ts';

export { idempotencyTableSql } from './write/operation/idempotency.ts';

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
  /** When it fires, a mutation is rolled back and answered `TIMEOUT`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs one operation through the resolvers. Queries read from the pool, a statement per loader. A mutation is one
 * transaction with the reading of its answer: every root field commits, or none does and `data` is null; where rivals
 * got in its way it is run again, a bounded number of times. Never throws: what goes wrong is in `errors`.
 */
export async function executeOperation(request: OperationRequest): Promise<ExecutionResult> {
  const operation = getOperationAST(request.document, request.operationName);
  if (operation) {
    const faults = findVariableFaults(request.schema, operation, request.variables ?? {});
    if (faults.length > 0) return { errors: faults };
  }
  return operation?.operation === 'mutation' ? runMutation(request) : runResolvers(request);
}

/** graphql-js over the request as it stands. */
export async function runResolvers(request: OperationRequest): Promise<ExecutionResult> {
  const result = await execute({
    schema: request.schema,
    document: request.document,
    contextValue: request.context,
    ...(request.operationName !== undefined && { operationName: request.operationName }),
    ...(request.variables !== undefined && { variableValues: { ...request.variables } }),
  });
  return result.errors ? { ...result, errors: result.errors.map(withCode) } : result;
}

/** graphql-js gives the errors of variables no code, by which everybody else tells them from failures of ours. */
function withCode(error: GraphQLError): GraphQLError {
  const isOfVariable = error.nodes?.length === 1 && error.nodes[0]?.kind === Kind.VARIABLE_DEFINITION;
  if (!isOfVariable || error.extensions.code !== undefined) return error;
  return new GraphQLError(error.message, {
    nodes: error.nodes,
    originalError: error.originalError,
    extensions: { ...error.extensions, code: 'BAD_USER_INPUT' },
  });
}
