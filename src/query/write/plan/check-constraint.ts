import type { FieldConstraint, JsonValue, ScalarField } from '../../../model/app-model.ts';
import { CONSTRAINT_FORMATS, constraintRegExp } from '../../../model/constraint-formats.ts';
import { scalarType } from '../../../model/scalars.ts';
import { constraintMessage } from '../constraint-messages.ts';
import type { InputPath } from '../write-plan.ts';
import { compareExactly } from './compare-exactly.ts';
import type { InputReader } from './input-reader.ts';

/**
 * Says which of the field's constraints `value` breaks, in the words that the database's own refusal is given. On a list
 * the item counts concern the list and everything else each element.
 */
export function checkConstraint(
  reader: InputReader,
  field: ScalarField,
  path: InputPath,
  value: JsonValue,
): void {
  const { constraint } = field;
  if (!constraint || value === null) return;
  const items = field.type.list && Array.isArray(value) ? (value as readonly JsonValue[]) : undefined;
  if (items) reportAll(reader, constraint, path, brokenCounts(constraint, items.length));
  for (const [index, item] of (items ?? [value]).entries()) {
    const place = items ? [...path, index] : path;
    reportAll(reader, constraint, place, brokenBy(field, constraint, item));
  }
}

function reportAll(
  reader: InputReader,
  constraint: FieldConstraint,
  path: InputPath,
  broken: readonly (keyof FieldConstraint)[],
): void {
  for (const kind of broken) reader.issue(path, constraintMessage(kind, constraint), kind);
}

function brokenCounts(constraint: FieldConstraint, count: number): readonly (keyof FieldConstraint)[] {
  const broken: (keyof FieldConstraint)[] = [];
  if (constraint.minItems !== undefined && count < constraint.minItems) broken.push('minItems');
  if (constraint.maxItems !== undefined && count > constraint.maxItems) broken.push('maxItems');
  return broken;
}

function brokenBy(
  field: ScalarField,
  constraint: FieldConstraint,
  value: JsonValue,
): readonly (keyof FieldConstraint)[] {
  const broken: (keyof FieldConstraint)[] = [];
  if (typeof value === 'string') broken.push(...brokenByText(constraint, value));
  const scalar = scalarType(field.type.name);
  if (!scalar) return broken;
  const isBelow = (bound: unknown): boolean => (compareExactly(scalar, value, bound) ?? 0) < 0;
  const isAbove = (bound: unknown): boolean => (compareExactly(scalar, value, bound) ?? 0) > 0;
  if (constraint.min !== undefined && isBelow(constraint.min)) broken.push('min');
  if (constraint.max !== undefined && isAbove(constraint.max)) broken.push('max');
  return broken;
}

function brokenByText(constraint: FieldConstraint, text: string): readonly (keyof FieldConstraint)[] {
  const broken: (keyof FieldConstraint)[] = [];
  const { minLength, maxLength, pattern, format } = constraint;
  // Code points, as PostgreSQL counts characters.
  const length = minLength === undefined && maxLength === undefined ? 0 : [...text].length;
  if (minLength !== undefined && length < minLength) broken.push('minLength');
  if (maxLength !== undefined && length > maxLength) broken.push('maxLength');
  if (pattern !== undefined && !regularExpression(pattern).test(text)) broken.push('pattern');
  if (format !== undefined && !regularExpression(CONSTRAINT_FORMATS[format]).test(text))
    broken.push('format');
  return broken;
}

const expressions = new Map<string, RegExp>();

function regularExpression(pattern: string): RegExp {
  let expression = expressions.get(pattern);
  if (!expression) {
    expression = constraintRegExp(pattern);
    expressions.set(pattern, expression);
  }
  return expression;
}
