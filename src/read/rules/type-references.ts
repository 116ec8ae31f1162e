import type { FieldDefinitionNode, InputValueDefinitionNode, TypeNode } from 'graphql';
import { scalarType } from '../../model/scalars.ts';
import { generatedTypes } from '../generated-types.ts';
import { typeShape } from '../type-shape.ts';
import { namedTypePlace, unknownType } from './field-types.ts';
import type { Judged, Rule } from './rule.ts';
import { modelFields } from './walk.ts';

type Role = 'input' | 'output' | 'both';

/** Types that custom fields, resolved fields and types of the author's own mention: known, and of the right kind. */
export const typeReferences: Rule = (judged) => {
  const { schema } = judged;
  const generated = new Map(generatedTypes(judged.app).map((type) => [type.name, type.role]));
  const roles = (name: string): Role | undefined => roleOf(judged, name) ?? generated.get(name);
  for (const { node } of schema.roots) fieldReferences(judged, roles, node);
  for (const { node, kind } of modelFields(judged)) {
    if (kind.kind === 'resolved') fieldReferences(judged, roles, node);
  }
  for (const type of schema.customTypes.values()) {
    if (type.kind === 'InputObjectTypeDefinition') inputReferences(judged, roles, type.fields ?? []);
    if (type.kind === 'ObjectTypeDefinition' || type.kind === 'InterfaceTypeDefinition') {
      for (const field of type.fields ?? []) fieldReferences(judged, roles, field);
    }
  }
};

function roleOf({ schema }: Judged, name: string): Role | undefined {
  if (schema.models.has(name)) return 'output';
  if (schema.enums.has(name) || scalarType(name)) return 'both';
  const custom = schema.customTypes.get(name);
  if (!custom) return undefined;
  if (custom.kind === 'ScalarTypeDefinition') return 'both';
  return custom.kind === 'InputObjectTypeDefinition' ? 'input' : 'output';
}

type Roles = (name: string) => Role | undefined;

function fieldReferences(judged: Judged, roles: Roles, node: FieldDefinitionNode): void {
  check(judged, roles, node.type, 'output');
  inputReferences(judged, roles, node.arguments ?? []);
}

function inputReferences(judged: Judged, roles: Roles, nodes: readonly InputValueDefinitionNode[]): void {
  for (const node of nodes) check(judged, roles, node.type, 'input');
}

function check(judged: Judged, roles: Roles, type: TypeNode, wanted: 'input' | 'output'): void {
  const { name } = typeShape(type);
  const role = roles(name);
  const place = namedTypePlace(type);
  if (role === undefined) judged.problems.error(place, 'UNKNOWN_TYPE', unknownType(judged, name));
  else if (role !== 'both' && role !== wanted) {
    const message =
      wanted === 'output'
        ? `${name} is an input and cannot be the type of a field. Use a type or a scalar.`
        : `${name} is a type that is answered, and cannot be given as an argument or input field. Take its id, or define an input.`;
    judged.problems.error(place, wanted === 'output' ? 'INPUT_AS_OUTPUT' : 'OUTPUT_AS_INPUT', message);
  }
}
