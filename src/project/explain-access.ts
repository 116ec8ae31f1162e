import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import type { RowOperation } from '../access/rule-book.ts';
import { didYouMean } from '../kit/suggest.ts';
import { UserError } from '../kit/user-error.ts';
import type { ViewerState } from '../model/viewer.ts';
import { OPERATION_RULES } from '../operations/index.ts';
import { executeOperation } from '../query/execute-operation.ts';
import { type Explanation, explainRow } from '../query/explain/index.ts';
import { RequestScope } from '../query/request-scope.ts';
import { completeViewer } from './complete-viewer.ts';
import type { OperationContext } from './make-resolver-context.ts';
import { ownRequest } from './own-request.ts';
import { asBehind, sayBehind } from './say-behind.ts';
import { makeApp, type ServeParts } from './serve-project.ts';
import { undo } from './undo.ts';

/** May this viewer do this to this row? */
export interface RowQuestion {
  readonly model: string;
  readonly operation: RowOperation;
  readonly id: string;
}

/** One rule that had to hold, and whether it does. */
export interface RowAnswer extends Explanation {
  readonly allowed: boolean;
}

/**
 * Judges a stored row as it is now: the read rule first, since what is not readable is not found, then the operation's.
 * @throws UserError for a model or an operation that does not exist, or a database that is behind
 */
export function explainRowAccess(
  parts: Pick<ServeParts, 'built' | 'database'>,
  viewer: ViewerState,
  question: RowQuestion,
): Promise<readonly RowAnswer[]> {
  return sayBehind(() => judgeRow(parts, viewer, question));
}

async function judgeRow(
  { built, database }: Pick<ServeParts, 'built' | 'database'>,
  viewer: ViewerState,
  { model, operation, id }: RowQuestion,
): Promise<readonly RowAnswer[]> {
  const { app, rules } = built;
  const entity = app.entityByName.get(model);
  if (!entity) {
    throw new UserError(`There is no model "${model}".${didYouMean(model, app.entityByName.keys())}`);
  }
  const scope = new RequestScope({
    app,
    rules,
    db: database.db,
    viewer: await completeViewer(app, viewer, database.db),
    now: new Date(),
    limits: { defaultPageSize: 1, maxPageSize: 1, maxListLength: 1 },
    explain: { committed: database.db },
  });
  const asked: RowOperation[] = ['update', 'delete'].includes(operation) ? ['read', operation] : [operation];
  const answers: RowAnswer[] = [];
  for (const one of asked) {
    const found = await explainRow(scope, { kind: 'row', entity, operation: one, id, image: 'now' });
    answers.push({ ...found, allowed: found.verdicts.some(({ rule }) => rule.holds === 'true') });
  }
  return answers;
}

/** An operation as its viewer would be answered, with reasons. */
export interface OperationAnswer {
  readonly data: unknown;
  readonly errors: readonly {
    readonly message: string;
    readonly code: unknown;
    readonly path?: readonly (string | number)[];
    readonly access?: Explanation;
  }[];
}

/**
 * Runs an operation as `viewer` and undoes it: the same rules, inputs and resolvers as over HTTP, with every denial
 * explained. What custom resolvers do beyond the database is done.
 * @throws UserError where the document is not valid, or the database is behind
 */
export async function explainOperation(
  parts: ServeParts,
  viewer: ViewerState,
  question: { readonly source: string; readonly variables: Readonly<Record<string, unknown>> },
): Promise<OperationAnswer> {
  const app = await makeApp(parts);
  try {
    const document = parsed(question.source);
    const faults = validate(app.schema, document, OPERATION_RULES);
    if (faults.length > 0) throw new UserError(faults.map((fault) => fault.message).join('\n'));
    if (!getOperationAST(document)) throw new UserError('The file must hold exactly one operation.');
    const { db } = parts.database;
    const context = (await app.createContext(ownRequest(viewer))) as OperationContext;
    const result = await undo(db, async (tx) => {
      context.scope.useConnection(tx);
      return executeOperation({
        schema: app.schema,
        document,
        variables: question.variables,
        context,
        db,
      });
    });
    const missing = result.errors?.map(({ originalError }) => asBehind(originalError)).find(Boolean);
    if (missing) throw missing;
    return describeResult(result);
  } finally {
    await app.dispose?.();
  }
}

function parsed(source: string): DocumentNode {
  try {
    return parse(source);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [place] = error.locations ?? [];
    throw new UserError(place ? `${place.line}:${place.column} ${error.message}` : error.message);
  }
}

function describeResult({ data, errors = [] }: ExecutionResult): OperationAnswer {
  return {
    data: data ?? null,
    errors: errors.map(({ message, path, extensions }) => ({
      message,
      code: extensions.code,
      ...(path && { path }),
      ...(extensions.access !== undefined && { access: extensions.access as Explanation }),
    })),
  };
}
