/** A piece of the JSON of a row, in the order in which its columns come. */
export type RowStep =
  /** JSON that is the same for every row. */
  | { readonly literal: string }
  /** The next column: a text that becomes a JSON string, or JSON already. Null is null. */
  | { readonly column: 'text' | 'json' }
  /** The next column says whether there is an object: where it is null there is none, and its columns count for nothing. */
  | { readonly object: readonly RowStep[] };

export const LITERAL = 0;
export const JSON_COLUMN = 1;
export const TEXT_COLUMN = 2;
export const OBJECT_COLUMN = 3;

/** A step with everything that is known of it beforehand. */
export interface Op {
  readonly kind: typeof LITERAL | typeof JSON_COLUMN | typeof TEXT_COLUMN | typeof OBJECT_COLUMN;
  /** Of a literal. */
  readonly bytes: Buffer;
  readonly words: DataView;
  /** Of an object: how many ops are passed over where there is none, and how many columns with them. */
  readonly ops: number;
  readonly columns: number;
}

/** How the columns of each row of a statement become a JSON object. */
export class RowForm {
  readonly steps: readonly RowStep[];
  readonly ops: readonly Op[];
  /** The most bytes that an object has besides what its columns bring. */
  readonly extraBytes: number;

  constructor(steps: readonly RowStep[]) {
    this.steps = steps;
    this.ops = opsOf(steps);
    // Quotes take two bytes, "null" takes four.
    this.extraBytes = this.ops.reduce((sum, { bytes }) => sum + bytes.length + NULL.bytes.length, 2);
  }
}

export const NULL: Op = literalOp('null');

function literalOp(text: string): Op {
  return op(LITERAL, Buffer.from(text));
}

function op(kind: Op['kind'], bytes = Buffer.alloc(0), ops = 0, columns = 0): Op {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { kind, bytes, words, ops, columns };
}

function opsOf(steps: readonly RowStep[]): readonly Op[] {
  const ops: Op[] = [];
  let literal = '';
  const flush = (): void => {
    if (literal !== '') ops.push(literalOp(literal));
    literal = '';
  };
  for (const step of steps) {
    if ('literal' in step) {
      literal += step.literal;
      continue;
    }
    flush();
    if ('column' in step) {
      ops.push(op(step.column === 'text' ? TEXT_COLUMN : JSON_COLUMN));
      continue;
    }
    const inner = opsOf(step.object);
    const columns = inner.filter(({ kind }) => kind !== LITERAL).length;
    ops.push(op(OBJECT_COLUMN, undefined, inner.length, columns), ...inner);
  }
  flush();
  return ops;
}
