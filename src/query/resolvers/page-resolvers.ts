import type { Entity } from '../../model/app-model.ts';
import { groupKeys } from '../../model/exposed-fields.ts';
import { names } from '../../model/names.ts';
import { AGGREGATE_FNS } from '../read/aggregate-plan.ts';
import type { ConnectionResult } from '../read/read-rows.ts';
import { property, type Resolver, type ResolverMap } from './resolver.ts';

/** Fields of the types around an entity: connections, edges, aggregates, groups, batches. All are plain properties. */
export function pageResolvers(entity: Entity): ResolverMap {
  const values = Object.fromEntries(
    [...entity.fields.map(({ name }) => name), ...groupKeys(entity).map(({ name }) => name)].map((name) => [
      name,
      property(name),
    ]),
  );
  const parts = AGGREGATE_FNS.map((fn) => [names[fn](entity), values] as const);
  return {
    [names.connection(entity)]: CONNECTION,
    [names.edge(entity)]: properties('cursor', 'node'),
    [names.aggregate(entity)]: properties('count', ...AGGREGATE_FNS),
    ...Object.fromEntries(parts),
    [names.group(entity)]: properties('key', 'aggregate'),
    [names.key(entity)]: values,
    [names.batch(entity)]: properties('count', 'nodes'),
  };
}

export const PAGE_INFO: Readonly<Record<string, Resolver>> = {
  hasNextPage: property('hasNextPage'),
  hasPreviousPage: property('hasPreviousPage'),
  startCursor: (source) => (source as ConnectionResult).cursors[0] ?? null,
  endCursor: (source) => (source as ConnectionResult).cursors.at(-1) ?? null,
};

const CONNECTION: Readonly<Record<string, Resolver>> = {
  edges: (source) => {
    const { rows, cursors } = source as ConnectionResult;
    return rows.map((node, index) => ({ node, cursor: cursors[index] }));
  },
  nodes: property('rows'),
  pageInfo: (source) => source,
  totalCount: property('totalCount'),
};

function properties(...fields: readonly string[]): Readonly<Record<string, Resolver>> {
  return Object.fromEntries(fields.map((name) => [name, property(name)]));
}

/** What a connection answers where the viewer can read nothing. */
export const EMPTY_CONNECTION: ConnectionResult = Object.freeze({
  rows: [],
  cursors: [],
  totalCount: 0,
  hasNextPage: false,
  hasPreviousPage: false,
});
