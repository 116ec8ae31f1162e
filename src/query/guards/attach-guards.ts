import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import type { AppModel } from '../../model/app-model.ts';
import type { GraphQLContext } from '../graphql-context.ts';
import type { RequestScope } from '../request-scope.ts';
import { type Guard, ROOTS } from './guard.ts';
import { listGuards, ruledNames } from './list-guards.ts';
import { type Ask, askShield } from './shield.ts';

type Field = GraphQLField<unknown, GraphQLContext>;
type Resolve = GraphQLFieldResolver<unknown, GraphQLContext>;

/** The guard on one field. What it has said to a request is kept with the request. */
export class Post {
  readonly isRoot: boolean;
  /** What it guards: `Person.email`, also under the other names that a relation has in the API. */
  readonly label: string;
  readonly #ask: Ask;

  constructor(isRoot: boolean, label: string, ask: Ask) {
    this.isRoot = isRoot;
    this.label = label;
    this.#ask = ask;
  }

  /** The refusal, null for none, undefined where nobody has asked yet. */
  known(scope: RequestScope): Error | null | undefined {
    return scope.verdicts.get(this);
  }

  async judge(scope: RequestScope): Promise<Error | null> {
    const { viewer } = scope;
    const verdict = (await this.#ask(scope)) ?? null;
    // Signing in meanwhile makes the rest of the request somebody else's.
    if (viewer !== scope.viewer) return this.judge(scope);
    scope.verdicts.set(this, verdict);
    return verdict;
  }
}

const postsOfSchema = new WeakMap<GraphQLSchema, ReadonlyMap<Field, Post>>();

/** The guarded fields of a schema. */
export function postsOf(schema: GraphQLSchema): ReadonlyMap<Field, Post> {
  return postsOfSchema.get(schema) ?? new Map();
}

/**
 * Puts a guard in front of every root field and every ruled field of `schema`, in place. All other fields keep their
 * resolvers untouched: a guard around each of them was measured to cost seven times the request.
 * @param extra guards of root fields that do not come from the model
 * @returns what is not guarded though it has to be; the app must not be served then
 */
export function attachGuards(
  schema: GraphQLSchema,
  app: AppModel,
  extra: readonly Guard[] = [],
): readonly string[] {
  const guards = [...listGuards(app), ...extra];
  const ask = askShield(schema, guards);
  const posts = new Map<Field, Post>();
  for (const { type, field: name, rule } of guards) {
    const field = fieldOf(schema, type, name);
    if (!field) continue;
    const post = new Post(ROOTS.includes(type), rule.replace(/^read /, ''), ask(type, name));
    if (type === 'Subscription') field.subscribe = guarded(post, field.subscribe ?? defaultFieldResolver);
    else field.resolve = guarded(post, field.resolve ?? defaultFieldResolver);
    posts.set(field, post);
  }
  postsOfSchema.set(schema, posts);
  return findUnguarded(schema, app, posts);
}

function findUnguarded(
  schema: GraphQLSchema,
  app: AppModel,
  posts: ReadonlyMap<Field, Post>,
): readonly string[] {
  const roots = ROOTS.flatMap((type) => fieldNames(schema, type).map((field) => [type, field] as const));
  const ruled = app.entities.flatMap((entity) =>
    entity.fields.flatMap(ruledNames).map((field) => [entity.name, field] as const),
  );
  return [...roots, ...ruled]
    .filter(([type, name]) => {
      const field = fieldOf(schema, type, name);
      return field === undefined || !posts.has(field);
    })
    .map(([type, name]) => `${type}.${name} has a rule or is a root field, and no guard stands before it.`);
}

function fieldNames(schema: GraphQLSchema, type: string): readonly string[] {
  const found = schema.getType(type);
  return isObjectType(found) ? Object.keys(found.getFields()) : [];
}

function fieldOf(schema: GraphQLSchema, type: string, name: string): Field | undefined {
  const found = schema.getType(type);
  return isObjectType(found) ? found.getFields()[name] : undefined;
}

/** Asks nobody where the operation has been admitted already; else asks first. */
function guarded(post: Post, resolve: Resolve): Resolve {
  const pass: Resolve = (source, args, context, info) => {
    const verdict = post.known(context.scope);
    if (verdict === null) return resolve(source, args, context, info);
    if (verdict === undefined) return post.judge(context.scope).then(() => pass(source, args, context, info));
    if (post.isRoot) throw verdict;
    context.scope.noteHidden(post.label);
    return null;
  };
  return pass;
}
