import type { ScalarType } from '../../../model/scalars.ts';

/**
 * Orders two values of one scalar as PostgreSQL does, without going through floating point: negative, zero or positive.
 * Undefined where either is not a value of that scalar.
 */
export function compareExactly(scalar: ScalarType, a: unknown, b: unknown): number | undefined {
  if (scalar.prisma === 'DateTime') return compareInstants(String(a), String(b));
  const left = toDecimal(String(a));
  const right = toDecimal(String(b));
  if (!left || !right) return undefined;
  const scale = Math.max(left.scale, right.scale);
  const difference = scaled(left, scale) - scaled(right, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

interface Decimal {
  readonly digits: bigint;
  /** Digits after the point; negative for trailing zeros. */
  readonly scale: number;
}

/** Beyond this many digits of exponent a comparison would allocate without limit; PostgreSQL refuses such values. */
const MAX_SCALE = 20_000;

function toDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (!match || whole + fraction === '') return undefined;
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > MAX_SCALE) return undefined;
  const digits = BigInt(whole + fraction);
  return { digits: sign === '-' ? -digits : digits, scale };
}

function scaled(value: Decimal, scale: number): bigint {
  return value.digits * 10n ** BigInt(scale - value.scale);
}

function compareInstants(a: string, b: string): number | undefined {
  const left = instant(a);
  const right = instant(b);
  return Number.isNaN(left) || Number.isNaN(right) ? undefined : left - right;
}

function instant(text: string): number {
  const isTime = /^\d\d:\d\d/.test(text);
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text);
  return Date.parse(isTime ? `1970-01-01T${text}${zoned ? '' : 'Z'}` : text);
}
