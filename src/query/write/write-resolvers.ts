import type { RuleBook } from '../../access/rule-book.ts';
import type { AppModel, Entity } from '../../model/app-model.ts';
import type { ReadRow } from '../read/read-rows.ts';
import { selectRowsByIds } from '../read/rows-by-id.ts';
import type { RequestScope } from '../request-scope.ts';
import type { Resolver, ResolverMap } from '../resolvers/resolver.ts';
import { notFound } from './run/write-run.ts';
import { type WriteRoot, writeRoots } from './write-roots.ts';

/** What a bulk mutation answers: `TaskBatch`. */
interface Batch {
  readonly count: number;
  readonly nodes: readonly ReadRow[];
}

/**
 * Resolvers of every generated mutation, by type and field. They need a transaction around them: see `executeOperation`.
 * The rules are asked through the request's scope.
 */
export function writeResolvers(app: AppModel, _rules: RuleBook): ResolverMap {
  const roots = [...writeRoots(app)].map(([name, root]) => [name, resolverOf(root)] as const);
  return { Mutation: Object.fromEntries(roots) };
}

function resolverOf(root: WriteRoot): Resolver {
  return async (_parent, args, { scope }) => {
    try {
      return await root.write(scope, root.entity, args, (ids) => rowsOf(scope, root, ids));
    } finally {
      // Whatever was loaded before may be otherwise now.
      scope.loaders.clear();
    }
  };
}

/** @throws ViewerError NOT_FOUND where a cascade has taken the only row along */
async function rowsOf(
  scope: RequestScope,
  { entity, answers }: WriteRoot,
  ids: readonly string[],
): Promise<ReadRow | readonly ReadRow[] | Batch> {
  const nodes = await rowsInOrder(scope, entity, ids);
  if (answers === 'rows') return nodes;
  if (answers === 'batch') return { count: ids.length, nodes };
  const [row] = nodes;
  if (!row) throw notFound(entity);
  return row;
}

/** Rows as the writer is answered them: whether or not the read rule shows them; field rules hold. */
async function rowsInOrder(
  scope: RequestScope,
  entity: Entity,
  ids: readonly string[],
): Promise<readonly ReadRow[]> {
  const rows = await selectRowsByIds(scope, entity, ids);
  const byId = new Map(rows.map((row) => [String(row.id), row]));
  return ids.map((id) => byId.get(id)).filter((row) => row !== undefined);
}
