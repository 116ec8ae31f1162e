import { cutEnd } from '../kit/cut-end.ts';

/** A decimal number without rounding: `digits` × 10^-`scale`. Integers have scale 0. */
export interface ExactNumber {
  readonly digits: bigint;
  readonly scale: number;
}

const NUMERAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** From a JSON number or a numeral as PostgreSQL prints it; undefined for anything else. */
export function exactNumber(value: unknown): ExactNumber | undefined {
  if (typeof value === 'bigint') return { digits: value, scale: 0 };
  const match = NUMERAL.exec(
    typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '',
  );
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (whole + fraction === '') return undefined;
  const digits = BigInt(sign === '-' ? `-${whole}${fraction}` : whole + fraction);
  const scale = fraction.length - Number(exponent);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

export function compareExact(a: ExactNumber, b: ExactNumber): number {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Both numbers' digits at the larger scale. */
export function aligned(a: ExactNumber, b: ExactNumber): readonly [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale), scale];
}

/** Plain notation without needless zeros: `10.5`, `-0.25`, `10`. */
export function exactToText({ digits, scale }: ExactNumber): string {
  const sign = digits < 0n ? '-' : '';
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const fraction = cutEnd(text.slice(text.length - scale), '0');
  return sign + whole + (fraction === '' ? '' : `.${fraction}`);
}
