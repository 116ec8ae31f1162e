import type { GraphQLScalarType } from 'graphql';
import { graphqlScalars, type Library } from '../../kit/graphql-scalars.ts';
import { makeScalar, NumberLiteral, refuse, requireText } from './make-scalar.ts';

const INT4_MIN = -(2 ** 31);
const INT4_MAX = 2 ** 31 - 1;

/** Which of its scalars is meant. They are looked up when there is a value: the library is loaded late. */
type Choose = (library: Library) => GraphQLScalarType;

/**
 * A string that a scalar of graphql-scalars accepts. What is stored is answered as it is: it was checked when it was
 * written, and rows that came in by other ways must still be readable.
 */
export function refinedText(name: string, choose: Choose, expected: string): GraphQLScalarType {
  const parse = (value: unknown): string => {
    const text = requireText(name, value, expected);
    return String(accepted(name, choose, text, expected));
  };
  return makeScalar({
    name,
    description: `A string that is ${expected}.`,
    parse,
    serialize: (value) => (typeof value === 'string' ? value : parse(plainText(value))),
  });
}

/** A number of 32 bits, or a float, that a scalar of graphql-scalars accepts. */
export function refinedNumber(
  name: string,
  choose: Choose,
  kind: 'integer' | 'float',
  expected: string,
): GraphQLScalarType {
  const parse = (value: unknown): number => {
    const number = value instanceof NumberLiteral ? Number(value.digits) : value;
    const fits =
      typeof number === 'number' &&
      (kind === 'float'
        ? Number.isFinite(number)
        : Number.isInteger(number) && number >= INT4_MIN && number <= INT4_MAX);
    if (!fits) throw refuse(name, value instanceof NumberLiteral ? value.digits : value, expected);
    accepted(name, choose, number, expected);
    return number;
  };
  return makeScalar({
    name,
    description: `A number that is ${expected}.`,
    parse,
    serialize: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : parse(value)),
  });
}

/** The library's own messages repeat the value, however long it is. */
function accepted(name: string, choose: Choose, value: unknown, expected: string): unknown {
  const scalar = choose(graphqlScalars());
  try {
    return scalar.parseValue(value);
  } catch {
    throw refuse(name, value, expected);
  }
}

/** A `URL` object of a custom resolver, and the like. */
function plainText(value: unknown): unknown {
  return value instanceof URL ? value.href : value;
}
