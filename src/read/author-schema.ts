import {
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from 'graphql';
import type { CustomField } from '../model/app-model.ts';
import { scalarType } from '../model/scalars.ts';

/** The author's definitions by what they mean here, extensions merged in. Nothing is judged yet. */
export interface AuthorSchema {
  readonly models: ReadonlyMap<string, ObjectTypeDefinitionNode>;
  readonly enums: ReadonlyMap<string, EnumTypeDefinitionNode>;
  /** Not stored: objects, inputs, interfaces, unions and scalars. */
  readonly customTypes: ReadonlyMap<string, TypeDefinitionNode>;
  readonly roots: readonly RootField[];
  /** Definitions and extensions of `Query`, `Mutation` and `Subscription` themselves. */
  readonly rootNodes: readonly RootNode[];
  /** Second definitions of one name. */
  readonly repeated: readonly TypeDefinitionNode[];
  /** What has no place in `schema.graphql`. */
  readonly strays: readonly DefinitionNode[];
}

export interface RootField {
  readonly root: CustomField['root'];
  readonly node: FieldDefinitionNode;
}

type RootNode = Extract<DefinitionNode, { kind: 'ObjectTypeDefinition' | 'ObjectTypeExtension' }>;

const ROOTS: readonly string[] = ['Query', 'Mutation', 'Subscription'];

export function isRootName(name: string): name is CustomField['root'] {
  return ROOTS.includes(name);
}

export function authorSchema(documents: readonly DocumentNode[]): AuthorSchema {
  const definitions = documents.flatMap((document) => document.definitions);
  const types = new Map<string, TypeDefinitionNode>();
  const repeated: TypeDefinitionNode[] = [];
  const strays: DefinitionNode[] = [];
  const extensions: TypeExtensionNode[] = [];
  const rootNodes: RootNode[] = [];
  for (const node of definitions) {
    if (isRootNode(node)) rootNodes.push(node);
    else if (isTypeDefinition(node)) {
      if (types.has(node.name.value)) repeated.push(node);
      // Authors may declare the scalars that exist anyway, to please an editor.
      else if (node.kind !== Kind.SCALAR_TYPE_DEFINITION || !scalarType(node.name.value)) {
        types.set(node.name.value, node);
      }
    } else if (isTypeExtension(node)) extensions.push(node);
    else strays.push(node);
  }
  for (const node of extensions) {
    const merged = merge(types.get(node.name.value), node);
    if (merged) types.set(node.name.value, merged);
    else strays.push(node);
  }
  return { ...sortOut(types), roots: rootNodes.flatMap(rootFields), rootNodes, repeated, strays };
}

function sortOut(types: ReadonlyMap<string, TypeDefinitionNode>) {
  const models = new Map<string, ObjectTypeDefinitionNode>();
  const enums = new Map<string, EnumTypeDefinitionNode>();
  const customTypes = new Map<string, TypeDefinitionNode>();
  for (const [name, node] of types) {
    if (node.kind === Kind.ENUM_TYPE_DEFINITION) enums.set(name, node);
    else if (node.kind === Kind.OBJECT_TYPE_DEFINITION && hasDirective(node, 'model')) models.set(name, node);
    else customTypes.set(name, node);
  }
  return { models, enums, customTypes };
}

export function hasDirective(
  node: { readonly directives?: readonly { readonly name: { readonly value: string } }[] | undefined },
  name: string,
): boolean {
  return (node.directives ?? []).some((directive) => directive.name.value === name);
}

function isRootNode(node: DefinitionNode): node is RootNode {
  return (
    (node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION) &&
    isRootName(node.name.value)
  );
}

function rootFields(node: RootNode): RootField[] {
  const root = node.name.value;
  return isRootName(root) ? (node.fields ?? []).map((field) => ({ root, node: field })) : [];
}

function isTypeDefinition(node: DefinitionNode): node is TypeDefinitionNode {
  return node.kind.endsWith('TypeDefinition');
}

function isTypeExtension(node: DefinitionNode): node is TypeExtensionNode {
  return node.kind.endsWith('TypeExtension');
}

/** The definition with the extension's members appended; undefined where the two are of different kinds. */
function merge(
  base: TypeDefinitionNode | undefined,
  extra: TypeExtensionNode,
): TypeDefinitionNode | undefined {
  if (base === undefined || base.kind.replace('Definition', 'Extension') !== extra.kind) return undefined;
  const members = ['directives', 'interfaces', 'fields', 'values', 'types'] as const;
  const joined: Record<string, unknown> = { ...base };
  for (const member of members) {
    const added = (extra as unknown as Record<string, unknown>)[member];
    const own = joined[member];
    if (Array.isArray(added)) joined[member] = [...(Array.isArray(own) ? own : []), ...added];
  }
  return joined as unknown as TypeDefinitionNode;
}
