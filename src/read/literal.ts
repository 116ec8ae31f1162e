import { type ConstValueNode, Kind, specifiedScalarTypes, valueFromASTUntyped } from 'graphql';
import { graphqlScalars } from '../kit/graphql-scalars.ts';
import type { JsonValue, ValueType } from '../model/app-model.ts';
import { SCALARS, type ScalarName } from '../model/scalars.ts';

export type Literal =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly wanted: string };

const no = (wanted: string): Literal => ({ ok: false, wanted });
const yes = (value: JsonValue): Literal => ({ ok: true, value });

/**
 * A literal of the SDL as a JSON value of `type`, in the form in which the API takes it. `enumValues` are checked if
 * given. Where it does not fit, `wanted` says in words what would.
 */
export function readLiteral(
  node: ConstValueNode,
  type: ValueType,
  enumValues: readonly string[] | undefined,
): Literal {
  if (!type.list) return readOne(node, type, enumValues);
  if (node.kind !== Kind.LIST) return no(`a list in brackets, such as [${example(type, enumValues)}]`);
  const items = node.values.map((item) => readOne(item, type, enumValues));
  const wrong = items.find((item) => !item.ok);
  return wrong ?? yes(items.flatMap((item) => (item.ok ? [item.value] : [])));
}

function example(type: ValueType, enumValues: readonly string[] | undefined): string {
  return type.kind === 'enum' ? (enumValues?.[0] ?? 'VALUE') : type.name === 'Int' ? '1' : '"…"';
}

function readOne(node: ConstValueNode, type: ValueType, enumValues: readonly string[] | undefined): Literal {
  if (type.kind === 'enum') {
    const choice = enumValues?.length ? `one of ${enumValues.join(', ')} (without quotes)` : 'an enum value';
    if (node.kind !== Kind.ENUM) return no(choice);
    return enumValues && !enumValues.includes(node.value) ? no(choice) : yes(node.value);
  }
  const read = READERS[type.name as ScalarName] ?? readText;
  return read(node, type.name);
}

type Reader = (node: ConstValueNode, name: string) => Literal;

const readInt: Reader = (node, name) => {
  const wanted =
    name === 'Int'
      ? 'a whole number between -2147483648 and 2147483647'
      : `a whole number that ${name} takes`;
  if (node.kind !== Kind.INT) return no(wanted);
  const value = Number(node.value);
  if (value < -2147483648 || value > 2147483647) return no(wanted);
  return accepts(name, value) ? yes(value) : no(wanted);
};

const readFloat: Reader = (node, name) => {
  if (node.kind !== Kind.INT && node.kind !== Kind.FLOAT) return no('a number');
  const value = Number(node.value);
  return Number.isFinite(value) && accepts(name, value) ? yes(value) : no(`a number that ${name} takes`);
};

const readBoolean: Reader = (node) =>
  node.kind === Kind.BOOLEAN ? yes(node.value) : no('true or false, without quotes');

const readBigInt: Reader = (node) => {
  const wanted = 'a whole number of at most 64 bits, without quotes';
  if (node.kind !== Kind.INT) return no(wanted);
  const value = BigInt(node.value);
  return BigInt.asIntN(64, value) === value ? yes(value.toString()) : no(wanted);
};

const readDecimal: Reader = (node) =>
  node.kind === Kind.STRING && /^-?\d{1,131072}(\.\d{1,16383})?$/.test(node.value)
    ? yes(node.value)
    : no('a decimal number in quotes, such as "10.5"');

const readJson: Reader = (node) => yes(valueFromASTUntyped(node) as JsonValue);

const readText: Reader = (node, name) => {
  if (node.kind !== Kind.STRING) return no('a text in quotes');
  return accepts(name, node.value) ? yes(node.value) : no(`a text in quotes that ${name} takes`);
};

const readTime: Reader = (node) =>
  node.kind === Kind.STRING && /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?$/.test(node.value)
    ? yes(node.value)
    : no('a time of day in quotes, such as "12:30:00"');

const readBytes: Reader = (node) =>
  node.kind === Kind.STRING &&
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(node.value)
    ? yes(node.value)
    : no('base64 in quotes');

/** Scalars that are not written as a text which graphql-scalars checks. */
const READERS: Partial<Record<ScalarName, Reader>> = {
  Boolean: readBoolean,
  BigInt: readBigInt,
  Decimal: readDecimal,
  JSON: readJson,
  Bytes: readBytes,
  Time: readTime,
  ...Object.fromEntries(
    Object.entries(SCALARS)
      .filter(([, row]) => row.prisma === 'Int' || row.prisma === 'Float')
      .map(([name, row]) => [name, row.prisma === 'Int' ? readInt : readFloat]),
  ),
};

/** What graphql-scalars does not have, so that it need not be loaded to find that out. */
const SPECIFIED: ReadonlySet<string> = new Set(specifiedScalarTypes.map(({ name }) => name));

/** Whether graphql-scalars takes the value; scalars that it does not have take any. */
function accepts(name: string, value: unknown): boolean {
  if (SPECIFIED.has(name)) return true;
  const { resolvers } = graphqlScalars();
  const scalar = Object.hasOwn(resolvers, name) ? resolvers[name] : undefined;
  if (!scalar) return true;
  try {
    return scalar.parseValue(value) !== undefined;
  } catch {
    return false;
  }
}
