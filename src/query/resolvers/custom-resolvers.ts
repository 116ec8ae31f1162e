import type { GraphQLFieldResolver } from 'graphql';
import type { AppModel, CustomField, ResolvedField } from '../../model/app-model.ts';
import { ownScalars } from '../../model/own-scalars.ts';
import type { GraphQLContext } from '../graphql-context.ts';
import { decided, refusalToCall } from '../read/readable.ts';
import { runStatement, statementEnv } from '../read/run-statement.ts';
import type { RequestScope } from '../request-scope.ts';
import { exprToSql } from '../sql/predicate-to-sql.ts';
import { sql } from '../sql/sql.ts';
import { admit } from './admit.ts';
import { isScalarCode } from './author-scalars.ts';
import type { Resolver } from './resolver.ts';

/** What the author's `resolvers/*.ts` export: by type, by field. */
export type CustomResolvers = Readonly<Record<string, unknown>>;

/** The author's value for `type.field`, if there is one. */
export function customValue(custom: CustomResolvers, type: string, field: string): unknown {
  const fields = custom[type];
  if (typeof fields !== 'object' || fields === null || !Object.hasOwn(fields, field)) return undefined;
  return (fields as Readonly<Record<string, unknown>>)[field];
}

/** The author's function for a field of a model. @throws Error that names the export where there is none */
export function resolvedFieldResolver(custom: CustomResolvers, type: string, field: ResolvedField): Resolver {
  const value = customValue(custom, type, field.name);
  if (typeof value !== 'function') throw new Error(missing(type, field.name, field.place));
  return admitted(value as Resolver);
}

/** A custom root field: behind its call rule, and with what it answers read through the viewer's rules. */
export function customFieldResolvers(
  custom: CustomResolvers,
  field: CustomField,
): { resolve: Resolver; subscribe?: Resolver } {
  const value = customValue(custom, field.root, field.name);
  if (field.root === 'Subscription') return subscriptionResolvers(value, field);
  if (typeof value !== 'function') throw new Error(missing(field.root, field.name, field.place));
  return { resolve: behindCallRule(field, admitted(value as Resolver)) };
}

function subscriptionResolvers(
  value: unknown,
  field: CustomField,
): { resolve: Resolver; subscribe: Resolver } {
  const parts = (typeof value === 'function' ? { subscribe: value } : value) as
    | { subscribe?: unknown; resolve?: unknown }
    | undefined;
  if (typeof parts?.subscribe !== 'function') throw new Error(missing(field.root, field.name, field.place));
  const resolve =
    typeof parts.resolve === 'function'
      ? (parts.resolve as Resolver)
      : (source: unknown) => (source as Readonly<Record<string, unknown>>)[field.name];
  return { subscribe: behindCallRule(field, parts.subscribe as Resolver), resolve: admitted(resolve) };
}

/** A field of the author's own type: the author's function, or the property of that name. */
export function customTypeResolver(custom: CustomResolvers, type: string, name: string): Resolver {
  const value = customValue(custom, type, name);
  if (value !== undefined && typeof value !== 'function')
    throw new Error(`${type}.${name} in resolvers/*.ts is not a function`);
  return admitted((value as Resolver | undefined) ?? propertyOrMethod);
}

const propertyOrMethod: Resolver = (source, args, context, info) => {
  const value = (source as Readonly<Record<string, unknown>> | null)?.[info.fieldName];
  return typeof value === 'function' ? value.call(source, args, context, info) : value;
};

function admitted(resolve: GraphQLFieldResolver<unknown, GraphQLContext>): Resolver {
  return async (source, args, context, info) =>
    admit(await resolve(source, args, context, info), info.returnType, context, info);
}

function behindCallRule(field: CustomField, resolve: Resolver): Resolver {
  return async (source, args, context, info) => {
    const { scope } = context;
    if (!(await mayCall(scope, field))) throw refusalToCall(scope, field);
    return resolve(source, args, context, info);
  };
}

/** Most call rules need no row. One that follows the viewer's relations is asked of the database. */
async function mayCall(scope: RequestScope, field: CustomField): Promise<boolean> {
  const rule = scope.callRule(field.root, field.name);
  const known = decided(rule);
  if (known !== undefined) return known;
  const [row] = await runStatement(
    scope,
    sql`SELECT coalesce(${exprToSql(rule, statementEnv(scope))}, FALSE) AS allowed`,
  );
  return row?.allowed === true;
}

function missing(type: string, field: string, place: { file: string; line: number; column: number }): string {
  return (
    `${place.file}:${place.line}:${place.column} ${type}.${field} has no resolver: ` +
    `export \`const ${type} = { ${field}: async (parent, args, ctx) => … }\` from a file in resolvers/.`
  );
}

/** What the author exported that belongs to nothing. */
export function findStrayResolvers(
  app: AppModel,
  custom: CustomResolvers,
  used: ReadonlySet<string>,
): readonly string[] {
  const scalars = ownScalars(app);
  return Object.entries(custom).flatMap(([type, fields]) => {
    if (typeof fields !== 'object' || fields === null || isScalarCode(fields) || scalars.has(type)) return [];
    return Object.keys(fields)
      .filter((field) => !field.startsWith('__') && !used.has(`${type}.${field}`))
      .map((field) =>
        app.entityByName.has(type) || ['Query', 'Mutation', 'Subscription'].includes(type)
          ? `resolvers/*.ts export ${type}.${field}, which the schema does not declare as a field of your own.`
          : `resolvers/*.ts export ${type}.${field}, which is no field of the schema.`,
      );
  });
}
