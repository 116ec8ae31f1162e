import { viewOf } from './row-at-hand.ts';
import type { RowStep } from './rows-form.ts';

export const LITERAL = 0;
export const JSON_COLUMN = 1;
export const TEXT_COLUMN = 2;
export const OBJECT_COLUMN = 3;
export const BASE64URL = 4;
export const INSTANT_COLUMN = 5;
export const DAY_COLUMN = 6;

/** A step with everything that is known of it beforehand. What is inside of one stands behind it. */
export interface Op {
  readonly kind:
    | typeof LITERAL
    | typeof JSON_COLUMN
    | typeof TEXT_COLUMN
    | typeof OBJECT_COLUMN
    | typeof BASE64URL
    | typeof INSTANT_COLUMN
    | typeof DAY_COLUMN;
  readonly column: number;
  /** How many ops are inside. */
  readonly inside: number;
  /** Of a literal. */
  readonly bytes: Buffer;
  readonly words: DataView;
}

/** Steps in the order in which they are taken. */
export interface RowOps {
  readonly ops: readonly Op[];
  /** The most bytes that they write besides what columns bring. */
  readonly extraBytes: number;
  /** How often a column is written at most: a value is sent once, and answered under each of its names and in cursors. */
  readonly mostTimes: number;
}

const NOTHING = Buffer.alloc(0);

function op(kind: Op['kind'], column: number, inside = 0, bytes = NOTHING): Op {
  return { kind, column, inside, bytes, words: viewOf(bytes) };
}

const literal = (text: string): Op => op(LITERAL, 0, 0, Buffer.from(text));

export const NULL: Op = literal('null');

/** Quotes take two bytes, "null" takes four, and an instant in RFC 3339 seven more than without fractions and zone, which is how short it may come. */
const MOST_ADDED = 7;

const COLUMNS = { json: JSON_COLUMN, text: TEXT_COLUMN, instant: INSTANT_COLUMN, day: DAY_COLUMN } as const;

export function rowOps(steps: readonly RowStep[]): RowOps {
  const ops = opsOf(steps);
  const times = new Map<number, number>();
  for (const { kind, column } of ops) if (kind !== LITERAL) times.set(column, (times.get(column) ?? 0) + 1);
  return {
    ops,
    extraBytes: ops.reduce((sum, { bytes }) => sum + bytes.length + MOST_ADDED, 0),
    mostTimes: Math.max(0, ...times.values()),
  };
}

function opsOf(steps: readonly RowStep[]): readonly Op[] {
  const ops: Op[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') ops.push(literal(text));
    text = '';
  };
  for (const step of steps) {
    if ('literal' in step) {
      text += step.literal;
      continue;
    }
    flush();
    if ('base64url' in step) ops.push(...around(BASE64URL, 0, step.base64url));
    else if ('object' in step) ops.push(...around(OBJECT_COLUMN, step.column, step.object));
    else ops.push(op(COLUMNS[step.as], step.column));
  }
  flush();
  return ops;
}

function around(kind: Op['kind'], column: number, steps: readonly RowStep[]): readonly Op[] {
  const inner = opsOf(steps);
  return [op(kind, column, inner.length), ...inner];
}
