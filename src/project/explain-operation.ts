import { type GraphQLError, print } from 'graphql';
import { ViewerError } from '../kit/viewer-error.ts';
import type { ViewerState } from '../model/viewer.ts';
import { documentId, type OperationSource } from '../operations/index.ts';
import { OperationCosts } from '../query/cost/index.ts';
import { findVariableFaults } from '../query/find-variable-faults.ts';
import { limitOperation, type PlinthApp } from '../serve/index.ts';
import type { OperationContext } from './make-resolver-context.ts';
import { ownRequest } from './own-request.ts';
import { type PickedOperation, pickOperation } from './pick-operation.ts';
import type { PlanKind, RecordedStatement } from './record-statements.ts';
import { sayBehind } from './say-behind.ts';
import { howWritten, seeStatements, whyNotCompiled } from './see-statements.ts';
import { makeApp, type ServeParts } from './serve-project.ts';

export interface OperationQuestion {
  readonly source: OperationSource;
  /** Which one of several. */
  readonly operationName?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly viewer: ViewerState;
  readonly plan?: PlanKind | undefined;
  /** Whether a mutation may be run to see its statements. */
  readonly run: boolean;
}

/** How an operation runs. */
export interface ExplainedOperation {
  readonly name: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** `admin`, `signed out`, or the id of the account. */
  readonly viewer: string;
  /** SHA-256 of the document as graphql-js prints it. */
  readonly documentId: string;
  readonly compiled: boolean;
  /** Why it runs through the resolvers, in a sentence. */
  readonly whyNot?: string;
  readonly cost: number;
  readonly costLimit: number;
  /** Undefined where they are not known without running it. */
  readonly statements?: readonly RecordedStatement[];
  /** Why it would be refused, or fails. */
  readonly errors: readonly { readonly message: string; readonly code: unknown }[];
}

/**
 * Says how an operation runs for a viewer. A compiled operation is one statement, which is not run, unless PostgreSQL's plan
 * with times is asked for. Any other query is run to see its statements, in a transaction that reads only. Whatever a mutation
 * writes is undone; what custom resolvers do outside of the database is done.
 * @throws ProblemsError, UserError as `pickOperation` does
 */
export async function explainQuestion(
  parts: ServeParts,
  question: OperationQuestion,
): Promise<ExplainedOperation> {
  const app = await makeApp(parts);
  try {
    const picked = pickOperation(parts.project, app.schema, question.source, question.operationName);
    return await sayBehind(() => explain(parts, app, picked, question));
  } finally {
    await app.dispose?.();
  }
}

async function explain(
  parts: ServeParts,
  app: PlinthApp,
  picked: PickedOperation,
  question: OperationQuestion,
): Promise<ExplainedOperation> {
  const { name, document, operation } = picked;
  const { variables, viewer, plan, run } = question;
  const whyNot = whyNotCompiled({ parts, app, picked });
  const cost = costOf(parts, app, picked, variables);
  const known = {
    name,
    kind: operation.operation,
    viewer: nameOf(viewer),
    documentId: documentId(print(document)),
    compiled: whyNot === undefined,
    ...(whyNot !== undefined && { whyNot }),
    cost,
    costLimit: parts.config.limits.cost,
  };
  const refusals = refusalsOf(parts, app, picked, variables, cost);
  if (refusals.length > 0) return { ...known, errors: refusals.map(describe) };
  const context = (await app.createContext(ownRequest(viewer))) as OperationContext;
  const how = whyNot === undefined ? undefined : howWritten({ parts, app, picked, variables }, context);
  const mayRun = run || operation.operation === 'query';
  const seen = await seeStatements({ parts, app, picked, variables, plan, mayRun }, context);
  const told = how === undefined ? known : { ...known, whyNot: `${whyNot} ${how}` };
  return { ...told, ...seen, errors: seen.errors.map(describe) };
}

function nameOf(viewer: ViewerState): string {
  if (viewer.kind === 'admin') return 'admin';
  return viewer.kind === 'viewer' ? viewer.id : 'signed out';
}

type Variables = OperationQuestion['variables'];

function costOf(
  { built, config }: ServeParts,
  { schema }: PlinthApp,
  { document, operation }: PickedOperation,
  variables: Variables,
): number {
  const costs = new OperationCosts({ app: built.app, schema, limits: config.limits });
  return Math.ceil(costs.costOf(document, operation, variables));
}

/** What is decided before anything runs. */
function refusalsOf(
  { config: { limits } }: ServeParts,
  { schema }: PlinthApp,
  { document, operation }: PickedOperation,
  variables: Variables,
  cost: number,
): readonly GraphQLError[] {
  try {
    limitOperation(print(document), limits);
  } catch (error) {
    if (error instanceof ViewerError) return [error];
    throw error;
  }
  const faults = findVariableFaults(schema, operation, variables);
  if (cost <= limits.cost) return faults;
  const message = `The operation may cost ${cost} (rows × fields); the limit is ${limits.cost}.`;
  return [...faults, new ViewerError('OPERATION_TOO_COMPLEX', message)];
}

function describe({ message, extensions }: GraphQLError): ExplainedOperation['errors'][number] {
  return { message, code: extensions.code };
}
