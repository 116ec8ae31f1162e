import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ExecutionResult, execute, type GraphQLSchema, parse, validate } from 'graphql';
import { type Db, openPool, type Queryable, syncDevelopment } from '../../../src/data/index.ts';
import { scalarTypes } from '../../../src/emit/scalars/index.ts';
import { names } from '../../../src/model/names.ts';
import type { ViewerState } from '../../../src/model/viewer.ts';
import { type BuiltApp, buildApp } from '../../../src/pipeline.ts';
import { buildExecutableSchema } from '../../../src/query/build-executable-schema.ts';
import { type QueryLimits, RequestScope } from '../../../src/query/request-scope.ts';
import type { ResolverMap } from '../../../src/query/resolvers/resolver.ts';
import { createDatabase, runSql } from '../../support/database.ts';

export interface Asking {
  /** As if PostgreSQL were of this version. */
  readonly serverVersion?: number | undefined;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Default: the administrator, for whom no rule holds. */
  readonly viewer?: ViewerState;
  readonly limits?: Partial<QueryLimits>;
  readonly now?: Date;
}

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape of its query, which tests spell out.
export type Loose = any;

export interface Answer {
  readonly data: Loose;
  readonly errors: readonly { code: unknown; message: string; issues: Loose; path: unknown }[];
  /** Texts of the SQL statements that were run, in order. */
  readonly statements: readonly string[];
}

export interface Reads {
  readonly built: BuiltApp;
  readonly schema: GraphQLSchema;
  readonly db: Db;
  ask(document: string, asking?: Asking): Promise<Answer>;
  /** The data alone. @throws Error when there are errors */
  read(document: string, asking?: Asking): Promise<Loose>;
  run(sql: string): Promise<Record<string, unknown>[]>;
  /** `prepared`: names of the statements that were run as prepared ones. */
  scope(asking?: Asking): { scope: RequestScope; statements: string[]; prepared: string[] };
  stop(): Promise<void>;
}

/** A database with the tables of a schema, and its API for reading; the mutations are there and refuse. */
export async function startReads(sdl: string, custom: Record<string, unknown> = {}): Promise<Reads> {
  const built = buildApp([{ file: 'schema.graphql', text: sdl }], []);
  const database = await createDatabase();
  const desired = { prismaSchema: built.prismaSchema, objects: built.sqlObjects };
  const projectDir = mkdtempSync(join(tmpdir(), 'plinth-reads-'));
  await syncDevelopment({ url: database.url, projectDir, desired });
  const db = openPool({ url: database.url, max: 4 });
  const schema = buildExecutableSchema({
    app: built.app,
    rules: built.rules,
    apiSdl: built.apiSdl,
    scalars: scalarTypes,
    writeResolvers: refusingWrites(built),
    customResolvers: custom,
  });
  const scope = (asking: Asking = {}) => makeScope(built, db, asking);
  const ask = async (document: string, asking: Asking = {}) => {
    const { scope: own, statements } = scope(asking);
    return answer(schema, document, asking, own, statements);
  };
  return {
    built,
    schema,
    db,
    ask,
    scope,
    read: async (document, asking) => {
      const { data, errors } = await ask(document, asking);
      if (errors.length > 0)
        throw new Error(errors.map(({ code, message }) => `${code}: ${message}`).join('\n'));
      return data;
    },
    run: (sql) => runSql(database.url, sql),
    stop: async () => {
      await db.close();
      await database.drop();
    },
  };
}

function makeScope(built: BuiltApp, db: Db, asking: Asking) {
  const statements: string[] = [];
  const prepared: string[] = [];
  const counting: Queryable = {
    serverVersion: asking.serverVersion ?? db.serverVersion,
    query: (text, params, options) => {
      statements.push(text);
      return db.query(text, params, options);
    },
    execute: () => Promise.reject(new Error('Reading executes nothing')),
    readTexts: (text, params, options) => {
      statements.push(text);
      if (options?.name !== undefined) prepared.push(options.name);
      return db.readTexts(text, params, options);
    },
  };
  const scope = new RequestScope({
    app: built.app,
    rules: built.rules,
    db: counting,
    viewer: asking.viewer ?? { kind: 'admin' },
    now: asking.now ?? new Date(),
    limits: { defaultPageSize: 100, maxPageSize: 1000, maxListLength: 1000, ...asking.limits },
  });
  return { scope, statements, prepared };
}

async function answer(
  schema: GraphQLSchema,
  source: string,
  asking: Asking,
  scope: RequestScope,
  statements: string[],
): Promise<Answer> {
  const document = parse(source);
  const invalid = validate(schema, document);
  if (invalid.length > 0) throw new Error(invalid.map(({ message }) => message).join('\n'));
  const result = (await execute({
    schema,
    document,
    variableValues: asking.variables ?? {},
    contextValue: { scope },
  })) as ExecutionResult;
  const errors = (result.errors ?? []).map((error) => ({
    code: error.extensions.code ?? (error.originalError as Loose)?.code ?? 'UNEXPECTED',
    message: error.message,
    issues: error.extensions.issues,
    path: error.path,
  }));
  return { data: JSON.parse(JSON.stringify(result.data ?? null)), errors, statements };
}

function refusingWrites({ app }: BuiltApp): ResolverMap {
  const refuse = () => {
    throw new Error('These tests only read');
  };
  const fields = app.entities.flatMap((entity) =>
    (['create', 'createMany', 'update', 'updateMany', 'upsert', 'delete', 'deleteMany'] as const).map(
      (kind) => names[kind](entity),
    ),
  );
  return { Mutation: Object.fromEntries(fields.map((name) => [name, refuse])) };
}

/** An account without roles. */
export function as(id: string, roles: readonly string[] = []): ViewerState {
  return { kind: 'viewer', id, roles };
}

export const signedOut: ViewerState = { kind: 'signedOut' };
