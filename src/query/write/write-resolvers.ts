import type { RuleBook } from '../../access/rule-book.ts';
import type { AppModel, Entity } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import type { ReadRow } from '../read/read-rows.ts';
import type { RequestScope } from '../request-scope.ts';
import type { Resolver, ResolverMap } from '../resolvers/resolver.ts';
import { createOne, createSeveral } from './roots/create.ts';
import { deleteOne, deleteWhere } from './roots/delete.ts';
import { updateOne, updateWhere } from './roots/update.ts';
import { upsertOne } from './roots/upsert.ts';

/** What a bulk mutation answers: `TaskBatch`. */
interface Batch {
  readonly count: number;
  readonly nodes: readonly ReadRow[];
}

type Root = (
  scope: RequestScope,
  entity: Entity,
  args: Readonly<Record<string, unknown>>,
) => Promise<ReadRow | readonly ReadRow[] | Batch>;

/**
 * Resolvers of every generated mutation, by type and field. They need a transaction around them: see `executeOperation`.
 * The rules are asked through the request's scope.
 */
export function writeResolvers(app: AppModel, _rules: RuleBook): ResolverMap {
  const roots = app.entities.flatMap((entity) =>
    rootsOf(entity).map(([name, root]) => [name, resolverOf(entity, root)] as const),
  );
  return { Mutation: Object.fromEntries(roots) };
}

function rootsOf(entity: Entity): readonly (readonly [string, Root])[] {
  return [
    [names.create(entity), createOne],
    [names.createMany(entity), createSeveral],
    [names.update(entity), updateOne],
    [names.updateMany(entity), updateWhere],
    [names.upsert(entity), upsertOne],
    [names.delete(entity), deleteOne],
    [names.deleteMany(entity), deleteWhere],
  ];
}

function resolverOf(entity: Entity, root: Root): Resolver {
  return async (_parent, args, { scope }) => {
    try {
      return await root(scope, entity, args);
    } finally {
      // Whatever was loaded before may be otherwise now.
      scope.loaders.clear();
    }
  };
}
