import { setTimeout as sleep } from 'node:timers/promises';
import { type ExecutionResult, GraphQLError, Kind, type OperationDefinitionNode } from 'graphql';
import { DatabaseError, type Tx } from '../../../data/index.ts';
import { messageOf } from '../../../kit/message-of.ts';
import { oneAfterAnother } from '../../../kit/one-after-another.ts';
import { ViewerError } from '../../../kit/viewer-error.ts';
import { beginOperation, guardMutationFields, isSkipped, mayRunAgain } from './guard-mutation-fields.ts';
import { findAnswer, keepAnswer, readKey, sweepSometimes } from './idempotency.ts';
import { LeftToResolvers } from './left-to-resolvers.ts';
import { type OperationRequest, type RunFields, runResolvers } from './run-resolvers.ts';

/** How often a mutation that rivals got in the way of is run, all in all. */
const MAX_RUNS = 6;
const FIRST_PAUSE_MS = 15;

/** Carries an answer with errors out of the transaction, so that it is rolled back. */
class Undone extends Error {
  readonly result: ExecutionResult;

  constructor(result: ExecutionResult) {
    super('The mutation had errors');
    this.result = result;
  }
}

/** A mutation as one transaction; inside of another mutation's, as a part of that one. */
export async function runMutation(request: OperationRequest): Promise<ExecutionResult> {
  guardMutationFields(request.schema);
  const { scope } = request.context;
  const { db } = scope;
  const fields = request.mutations?.prepare(request);
  if ('savepoint' in db) return runInside(request, db as Tx, fields);
  const attempt = () => runOnce(request, fields).finally(() => scope.useConnection(db));
  for (let run = 1; ; run++) {
    // Rivals that collided once would collide again if they came back side by side.
    const { result, again } = await (run === 1 ? attempt() : oneAfterAnother(db, attempt));
    if (!again || run >= MAX_RUNS) return result;
    // Those of other processes do not wait in our line, so they must not come back at the same moment.
    await sleep(Math.random() * FIRST_PAUSE_MS * 2 ** run);
  }
}

async function runInside(
  request: OperationRequest,
  tx: Tx,
  fields: RunFields | undefined,
): Promise<ExecutionResult> {
  try {
    return await tx.savepoint(() => runFields(request, fields));
  } catch (error) {
    if (error instanceof LeftToResolvers) return runInside(request, tx, undefined);
    return settle(request, error).result;
  }
}

async function runOnce(
  request: OperationRequest,
  fields: RunFields | undefined,
): Promise<{ result: ExecutionResult; again: boolean }> {
  const { scope } = request.context;
  try {
    const key = readKey(request);
    const work = async (tx: Tx): Promise<ExecutionResult> => {
      scope.useConnection(tx);
      const kept = key && (await findAnswer(tx, key));
      if (kept) return kept;
      const result = await runFields(request, fields);
      if (key) await keepAnswer(tx, key, result);
      if (request.signal?.aborted)
        throw new DatabaseError('cancelled', 'The request ended before the commit');
      return result;
    };
    const { signal, onCommit } = request;
    const options = { ...(signal && { signal }), ...(onCommit && { onCommit }) };
    const result = await request.db.transaction(work, options);
    if (key) sweepSometimes(request.db);
    return { result, again: false };
  } catch (error) {
    if (error instanceof LeftToResolvers) return runOnce(request, undefined);
    return settle(request, error);
  }
}

/** @throws Undone when there is any error */
async function runFields(request: OperationRequest, fields: RunFields | undefined): Promise<ExecutionResult> {
  beginOperation(request.context.scope);
  const result = await (fields ?? (() => runResolvers(request)))();
  if (result.errors !== undefined && result.errors.length > 0) throw new Undone(result);
  return result;
}

/** What the viewer is told of a mutation that was rolled back, and whether it may be worth another run. */
function settle(
  { context, signal }: OperationRequest,
  error: unknown,
): { result: ExecutionResult; again: boolean } {
  const errors =
    error instanceof Undone
      ? meaningful(error.result.errors ?? [])
      : [new GraphQLError(messageOf(error), { originalError: asError(error) })];
  const collided = errors.some((one) => isCollision(causeOf(one)));
  const again = collided && mayRunAgain(context.scope) && signal?.aborted !== true;
  return { result: { data: null, errors: errors.map((one) => forViewer(one)) }, again };
}

/** What the viewer is told of a mutation of one field that the database failed. */
export function resultOfFailure(error: unknown, { selectionSet }: OperationDefinitionNode): ExecutionResult {
  const field = selectionSet.selections.find((one) => one.kind === Kind.FIELD);
  const wrapped = new GraphQLError(messageOf(error), {
    ...(field && { nodes: field, path: [(field.alias ?? field.name).value] }),
    originalError: asError(error),
  });
  return { data: null, errors: [forViewer(wrapped)] };
}

/** Without what only follows from another error: fields that were skipped, statements in a transaction that had failed. */
function meaningful(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  const own = errors.filter((error) => {
    const cause = causeOf(error);
    return !isSkipped(cause) && !(cause instanceof DatabaseError && cause.sqlState === '25P02');
  });
  return own.length > 0 ? own : errors;
}

const COLLISION = 'The data was changed by someone else meanwhile. Try again.';

/** Failures of the database that the viewer can understand; all others stay what they are and are masked. */
function forViewer(error: GraphQLError): GraphQLError {
  const cause = causeOf(error);
  if (!(cause instanceof DatabaseError)) return error;
  if (isCollision(cause)) return replace(error, new ViewerError('CONFLICT', COLLISION, { cause }));
  if (cause.kind === 'timeout' || cause.kind === 'cancelled') {
    const message = 'The operation took too long and was cancelled. Nothing was stored.';
    return replace(error, new ViewerError('TIMEOUT', message, { cause }));
  }
  return error;
}

function replace(error: GraphQLError, by: ViewerError): GraphQLError {
  return new GraphQLError(by.message, {
    ...(error.nodes && { nodes: error.nodes }),
    ...(error.path && { path: error.path }),
    originalError: by,
  });
}

function isCollision(cause: unknown): boolean {
  if (cause instanceof DatabaseError) return cause.kind === 'deadlock' || cause.kind === 'serialization';
  // Prisma's own word for the same.
  return cause instanceof Error && 'code' in cause && cause.code === 'P2034';
}

/** What was thrown, below graphql-js's wrappers and those of libraries that say what caused them. */
function causeOf(error: unknown): unknown {
  let cause = error;
  for (let depth = 0; depth < 8 && cause instanceof Error; depth++) {
    if (cause instanceof DatabaseError) return cause;
    const next: unknown =
      cause instanceof GraphQLError && cause.originalError ? cause.originalError : cause.cause;
    if (!(next instanceof Error)) return cause;
    // A refusal that was put into words is what counts, not the words of the database beneath.
    if (cause instanceof ViewerError) return cause;
    cause = next;
  }
  return cause;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
