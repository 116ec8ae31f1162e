import type { CompareOp } from '../model/expr.ts';
import { compareExact, exactNumber } from './exact-number.ts';

/**
 * Order of two stored values, as PostgreSQL has it for that storage (`C.UTF-8` for text): negative, zero, positive, or
 * undefined where one of them is no value of that kind. Values are JSON as the API has them, never null.
 */
export type Order = (a: unknown, b: unknown) => number | undefined;

const difference = (a: number, b: number): number | undefined =>
  Number.isNaN(a) || Number.isNaN(b) ? undefined : a < b ? -1 : a > b ? 1 : 0;

const byExactNumber: Order = (a, b) => {
  const left = exactNumber(a);
  const right = exactNumber(b);
  return left && right ? compareExact(left, right) : undefined;
};

const byFloat: Order = (a, b) => difference(Number(a), Number(b));

const byInstant: Order = (a, b) => difference(Date.parse(String(a)), Date.parse(String(b)));

/** By code point: what comparing the bytes of UTF-8 comes to. */
const byCodePoint: Order = (a, b) => {
  const left = [...String(a)];
  const right = [...String(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = difference(left[i]?.codePointAt(0) ?? 0, right[i]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return difference(left.length, right.length);
};

const byLowerCase: Order = (a, b) => byCodePoint(String(a).toLowerCase(), String(b).toLowerCase());
const byBoolean: Order = (a, b) => difference(Number(a === true), Number(b === true));

/** `09:30` and `09:30:00.000` are one time. */
const byTime: Order = (a, b) => difference(milliseconds(String(a)), milliseconds(String(b)));

function milliseconds(time: string): number {
  const match = /^(\d{2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?Z?$/.exec(time);
  return match
    ? (Number(match[1]) * 60 + Number(match[2])) * 60_000 + Number(match[3] ?? 0) * 1000
    : Number.NaN;
}

const ORDERS: Readonly<Record<string, Order>> = {
  int4: byExactNumber,
  int8: byExactNumber,
  numeric: byExactNumber,
  float8: byFloat,
  bool: byBoolean,
  timestamptz: byInstant,
  date: byCodePoint,
  time: byTime,
  uuid: byLowerCase,
  text: byCodePoint,
};

/** The order of a storage (see `storageOf`); `enumValues` are an enum's, in the order of their declaration. */
export function orderOf(storage: string, enumValues: readonly string[] = []): Order {
  const order = ORDERS[storage];
  if (order) return order;
  if (!storage.startsWith('enum:')) return byCodePoint;
  return (a, b) => (a === b ? 0 : difference(enumValues.indexOf(String(a)), enumValues.indexOf(String(b))));
}

/** Two storages that are compared with each other are both compared as this one; undefined where they cannot be. */
export function commonStorage(a: string, b: string): string | undefined {
  if (a === b) return a;
  const numbers = [a, b];
  if (!numbers.every((storage) => NUMERIC.has(storage))) return undefined;
  if (!numbers.includes('float8')) return 'numeric';
  return numbers.includes('numeric') ? undefined : 'float8';
}

export const NUMERIC: ReadonlySet<string> = new Set(['int4', 'int8', 'numeric', 'float8']);

export function holds(op: CompareOp, order: number): boolean {
  return {
    eq: order === 0,
    ne: order !== 0,
    lt: order < 0,
    lte: order <= 0,
    gt: order > 0,
    gte: order >= 0,
  }[op];
}
