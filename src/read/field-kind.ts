import type { FieldDefinitionNode } from 'graphql';
import type { ValueType } from '../model/app-model.ts';
import { scalarType } from '../model/scalars.ts';
import { argument, directive } from './arguments.ts';
import type { AuthorSchema } from './author-schema.ts';
import { typeShape } from './type-shape.ts';

/** What a field of a model is, going by its type, arguments and `@computed`. */
export type FieldKind =
  | { readonly kind: 'value'; readonly type: ValueType; readonly required: boolean }
  | { readonly kind: 'relation'; readonly target: string; readonly many: boolean; readonly required: boolean }
  | { readonly kind: 'computed'; readonly type: ValueType; readonly required: boolean }
  | { readonly kind: 'resolved' }
  | { readonly kind: 'unclear'; readonly because: Unclear };

/** Why a field cannot be understood; rules/field-type.ts explains each. */
export type Unclear =
  | 'unknownType'
  | 'customType'
  | 'customScalar'
  | 'inputType'
  | 'listOfLists'
  | 'nullableItems'
  | 'relationListShape'
  | 'computedRelation';

export function fieldKind(schema: AuthorSchema, node: FieldDefinitionNode): FieldKind {
  const computed = directive(node, 'computed');
  if ((node.arguments ?? []).length > 0) return { kind: 'resolved' };
  if (computed && argument(computed, 'sql') === undefined) return { kind: 'resolved' };
  const shape = typeShape(node.type);
  if (schema.models.has(shape.name)) {
    if (computed) return unclear('computedRelation');
    const many = shape.depth > 0;
    if (shape.depth > 1) return unclear('listOfLists');
    if (many && !(shape.required && shape.itemRequired)) return unclear('relationListShape');
    return { kind: 'relation', target: shape.name, many, required: shape.required };
  }
  const kind = valueKind(schema, shape.name);
  if (kind !== 'scalar' && kind !== 'enum') return unclear(kind);
  if (shape.depth > 1) return unclear('listOfLists');
  if (shape.depth === 1 && !shape.itemRequired) return unclear('nullableItems');
  return {
    kind: computed ? 'computed' : 'value',
    type: { kind, name: shape.name, list: shape.depth === 1 },
    required: shape.required,
  };
}

const unclear = (because: Unclear): FieldKind => ({ kind: 'unclear', because });

function valueKind(schema: AuthorSchema, name: string): 'scalar' | 'enum' | Unclear {
  if (schema.enums.has(name)) return 'enum';
  const custom = schema.customTypes.get(name);
  if (custom?.kind === 'ScalarTypeDefinition') return 'customScalar';
  if (custom?.kind === 'InputObjectTypeDefinition') return 'inputType';
  if (custom) return 'customType';
  return scalarType(name) ? 'scalar' : 'unknownType';
}
