import {
  type FragmentDefinitionNode,
  type GraphQLSchema,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { AppModel, Entity } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import { whyNotSelected } from './why-not-compiled.ts';

/** A mutation that writes one row: what it does, to which entity. */
export interface OneRowWrite {
  readonly entity: Entity;
  readonly kind: 'create' | 'update' | 'delete';
}

/** Why a mutation is not answered by the one statement that writes its row; undefined where it is. */
export function whyNotOneRow(
  app: AppModel,
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): string | undefined {
  const write = oneRowWrite(app, operation);
  const type = write && schema.getType(write.entity.name);
  const [node] = operation.selectionSet.selections;
  if (!isObjectType(type) || node?.kind !== Kind.FIELD || !node.selectionSet)
    return 'It does more than to create, update or delete one row by its id.';
  return whyNotSelected({ app, schema, fragments }, type, node.selectionSet);
}

const writes = new WeakMap<AppModel, ReadonlyMap<string, OneRowWrite>>();

/** What a mutation does that writes one row and does nothing else. */
export function oneRowWrite(app: AppModel, operation: OperationDefinitionNode): OneRowWrite | undefined {
  const [node, ...others] = operation.selectionSet.selections;
  const isPlain = operation.operation === 'mutation' && others.length === 0 && node?.kind === Kind.FIELD;
  if (!isPlain || (node.directives ?? []).length > 0) return undefined;
  let byName = writes.get(app);
  if (!byName) {
    byName = new Map(app.entities.flatMap(writesOf));
    writes.set(app, byName);
  }
  return byName.get(node.name.value);
}

function writesOf(entity: Entity): readonly (readonly [string, OneRowWrite])[] {
  return (['create', 'update', 'delete'] as const).map((kind) => [names[kind](entity), { entity, kind }]);
}
