import DataLoader from 'dataloader';
import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import type { Entity } from '../../model/app-model.ts';
import type { ReadRow } from '../read/read-rows.ts';
import { readableRows } from '../read/readable.ts';
import { canonicalIdOf, selectRowsByIds } from '../read/rows-by-id.ts';
import type { RequestScope } from '../request-scope.ts';

export type RowLoader = DataLoader<string, ReadRow | undefined>;

/**
 * What `make` makes, once per selected field of the operation: graphql-js hands the same list of nodes to every row, so
 * rows share arguments, columns and batch. Forgotten when the scope's loaders are.
 */
export function perField<T extends object>(scope: RequestScope, info: GraphQLResolveInfo, make: () => T): T {
  let byField = scope.loaders.get('perField') as WeakMap<readonly FieldNode[], object> | undefined;
  if (!byField) {
    byField = new WeakMap();
    scope.loaders.set('perField', byField);
  }
  let made = byField.get(info.fieldNodes) as T | undefined;
  if (!made) {
    made = make();
    byField.set(info.fieldNodes, made);
  }
  return made;
}

/** Rows by id that the viewer may read; every place that wants the same columns shares a batch. */
export function rowLoader(scope: RequestScope, entity: Entity, columns: readonly string[]): RowLoader {
  const key = `row:${entity.name}:${columns.join(',')}`;
  let loader = scope.loaders.get(key) as RowLoader | undefined;
  if (!loader) {
    loader = new DataLoader((ids) => loadRows(scope, entity, columns, ids));
    scope.loaders.set(key, loader);
  }
  return loader;
}

async function loadRows(
  scope: RequestScope,
  entity: Entity,
  columns: readonly string[],
  ids: readonly string[],
): Promise<(ReadRow | undefined)[]> {
  const canonical = ids.map((id) => canonicalIdOf(entity, id));
  const wanted = [...new Set(canonical.filter((id) => id !== undefined))];
  const rows = await selectRowsByIds(scope, entity, wanted, columns, readableRows(scope, entity));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return canonical.map((id) => (id === undefined ? undefined : byId.get(id)));
}
