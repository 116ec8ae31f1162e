import { type ExecutionResult, getOperationAST } from 'graphql';
import { findVariableFaults } from './find-variable-faults.ts';
import { admitOperation } from './guards/index.ts';
import { runMutation } from './write/operation/run-mutation.ts';

import { type OperationRequest, runResolvers } from './write/operation/run-resolvers.ts';

export { idempotencyTableSql } from './write/operation/idempotency.ts';
export { resultOfFailure } from './write/operation/run-mutation.ts';
export type { MutationPath, OperationRequest } from './write/operation/run-resolvers.ts';

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
  await admitOperation(request.schema, request.document, request.context.scope);
  return operation?.operation === 'mutation' ? runMutation(request) : runResolvers(request);
}
