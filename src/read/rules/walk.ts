import type {
  ASTNode,
  ConstDirectiveNode,
  DirectiveLocation,
  FieldDefinitionNode,
  InputValueDefinitionNode,
  ObjectTypeDefinitionNode,
  TypeDefinitionNode,
} from 'graphql';
import { assertNever } from '../../kit/assert-never.ts';
import type { AuthorSchema } from '../author-schema.ts';
import { type FieldKind, fieldKind } from '../field-kind.ts';
import type { Judged } from './rule.ts';

export interface ModelField {
  readonly model: ObjectTypeDefinitionNode;
  readonly node: FieldDefinitionNode;
  readonly kind: FieldKind;
  /** `Task.title` */
  readonly path: string;
}

/** Every field of every model, in the order of the file. */
export function modelFields({ schema }: Judged): readonly ModelField[] {
  return [...schema.models.values()].flatMap((model) =>
    (model.fields ?? []).map((node) => ({
      model,
      node,
      kind: fieldKind(schema, node),
      path: `${model.name.value}.${node.name.value}`,
    })),
  );
}

/** Every type that the author defines, `Query` and its like excepted. */
export function everyType(schema: AuthorSchema): readonly TypeDefinitionNode[] {
  return [...schema.models.values(), ...schema.enums.values(), ...schema.customTypes.values()];
}

/** What a field definition belongs to; a directive may mean something on one and nothing on another. */
export type FieldOwner = 'model' | 'root' | 'custom type';

export interface DirectiveUse {
  readonly used: ConstDirectiveNode;
  readonly location: `${DirectiveLocation}`;
  readonly owner: FieldOwner | undefined;
  readonly on: ASTNode;
}

type Directed = ASTNode & { readonly directives?: readonly ConstDirectiveNode[] | undefined };

/** Every use of a directive, wherever it stands. */
export function directiveUses({ schema }: Judged): readonly DirectiveUse[] {
  return [
    ...everyType(schema).flatMap((type) => typeUses(schema, type)),
    ...schema.rootNodes.flatMap((node) => uses(node, 'OBJECT')),
    ...schema.roots.flatMap(({ node }) => fieldUses(node, 'root')),
  ];
}

function uses(on: Directed, location: DirectiveUse['location'], owner?: FieldOwner): DirectiveUse[] {
  return (on.directives ?? []).map((used) => ({ used, location, owner, on }));
}

function fieldUses(node: FieldDefinitionNode, owner: FieldOwner): DirectiveUse[] {
  return [
    ...uses(node, 'FIELD_DEFINITION', owner),
    ...(node.arguments ?? []).flatMap((item) => uses(item, 'ARGUMENT_DEFINITION')),
  ];
}

function typeUses(schema: AuthorSchema, type: TypeDefinitionNode): DirectiveUse[] {
  switch (type.kind) {
    case 'ObjectTypeDefinition':
    case 'InterfaceTypeDefinition': {
      const owner = schema.models.get(type.name.value) === type ? 'model' : 'custom type';
      const location = type.kind === 'ObjectTypeDefinition' ? 'OBJECT' : 'INTERFACE';
      return [
        ...uses(type, location, owner),
        ...(type.fields ?? []).flatMap((node) => fieldUses(node, owner)),
      ];
    }
    case 'InputObjectTypeDefinition':
      return [
        ...uses(type, 'INPUT_OBJECT'),
        ...(type.fields ?? []).flatMap((node: InputValueDefinitionNode) =>
          uses(node, 'INPUT_FIELD_DEFINITION'),
        ),
      ];
    case 'EnumTypeDefinition':
      return [...uses(type, 'ENUM'), ...(type.values ?? []).flatMap((value) => uses(value, 'ENUM_VALUE'))];
    case 'UnionTypeDefinition':
      return uses(type, 'UNION');
    case 'ScalarTypeDefinition':
      return uses(type, 'SCALAR');
    default:
      return assertNever(type);
  }
}
