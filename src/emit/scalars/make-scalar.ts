import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { textFault } from '../../kit/check-text.ts';
import { preview } from '../../kit/preview.ts';

/** A value that a scalar refuses; the message says why and is meant for whoever sent it. */
export function refuse(scalar: string, value: unknown, expected: string): GraphQLError {
  return new GraphQLError(`${scalar} cannot represent ${preview(value)}: expected ${expected}.`, {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

export interface ScalarSpec {
  readonly name: string;
  readonly description: string;
  readonly specifiedByURL?: string;
  /** What comes from a client, as text or number, into the form that is bound to SQL. @throws GraphQLError */
  parse(value: unknown): unknown;
  /** What comes from the database or a custom resolver into JSON. @throws GraphQLError */
  serialize(value: unknown): unknown;
}

/** A scalar whose literals are strings or numbers. A number in the document is handed over as its text, undamaged. */
export function makeScalar(spec: ScalarSpec): GraphQLScalarType {
  return new GraphQLScalarType({
    name: spec.name,
    description: spec.description,
    ...(spec.specifiedByURL !== undefined && { specifiedByURL: spec.specifiedByURL }),
    parseValue: (value) => spec.parse(value),
    parseLiteral: (node) => spec.parse(literalValue(spec.name, node)),
    serialize: (value) => spec.serialize(value),
  });
}

/** A string that PostgreSQL can store. @throws GraphQLError */
export function requireText(scalar: string, value: unknown, expected: string): string {
  if (typeof value !== 'string') throw refuse(scalar, value, expected);
  const fault = textFault(value);
  if (fault !== undefined) throw new GraphQLError(`${scalar} cannot represent a string that ${fault}.`);
  return value;
}

/** Number literals come as text: `parse` of a numeric scalar takes both, and a float could not hold all digits. */
function literalValue(scalar: string, node: ValueNode): unknown {
  switch (node.kind) {
    case Kind.STRING:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return new NumberLiteral(node.value);
    case Kind.BOOLEAN:
      return node.value;
    default:
      throw new GraphQLError(`${scalar} cannot represent a list, an object or an enum value.`, {
        nodes: node,
      });
  }
}

/** The digits of a number as they stand in the document. */
export class NumberLiteral {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}
