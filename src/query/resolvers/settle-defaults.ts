import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  valueFromAST,
} from 'graphql';
import { messageOf } from '../../kit/message-of.ts';

/**
 * Reads default values with the code that scalars have by now: a schema that is built from SDL has read them without.
 * @returns what is wrong with them, a line each
 */
export function settleDefaults(schema: GraphQLSchema): readonly string[] {
  const faults: string[] = [];
  const settled = new Set<GraphQLInputObjectType>();
  const settle = (place: string, input: GraphQLArgument | GraphQLInputField): void => {
    const { type, astNode } = input;
    const named = getNamedType(type);
    // A default may be completed by those of its fields.
    if (isInputObjectType(named)) settleFields(named);
    const hasCode = isInputObjectType(named) || (isScalarType(named) && !isSpecifiedScalarType(named));
    if (!hasCode || !astNode?.defaultValue) return;
    const value: unknown = valueFromAST(astNode.defaultValue, type);
    const fault = value === undefined ? `is no ${String(type)}.` : whyNotShown(value, type);
    if (fault === undefined) input.defaultValue = value;
    else faults.push(`The default of ${place} ${fault}`);
  };
  const settleFields = (type: GraphQLInputObjectType): void => {
    if (settled.has(type)) return;
    settled.add(type);
    for (const field of Object.values(type.getFields())) settle(`${type.name}.${field.name}`, field);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isInputObjectType(type)) settleFields(type);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields()))
      for (const arg of field.args) settle(`${type.name}.${field.name}(${arg.name}:)`, arg);
  }
  return faults;
}

/** graphql-js writes the default of a scalar as a text, a number, true or false, or it cannot describe the API at all. */
function whyNotShown(value: unknown, type: GraphQLInputType): string | undefined {
  try {
    astFromValue(value, type);
    return undefined;
  } catch (error) {
    const reason = messageOf(error).replace(/\.$/, '');
    return `cannot be told to clients (${reason}): leave it out, and let the resolver take null for it.`;
  }
}
