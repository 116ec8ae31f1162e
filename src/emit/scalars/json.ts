import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { textFault } from '../../kit/check-text.ts';

/** Deeper JSON is refused: nobody stores it on purpose, and PostgreSQL and parsers run out of stack on it. */
const MAX_DEPTH = 100;

type Variables = Readonly<Record<string, unknown>> | null | undefined;

/** Any JSON value; bound to SQL as its text by whoever writes it. */
export const GraphQLJSON = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  parseValue: (value) => checked(value, 0),
  parseLiteral: (node, variables) => checked(fromLiteral(node, variables, 0), 0),
  serialize: (value) => value,
});

function checked(value: unknown, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new GraphQLError(`JSON cannot be nested deeper than ${MAX_DEPTH} levels.`);
  if (typeof value === 'string') checkString(value);
  else if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new GraphQLError('JSON cannot represent a number that is not finite.');
  } else if (Array.isArray(value)) for (const item of value) checked(item, depth + 1);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      checkString(key);
      checked(item, depth + 1);
    }
  } else if (value === undefined || typeof value === 'bigint' || typeof value === 'function') {
    throw new GraphQLError(`JSON cannot represent a value of type ${typeof value}.`);
  }
  return value;
}

function checkString(text: string): void {
  const fault = textFault(text);
  if (fault !== undefined) throw new GraphQLError(`JSON cannot represent a string that ${fault}.`);
}

function fromLiteral(node: ValueNode, variables: Variables, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new GraphQLError(`JSON cannot be nested deeper than ${MAX_DEPTH} levels.`);
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.NULL:
      return null;
    case Kind.LIST:
      return node.values.map((item) => fromLiteral(item, variables, depth + 1));
    case Kind.OBJECT:
      // `fromEntries` defines keys instead of assigning them, so that `__proto__` is a key like any other.
      return Object.fromEntries(
        node.fields.map((field) => [field.name.value, fromLiteral(field.value, variables, depth + 1)]),
      );
    case Kind.VARIABLE:
      return variables?.[node.name.value] ?? null;
  }
}
