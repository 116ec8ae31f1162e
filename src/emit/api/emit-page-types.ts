import type { Entity } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import type { SdlDefinition } from './sdl.ts';

/** `TaskConnection`, `TaskEdge` and `TaskBatch`. */
export function emitPageTypes(entity: Entity): readonly SdlDefinition[] {
  return [connectionType(entity), edgeType(entity), batchType(entity)];
}

function connectionType(entity: Entity): SdlDefinition {
  return {
    kind: 'type',
    name: names.connection(entity),
    description: `A page of ${entity.plural}.`,
    fields: [
      {
        name: 'edges',
        type: `[${names.edge(entity)}!]!`,
        description: 'The rows of the page, each with its cursor.',
      },
      { name: 'nodes', type: `[${entity.name}!]!`, description: 'The rows of the page.' },
      { name: 'pageInfo', type: 'PageInfo!', description: 'Whether there is more, and where to go on.' },
      { name: 'totalCount', type: 'Int!', description: 'Number of rows on all pages together.' },
    ],
  };
}

function edgeType(entity: Entity): SdlDefinition {
  return {
    kind: 'type',
    name: names.edge(entity),
    description: `One ${entity.singular} of a page.`,
    fields: [
      {
        name: 'cursor',
        type: 'String!',
        description: 'Where this row stands in the order; for `after` and `before`.',
      },
      { name: 'node', type: `${entity.name}!`, description: 'The row itself.' },
    ],
  };
}

function batchType(entity: Entity): SdlDefinition {
  return {
    kind: 'type',
    name: names.batch(entity),
    description: `What a write of several ${entity.plural} answers.`,
    fields: [
      { name: 'count', type: 'Int!', description: 'Number of rows written.' },
      { name: 'nodes', type: `[${entity.name}!]!`, description: 'The rows written.' },
    ],
  };
}
