import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import type { AppModel } from '../../../model/app-model.ts';
import type { RequestScope } from '../../request-scope.ts';

/** What becomes of a mutation while its root fields run. */
interface OperationState {
  /** A root field has failed, so the rest would be undone anyway. */
  failed: boolean;
  /** Code of the author's has run, which may have done more than write to the transaction. */
  ranCustom: boolean;
}

/** Thrown for a root field that is not run any more; never shown beside the error that is the reason. */
class Skipped extends Error {}

const states = new WeakMap<RequestScope, OperationState>();
const guarded = new WeakSet<GraphQLSchema>();

export function beginOperation(scope: RequestScope): void {
  states.set(scope, { failed: false, ranCustom: false });
}

/** Whether running the operation once more would do nothing twice. */
export function mayRunAgain(scope: RequestScope): boolean {
  return states.get(scope)?.ranCustom !== true;
}

export function isSkipped(error: unknown): boolean {
  return error instanceof Skipped;
}

/**
 * Makes the root fields of mutations aware of each other: once one has failed, those after it do not run. graphql-js would
 * run them, on a transaction that is lost and with side effects that nobody undoes. Done once to each schema, in place,
 * because a field's resolver is the only hook that graphql-js has between two root fields.
 */
export function guardMutationFields(schema: GraphQLSchema): void {
  if (guarded.has(schema)) return;
  guarded.add(schema);
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    field.resolve = guard(field.name, field.resolve ?? defaultFieldResolver);
  }
}

type AnyResolver = GraphQLFieldResolver<unknown, { readonly scope: RequestScope }>;

function guard(name: string, resolve: AnyResolver): AnyResolver {
  return async (source, args, context, info) => {
    const state = states.get(context.scope);
    if (!state) return resolve(source, args, context, info);
    if (state.failed) throw new Skipped(`${name} did not run`);
    if (isCustom(context.scope.app, name)) state.ranCustom = true;
    try {
      return await resolve(source, args, context, info);
    } catch (error) {
      state.failed = true;
      throw error;
    }
  };
}

function isCustom(app: AppModel, name: string): boolean {
  return app.customFields.some((field) => field.root === 'Mutation' && field.name === name);
}
