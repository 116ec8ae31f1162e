import { cutEnd } from '../../kit/cut-end.ts';
import { makeScalar, NumberLiteral, refuse } from './make-scalar.ts';

const INT8_MIN = -(2n ** 63n);
const INT8_MAX = 2n ** 63n - 1n;
const WHOLE = 'a whole number from -9223372036854775808 to 9223372036854775807, as a string';

/** A signed 64-bit integer; its text. */
export const GraphQLBigInt = makeScalar({
  name: 'BigInt',
  description: 'A whole number of up to 64 bits, as a string: `"9007199254740993"`.',
  parse: parseBigInt,
  serialize: parseBigInt,
});

function parseBigInt(value: unknown): string {
  const text = value instanceof NumberLiteral ? value.digits : value;
  if (typeof text === 'number' && !Number.isSafeInteger(text)) throw refuse('BigInt', value, WHOLE);
  const digits = String(text);
  const isText = typeof text === 'string' || typeof text === 'number' || typeof text === 'bigint';
  // Twenty characters hold every legal value; a longer one is not worth a BigInt of a million digits.
  if (!isText || !/^[+-]?\d{1,40}$/.test(digits)) throw refuse('BigInt', value, WHOLE);
  const number = BigInt(digits.replace(/^\+/, ''));
  if (number < INT8_MIN || number > INT8_MAX) throw refuse('BigInt', value, WHOLE);
  return number.toString();
}

/** What PostgreSQL's numeric holds. */
const MAX_WHOLE_DIGITS = 131_072;
const MAX_FRACTION_DIGITS = 16_383;
const DECIMAL = `a decimal number of at most ${MAX_WHOLE_DIGITS} digits before and ${MAX_FRACTION_DIGITS} after the point, as a string`;

/** A decimal number of any precision; its normalized text: `10.5`, `10`, `-0.001`. */
export const GraphQLDecimal = makeScalar({
  name: 'Decimal',
  description: 'A decimal number, exact, as a string without needless zeros: `"10.5"`.',
  parse: parseDecimal,
  serialize: parseDecimal,
});

function parseDecimal(value: unknown): string {
  const text = decimalText(value);
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,7}))?$/.exec(text ?? '');
  const [, sign, whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (!match || whole.length + fraction.length === 0) throw refuse('Decimal', value, DECIMAL);
  const shifted = shift(whole, fraction, Number(exponent));
  if (!shifted) throw refuse('Decimal', value, DECIMAL);
  const number = shifted.fraction === '' ? shifted.whole : `${shifted.whole}.${shifted.fraction}`;
  return sign === '-' && number !== '0' ? `-${number}` : number;
}

/** Numbers, their text, bigints, and the decimal objects of Prisma, which print themselves. */
function decimalText(value: unknown): string | undefined {
  if (value instanceof NumberLiteral) return value.digits;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const isDecimalObject =
    typeof value === 'object' && value !== null && 'toFixed' in value && typeof value.toFixed === 'function';
  return isDecimalObject ? String(value) : undefined;
}

/** Moves the point by `exponent` places and drops needless zeros; undefined when that is more than PostgreSQL holds. */
function shift(
  whole: string,
  fraction: string,
  exponent: number,
): { readonly whole: string; readonly fraction: string } | undefined {
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return { whole: '0', fraction: '' };
  const scale = fraction.length - exponent;
  if (digits.length - scale > MAX_WHOLE_DIGITS || scale - digits.length > MAX_FRACTION_DIGITS)
    return undefined;
  const padded = scale < 0 ? digits + '0'.repeat(-scale) : digits.padStart(scale + 1, '0');
  const point = padded.length - Math.max(scale, 0);
  const kept = cutEnd(padded.slice(point), '0');
  if (kept.length > MAX_FRACTION_DIGITS) return undefined;
  return { whole: padded.slice(0, point), fraction: kept };
}
