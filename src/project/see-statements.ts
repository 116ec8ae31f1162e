import type { GraphQLError } from 'graphql';
import type { Queryable, Tx } from '../data/index.ts';
import {
  CompiledQueries,
  type CompiledQueriesParts,
  CompiledWrites,
  MutationAnswers,
} from '../query/compile/index.ts';
import { executeOperation } from '../query/execute-operation.ts';
import type { PlinthApp } from '../serve/index.ts';
import type { OperationContext } from './make-resolver-context.ts';
import type { PickedOperation } from './pick-operation.ts';
import { NotRun, type PlanKind, type RecordedStatement, Recorder } from './record-statements.ts';
import type { ServeParts } from './serve-project.ts';
import { undo } from './undo.ts';

/** An operation whose statements are looked at. */
export interface Seen {
  readonly parts: ServeParts;
  readonly app: PlinthApp;
  readonly picked: PickedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly plan: PlanKind | undefined;
  /** Whether the resolvers may run it, where it is not one statement. */
  readonly mayRun: boolean;
}

/** What was seen; statements are undefined where the operation would have to be run for them. */
export interface SeenStatements {
  readonly statements?: readonly RecordedStatement[];
  readonly errors: readonly GraphQLError[];
}

/** Why an operation runs through the resolvers, in a sentence; undefined where it is compiled. */
export function whyNotCompiled(seen: Pick<Seen, 'parts' | 'app' | 'picked'>): string | undefined {
  const path = compiledPath(seen, seen.parts.database.db);
  const parts = compilingParts(seen);
  if (!path || !parts) return 'PLINTH_COMPILE=0 turns it off.';
  const { document, operation } = seen.picked;
  const reason = path.whyNot(document, operation.name?.value);
  if (reason === undefined || operation.operation !== 'mutation') return reason;
  return new MutationAnswers(parts).whyNot(document, operation.name?.value) ?? reason;
}

/** How a mutation runs that is not one statement; undefined for what the resolvers run, as whatever is no mutation. */
export function howWritten(
  { parts, app, picked, variables }: Pick<Seen, 'parts' | 'app' | 'picked' | 'variables'>,
  context: OperationContext,
): string | undefined {
  const compiling = compilingParts({ parts, app });
  const { document, operation } = picked;
  const operationName = operation.name?.value;
  const answers = compiling && new MutationAnswers(compiling);
  if (!answers || answers.whyNot(document, operationName) !== undefined) return undefined;
  const { db } = parts.database;
  const request = { schema: app.schema, document, operationName, variables, context, db };
  return answers.prepare(request)
    ? 'It is written step by step, and each of its fields is answered by one statement.'
    : 'It is written step by step, and the resolvers answer it: it looks at rows that go with those that it deletes, or part of it would be refused.';
}

/** A compiled operation is not run. Anything else is, with everything undone that it writes. */
export async function seeStatements(seen: Seen, context: OperationContext): Promise<SeenStatements> {
  const readOnly = seen.picked.operation.operation === 'query';
  return undo(
    seen.parts.database.db,
    async (tx) => {
      const statements = await seeCompiled(seen, context, tx);
      if (statements) return { statements, errors: [] };
      return seen.mayRun ? runAndSee(seen, context, tx) : { errors: [] };
    },
    { readOnly },
  );
}

/** The statement of a compiled operation; undefined where the resolvers have to be asked. */
async function seeCompiled(
  { plan, picked, variables, ...rest }: Seen,
  { scope }: OperationContext,
  tx: Tx,
): Promise<readonly RecordedStatement[] | undefined> {
  const recorder = new Recorder(tx, { plan, runs: false });
  const path = compiledPath({ ...rest, picked }, recorder);
  scope.useConnection(recorder);
  const { document, operation } = picked;
  const request = { document, operationName: operation.name?.value, variables, scope };
  try {
    return (await path?.answer(request)) === undefined ? undefined : recorder.statements;
  } catch (error) {
    if (error instanceof NotRun) return recorder.statements;
    throw error;
  }
}

async function runAndSee(seen: Seen, context: OperationContext, tx: Tx): Promise<SeenStatements> {
  const { parts, app, picked, variables, plan } = seen;
  const recorder = new Recorder(tx, { plan, runs: true });
  context.scope.useConnection(recorder);
  const { document, operation } = picked;
  const operationName = operation.name?.value;
  const compiling = compilingParts(seen);
  const { errors = [] } = await executeOperation({
    schema: app.schema,
    document,
    ...(operationName !== undefined && { operationName }),
    variables,
    context,
    db: parts.database.db,
    mutations: compiling && new MutationAnswers(compiling),
  });
  return { statements: recorder.statements, errors };
}

/** What answers an operation by one statement, if it can. `db` is where writing happens. */
function compiledPath(
  { parts, app, picked }: Pick<Seen, 'parts' | 'app' | 'picked'>,
  db: Queryable,
): Pick<CompiledQueries, 'whyNot' | 'answer'> | undefined {
  const made = compilingParts({ parts, app });
  if (!made) return undefined;
  const isMutation = picked.operation.operation === 'mutation';
  return isMutation ? new CompiledWrites(made, db) : new CompiledQueries(made);
}

function compilingParts({ parts, app }: Pick<Seen, 'parts' | 'app'>): CompiledQueriesParts | undefined {
  if (!parts.config.compile) return undefined;
  const onFault = (error: unknown): never => {
    throw error;
  };
  return { app: parts.built.app, rules: parts.built.rules, schema: app.schema, onFault };
}
