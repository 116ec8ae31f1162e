import type { ObjectTypeDefinitionNode } from 'graphql';
import type { IdKind } from '../../model/app-model.ts';
import { directive, enumArgument } from '../arguments.ts';

/** `@id(auto:)` of the model's `id`, UUID7 where nothing is said. */
export function idKindOf(node: ObjectTypeDefinitionNode): IdKind {
  const id = node.fields?.find((field) => field.name.value === 'id');
  const auto = id && enumArgument(directive(id, 'id'), 'auto');
  return auto === 'INT' || auto === 'NONE' ? auto : 'UUID7';
}
