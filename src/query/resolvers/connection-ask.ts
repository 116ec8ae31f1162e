import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import type { Entity } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import type { ConnectionAsk } from '../read/read-rows.ts';
import { selectedFields } from '../read/selection.ts';
import type { RequestScope } from '../request-scope.ts';
import { neededColumns } from './needed-columns.ts';

/** What a selected connection of `entity` has to compute, and the columns that its nodes need. */
export function connectionAsk(
  scope: RequestScope,
  entity: Entity,
  info: GraphQLResolveInfo,
): { ask: ConnectionAsk; columns: readonly string[] } {
  const parts = new Map(
    selectedFields(info, info.fieldNodes, names.connection(entity)).map(({ name, nodes }) => [name, nodes]),
  );
  const edges = selectedFields(info, parts.get('edges') ?? [], names.edge(entity));
  const pageInfo = selectedFields(info, parts.get('pageInfo') ?? [], 'PageInfo').map(({ name }) => name);
  const nodes: readonly FieldNode[] = [
    ...(parts.get('nodes') ?? []),
    ...edges.filter(({ name }) => name === 'node').flatMap((edge) => edge.nodes),
  ];
  const ask: ConnectionAsk = {
    rows: parts.has('edges') || parts.has('nodes'),
    cursors:
      edges.some(({ name }) => name === 'cursor') ||
      pageInfo.includes('startCursor') ||
      pageInfo.includes('endCursor'),
    totalCount: parts.has('totalCount'),
    pageInfo: pageInfo.includes('hasNextPage') || pageInfo.includes('hasPreviousPage'),
  };
  return { ask, columns: neededColumns(scope, entity, info, nodes) };
}
