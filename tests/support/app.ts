import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DocumentNode, type ExecutionResult, type GraphQLSchema, parse, validate } from 'graphql';
import { type Db, openPool, syncDevelopment } from '../../src/data/index.ts';
import { scalarTypes } from '../../src/emit/index.ts';
import { fromByteText } from '../../src/kit/byte-text.ts';
import type { ViewerState } from '../../src/model/viewer.ts';
import { type BuiltApp, buildApp } from '../../src/pipeline.ts';
import { buildExecutableSchema } from '../../src/query/build-executable-schema.ts';
import { CompiledQueries, CompiledWrites, MutationAnswers } from '../../src/query/compile/index.ts';
import { executeOperation, idempotencyTableSql } from '../../src/query/execute-operation.ts';
import { type QueryLimits, RequestScope } from '../../src/query/request-scope.ts';
import { writeResolvers } from '../../src/query/write/index.ts';
import { createDatabase, type TestDatabase } from './database.ts';

export interface TestAppOptions {
  /** What `resolvers/*.ts` would export, by type. */
  readonly resolvers?: Parameters<typeof buildExecutableSchema>[0]['customResolvers'];
  readonly limits?: Partial<QueryLimits>;
  /** Whether denials explain themselves, as in development. */
  readonly explain?: boolean;
}

export interface AskOptions {
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  /** Connection of another pool on the same database. */
  readonly db?: Db;
  /** False: step by step, even what could be one statement. */
  readonly compile?: boolean;
  /** When the request began. */
  readonly now?: Date;
}

/** An answer with its errors reduced to what a viewer sees of them. */
export interface Answer<T = Record<string, unknown>> {
  readonly data: T | null | undefined;
  readonly errors: readonly AnswerError[];
  /** Codes of the errors, in order. */
  readonly codes: readonly unknown[];
}

export interface AnswerError {
  readonly message: string;
  readonly path: readonly (string | number)[] | undefined;
  readonly code: unknown;
  readonly issues: readonly { path: readonly (string | number)[]; message: string; constraint?: string }[];
  readonly original: unknown;
  /** `extensions.access`: why it was denied. */
  readonly access: unknown;
}

export interface TestApp {
  readonly built: BuiltApp;
  readonly schema: GraphQLSchema;
  readonly db: Db;
  readonly database: TestDatabase;
  /** Runs one operation; `viewer` is the administrator where it is not given. */
  graphql<T = Record<string, unknown>>(
    source: string,
    variables?: Readonly<Record<string, unknown>>,
    viewer?: ViewerState,
    options?: AskOptions,
  ): Promise<Answer<T>>;
  /** As `graphql`; throws when there is any error. */
  data<T = Record<string, unknown>>(
    source: string,
    variables?: Readonly<Record<string, unknown>>,
    viewer?: ViewerState,
  ): Promise<T>;
  /** The answer of the compiled path; undefined where the resolvers answer. */
  compiled(
    source: string,
    variables: Readonly<Record<string, unknown>>,
    viewer: ViewerState,
  ): Promise<unknown>;
  /** SQL statements since the last call, apart from BEGIN, COMMIT and ROLLBACK. */
  statements(): string[];
  close(): Promise<void>;
}

export const ADMIN: ViewerState = { kind: 'admin' };
export const SIGNED_OUT: ViewerState = { kind: 'signedOut' };

/** A viewer by id, with roles if any. */
export function as(id: string, ...roles: string[]): ViewerState {
  return { kind: 'viewer', id, roles };
}

const LIMITS: QueryLimits = { defaultPageSize: 100, maxPageSize: 1000, maxListLength: 1000 };

/** Builds the whole API of a schema over a database of its own. */
export async function createTestApp(sdl: string, options: TestAppOptions = {}): Promise<TestApp> {
  const built = buildApp([{ file: 'schema.graphql', text: sdl }], []);
  const database = await createDatabase();
  await migrate(built, database);
  const db = openPool({ url: database.url, max: 20, statementTimeoutMs: 20_000 });
  const seen = listen(db);
  await db.execute(idempotencyTableSql);
  const schema = buildExecutableSchema({
    app: built.app,
    rules: built.rules,
    apiSdl: built.apiSdl,
    scalars: scalarTypes,
    writeResolvers: writeResolvers(built.app, built.rules),
    customResolvers: options.resolvers ?? {},
  });
  const scopeOf = (viewer: ViewerState, ask: AskOptions): RequestScope =>
    new RequestScope({
      app: built.app,
      rules: built.rules,
      db: ask.db ?? db,
      viewer,
      now: ask.now ?? new Date(),
      limits: { ...LIMITS, ...options.limits },
      ...signalOf(ask),
      ...(options.explain && { explain: { committed: db } }),
    });
  const onFault = (error: unknown): never => {
    throw error;
  };
  const writes = new CompiledWrites({ app: built.app, rules: built.rules, schema, onFault }, db);
  const mutations = new MutationAnswers({ app: built.app, rules: built.rules, schema, onFault });
  // One document per text, as Apollo has it: what is compiled is remembered by document.
  const documents = new Map<string, DocumentNode>();
  const graphql: TestApp['graphql'] = async (source, variables = {}, viewer = ADMIN, ask = {}) => {
    const document = documents.get(source) ?? parse(source);
    documents.set(source, document);
    const invalid = validate(schema, document);
    if (invalid.length > 0) return answerOf({ errors: invalid });
    const scope = scopeOf(viewer, ask);
    if (ask.compile !== false && ask.idempotencyKey === undefined && !ask.db) {
      const text = await writes.answer({ document, variables, scope });
      if (text !== undefined) return answerOf({ data: JSON.parse(fromByteText(text)) });
    }
    const context = { scope, api: undefined };
    return answerOf(
      await executeOperation({
        schema,
        document,
        variables,
        context,
        db: ask.db ?? db,
        idempotencyKey: ask.idempotencyKey,
        signal: ask.signal,
        ...(ask.compile !== false && { mutations }),
      }),
    );
  };
  return {
    built,
    schema,
    db,
    database,
    graphql,
    data: async (source, variables, viewer) => {
      const answer = await graphql(source, variables, viewer);
      if (answer.errors.length > 0)
        throw new Error(describeErrors(answer), { cause: answer.errors[0]?.original });
      return answer.data as never;
    },
    compiled: async (source, variables, viewer) => {
      const queries = new CompiledQueries({ app: built.app, rules: built.rules, schema, onFault });
      const scope = scopeOf(viewer, {});
      const text = await queries.answer({ document: parse(source), variables, scope });
      return text === undefined ? undefined : (JSON.parse(fromByteText(text)) as unknown);
    },
    statements: () => seen.splice(0),
    close: async () => {
      await db.close();
      await database.drop();
    },
  };
}

async function migrate(built: BuiltApp, database: TestDatabase): Promise<void> {
  const projectDir = mkdtempSync(join(tmpdir(), 'plinth-test-'));
  try {
    const desired = { prismaSchema: built.prismaSchema, objects: built.sqlObjects };
    const result = await syncDevelopment({ url: database.url, projectDir, desired });
    if (result.outcome === 'refused') throw new Error(`Not migrated: ${JSON.stringify(result.findings)}`);
  } finally {
    rmSync(projectDir, { recursive: true, force: true });
  }
}

/** Notes the text of every statement that the pool's connections run. */
function listen(db: Db): string[] {
  const seen: string[] = [];
  db.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      const [first] = args;
      const text = typeof first === 'string' ? first : (first as { text?: string } | undefined)?.text;
      if (text !== undefined && !/^(BEGIN|COMMIT|ROLLBACK$)/.test(text)) seen.push(text);
      return query(...args);
    }) as typeof client.query;
  });
  return seen;
}

function answerOf<T>(result: ExecutionResult): Answer<T> {
  const errors = (result.errors ?? []).map((error) => ({
    message: error.message,
    path: error.path,
    code: error.extensions.code,
    issues: (error.extensions.issues ?? []) as AnswerError['issues'],
    original: error.originalError,
    access: error.extensions.access,
  }));
  // Objects of graphql-js have no prototype, which comparisons in tests would stumble over.
  const data = result.data === undefined ? undefined : (JSON.parse(JSON.stringify(result.data)) as T | null);
  return { data, errors, codes: errors.map((error) => error.code) };
}

function describeErrors({ errors }: Answer<unknown>): string {
  return errors.map(({ code, message, issues }) => `${code} ${message} ${JSON.stringify(issues)}`).join('\n');
}

function signalOf({ signal }: AskOptions): { signal?: () => AbortSignal } {
  return signal ? { signal: () => signal } : {};
}
