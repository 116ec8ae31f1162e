import { cutEnd } from '../../../kit/cut-end.ts';
import type { JsonValue, ScalarField } from '../../../model/app-model.ts';
import { boundsOfColumn, type ColumnBounds, type ColumnRange } from '../../../model/column-bounds.ts';
import { readColumnType } from '../../../model/column-types.ts';
import { type ScalarType, scalarType } from '../../../model/scalars.ts';
import { constraintMessage } from '../constraint-messages.ts';
import type { InputPath } from '../write-plan.ts';
import { compareExactly } from './compare-exactly.ts';
import type { InputReader } from './input-reader.ts';

/**
 * Says where `value` is more than the column of `@column(type:)` holds. PostgreSQL says so too, but of no column and of no
 * row. A length that `@constraint` bounds more narrowly is left to that.
 */
export function checkColumnBounds(
  reader: InputReader,
  field: ScalarField,
  path: InputPath,
  value: JsonValue,
): void {
  const bounds = boundsOf(field);
  const scalar = scalarType(field.type.name);
  if (!bounds || !scalar || value === null) return;
  const items = field.type.list && Array.isArray(value) ? (value as readonly JsonValue[]) : undefined;
  for (const [index, item] of (items ?? [value]).entries()) {
    const place = items ? [...path, index] : path;
    const { maxLength, range } = bounds;
    if (maxLength !== undefined && isTooLong(field, maxLength, item)) {
      reader.issue(place, constraintMessage('maxLength', { maxLength }), 'maxLength');
    }
    if (range && isBeyond(scalar, item, range)) {
      reader.issue(place, `must be at least ${range.min} and at most ${range.max}`, 'range');
    }
  }
}

const known = new WeakMap<ScalarField, ColumnBounds | undefined>();

function boundsOf(field: ScalarField): ColumnBounds | undefined {
  if (field.columnType === undefined) return undefined;
  if (!known.has(field)) {
    const read = readColumnType(field.columnType, field.type);
    known.set(field, read.ok ? boundsOfColumn(read) : undefined);
  }
  return known.get(field);
}

function isTooLong({ constraint }: ScalarField, maxLength: number, value: JsonValue): boolean {
  if (typeof value !== 'string' || value.length <= maxLength) return false;
  if (constraint?.maxLength !== undefined && constraint.maxLength <= maxLength) return false;
  return [...cutEnd(value, ' ')].length > maxLength;
}

function isBeyond(scalar: ScalarType, value: JsonValue, { above, below }: ColumnRange): boolean {
  return (
    (compareExactly(scalar, value, above) ?? 1) <= 0 || (compareExactly(scalar, value, below) ?? -1) >= 0
  );
}
