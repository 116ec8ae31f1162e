import type { FieldDefinitionNode, ObjectTypeDefinitionNode } from 'graphql';
import { directive, directives, stringArgument, stringNodes } from '../arguments.ts';
import type { AuthorSchema } from '../author-schema.ts';
import { fieldKind } from '../field-kind.ts';

/** One field that leads from a model to a model. */
export interface RelationEnd {
  readonly owner: string;
  readonly node: FieldDefinitionNode;
  readonly target: string;
  readonly many: boolean;
  readonly required: boolean;
  /** `@relation(name:)`. */
  readonly name: string | undefined;
  /** `@unique` on it, on its declared key, or `@unique(fields:)` of it alone. */
  readonly unique: boolean;
  /** Name of its key, if it holds one. */
  readonly key: string;
  /** It names its key with `@relation(fields:)`, so it must be the side that holds one. */
  readonly namesKey: boolean;
}

export const endName = (end: RelationEnd): string => `${end.owner}.${end.node.name.value}`;

/** Every relation field of every model, in the order of the file; the first of a name counts. */
export function relationEnds(schema: AuthorSchema): readonly RelationEnd[] {
  return [...schema.models.values()].flatMap((model) => modelEnds(schema, model));
}

function modelEnds(schema: AuthorSchema, model: ObjectTypeDefinitionNode): RelationEnd[] {
  const seen = new Set<string>();
  return (model.fields ?? []).flatMap((node) => {
    if (seen.has(node.name.value)) return [];
    seen.add(node.name.value);
    const kind = fieldKind(schema, node);
    if (kind.kind !== 'relation') return [];
    const { target, many, required } = kind;
    const relation = directive(node, 'relation');
    const given = stringNodes(relation, 'fields')[0]?.value;
    const key = given ?? `${node.name.value}Id`;
    return [
      {
        owner: model.name.value,
        node,
        target,
        many,
        required,
        name: stringArgument(relation, 'name'),
        unique: isUnique(model, node, key),
        key,
        namesKey: given !== undefined,
      },
    ];
  });
}

function isUnique(model: ObjectTypeDefinitionNode, node: FieldDefinitionNode, key: string): boolean {
  const declaredKey = model.fields?.find((field) => field.name.value === key);
  if (directive(node, 'unique') || (declaredKey && directive(declaredKey, 'unique'))) return true;
  return directives(model, 'unique').some((used) => {
    const [only, ...more] = stringNodes(used, 'fields').map((item) => item.value);
    return more.length === 0 && (only === node.name.value || only === key);
  });
}
