import type { ReadColumnType } from './column-types.ts';

/** What a column holds of its scalar, where that is less than all of it. Numbers are decimal text. */
export interface ColumnBounds {
  /** Characters, spaces at the end apart: PostgreSQL cuts those off. */
  readonly maxLength?: number;
  readonly range?: ColumnRange;
}

export interface ColumnRange {
  /** The least and the greatest that can be stored. */
  readonly min: string;
  readonly max: string;
  /** What is given has to lie between these: it is rounded before it is stored. */
  readonly above: string;
  readonly below: string;
}

const SMALLINT: ColumnRange = { min: '-32768', max: '32767', above: '-32769', below: '32768' };

/** Undefined where the column holds whatever its scalar can be. */
export function boundsOfColumn({ name, sizes }: ReadColumnType): ColumnBounds | undefined {
  const [first, scale = 0] = sizes;
  if (name === 'smallint') return { range: SMALLINT };
  // Without a length, char is char(1), and varchar is text.
  if (name === 'char') return { maxLength: first ?? 1 };
  if (first === undefined) return undefined;
  if (name === 'varchar') return { maxLength: first };
  return name === 'numeric' ? { range: numericRange(first, scale) } : undefined;
}

function numericRange(precision: number, scale: number): ColumnRange {
  const whole = '9'.repeat(precision - scale) || '0';
  const max = scale > 0 ? `${whole}.${'9'.repeat(scale)}` : whole;
  const below = `${whole}.${'9'.repeat(scale)}5`;
  return { min: `-${max}`, max, above: `-${below}`, below };
}
