import { assertNever } from '../kit/assert-never.ts';
import type { JsonValue, ValueType } from '../model/app-model.ts';
import type { ValueFn } from '../model/expr.ts';
import { scalarType } from '../model/scalars.ts';
import { aligned, type ExactNumber, exactNumber, exactToText } from './exact-number.ts';

/**
 * A function of the rule language applied to values: null for a null argument, for a division by zero and where there is
 * no result. Exact numbers come back as text, floats as numbers, instants as `toISOString` has them.
 */
export function applyFunction(fn: ValueFn, args: readonly JsonValue[], type: ValueType): JsonValue {
  if (args.some((arg) => arg === null)) return null;
  const [a = null, b = null] = args;
  switch (fn) {
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
    case 'modulo':
      return scalarType(type.name)?.postgres === 'float8'
        ? floats(fn, Number(a), Number(b))
        : exacts(fn, a, b);
    case 'negate':
      return scalarType(type.name)?.postgres === 'float8' ? -Number(a) : exacts('subtract', 0, a);
    case 'length':
      return [...String(a)].length;
    case 'size':
      return Array.isArray(a) ? a.length : null;
    case 'lower':
      return String(a).toLowerCase();
    case 'upper':
      return String(a).toUpperCase();
    case 'addTime':
      return addTime(String(a), Number(b));
    case 'at':
      return valueAt(a, Array.isArray(b) ? b.map(String) : []);
    default:
      return assertNever(fn);
  }
}

type Arithmetic = 'add' | 'subtract' | 'multiply' | 'divide' | 'modulo';

/**
 * PostgreSQL refuses a statement in which a Float overflows or vanishes, so one absurd row could make every list fail. No
 * result of two numbers within these bounds does.
 */
export const FLOAT_BOUNDS = { smallest: 1e-150, largest: 1e150 } as const;

function isWithin(number: number): boolean {
  const size = Math.abs(number);
  return size === 0 || (size >= FLOAT_BOUNDS.smallest && size <= FLOAT_BOUNDS.largest);
}

function floats(fn: Arithmetic, a: number, b: number): number | null {
  if (!isWithin(a) || !isWithin(b)) return null;
  if ((fn === 'divide' || fn === 'modulo') && b === 0) return null;
  const result = { add: a + b, subtract: a - b, multiply: a * b, divide: a / b, modulo: a % b }[fn];
  return Number.isFinite(result) ? result : null;
}

function exacts(fn: Arithmetic, a: JsonValue, b: JsonValue): string | null {
  const left = exactNumber(a);
  const right = exactNumber(b);
  const result = left && right && exactResult(fn, left, right);
  return result ? exactToText(result) : null;
}

function exactResult(fn: Arithmetic, a: ExactNumber, b: ExactNumber): ExactNumber | undefined {
  const [left, right, scale] = aligned(a, b);
  switch (fn) {
    case 'add':
      return { digits: left + right, scale };
    case 'subtract':
      return { digits: left - right, scale };
    case 'multiply':
      return { digits: a.digits * b.digits, scale: a.scale + b.scale };
    case 'divide':
      return right === 0n ? undefined : { digits: left / right, scale: 0 };
    case 'modulo':
      return right === 0n ? undefined : { digits: left % right, scale };
    default:
      return assertNever(fn);
  }
}

function addTime(instant: string, milliseconds: number): string | null {
  const sum = new Date(Date.parse(instant) + milliseconds);
  return Number.isNaN(sum.getTime()) ? null : sum.toISOString();
}

/** As PostgreSQL's `#>`: object keys, and array positions from either end. */
function valueAt(json: JsonValue, path: readonly string[]): JsonValue {
  let value: JsonValue | undefined = json;
  for (const step of path) {
    if (Array.isArray(value)) {
      value = /^-?\d+$/.test(step) ? (value.at(Number(step)) as JsonValue | undefined) : undefined;
    } else if (typeof value === 'object' && value !== null) {
      value = Object.hasOwn(value, step) ? (value as Readonly<Record<string, JsonValue>>)[step] : undefined;
    } else {
      return null;
    }
  }
  return value ?? null;
}
