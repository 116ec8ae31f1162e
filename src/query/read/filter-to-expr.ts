import type { JsonValue, ValueType } from '../../model/app-model.ts';
import { and, type CompareOp, type Expr, not, or, type TextOp, type Value } from '../../model/expr.ts';
import { scalarType } from '../../model/scalars.ts';
import type { RequestScope } from '../request-scope.ts';
import { badInput, type InputPath } from './bad-input.ts';
import type { Comparisons } from './comparisons.ts';
import { toJson } from './input-values.ts';

/** What a filter of one value is rendered about. */
interface Subject {
  readonly value: Value;
  readonly type: ValueType;
  readonly element: ValueType;
  readonly insensitive: boolean;
  readonly jsonPath: readonly string[] | undefined;
  readonly maxListLength: number;
  readonly comparisons: Comparisons;
}

const COMPARISONS: ReadonlySet<string> = new Set(['eq', 'ne', 'lt', 'lte', 'gt', 'gte']);
const TEXT_OPS: ReadonlySet<string> = new Set(['contains', 'startsWith', 'endsWith']);
const LIST_OPS: ReadonlySet<string> = new Set(['has', 'hasSome', 'hasEvery']);

/**
 * A `StringFilter` and its like as a condition on `value`; all operators given must hold. @throws ViewerError for a null
 * operand (which is no value to compare with), for lists that are too long and for too many comparisons
 */
export function filterToExpr(
  value: Value,
  type: ValueType,
  filter: Readonly<Record<string, unknown>>,
  place: { readonly scope: RequestScope; readonly path: InputPath; readonly comparisons: Comparisons },
): Expr {
  const subject: Subject = {
    value,
    type,
    element: { ...type, list: false },
    insensitive: filter.mode === 'INSENSITIVE',
    jsonPath: jsonPathOf(filter, type, place.path),
    maxListLength: place.scope.limits.maxListLength,
    comparisons: place.comparisons,
  };
  const terms = Object.entries(filter)
    .filter(([op, operand]) => operand !== undefined && op !== 'mode' && !(op === 'path' && isJson(type)))
    .map(([op, operand]) => operatorToExpr(op, operand, subject, [...place.path, op]));
  return and(...terms);
}

function isJson(type: ValueType): boolean {
  return !type.list && scalarType(type.name)?.postgres === 'jsonb';
}

function jsonPathOf(
  filter: Readonly<Record<string, unknown>>,
  type: ValueType,
  path: InputPath,
): readonly string[] | undefined {
  if (!isJson(type)) return undefined;
  const at = [...path, 'path'];
  const steps = toJson(
    filter.path ?? [],
    { kind: 'scalar', name: 'String', list: true },
    at,
  ) as readonly string[];
  if (steps.length > 0 && filter.eq === undefined && filter.contains === undefined) {
    throw badInput(at, '`path` needs `eq` or `contains` beside it.', 'required');
  }
  return steps;
}

function ofNull(op: string): string {
  return op === 'isNull'
    ? '`isNull: null` says neither: write `true` or `false`.'
    : `\`${op}: null\` compares with nothing: use \`isNull\` to find nulls.`;
}

function operatorToExpr(op: string, operand: unknown, subject: Subject, path: InputPath): Expr {
  if (operand === null) throw badInput(path, ofNull(op), 'notNull');
  subject.comparisons.note(1);
  const { value } = subject;
  if (op === 'isNull') return operand === true ? { kind: 'isNull', value } : not({ kind: 'isNull', value });
  if (subject.jsonPath) return jsonToExpr(op, operand, subject.jsonPath, subject, path);
  if (COMPARISONS.has(op)) return comparison(op as CompareOp, toJson(operand, subject.type, path), subject);
  if (op === 'in' || op === 'notIn') {
    const found = inToExpr(listOperand(operand, subject, path), subject);
    return op === 'in' ? found : not(found);
  }
  if (TEXT_OPS.has(op)) {
    const needle: Value = {
      kind: 'literal',
      value: toJson(operand, subject.element, path),
      type: subject.element,
    };
    return { kind: 'text', op: op as TextOp, value, needle, insensitive: subject.insensitive };
  }
  return listToExpr(op, operand, subject, path);
}

function comparison(op: CompareOp, operand: JsonValue, subject: Subject): Expr {
  const right: Value = { kind: 'literal', value: operand, type: subject.type };
  return { kind: 'compare', op, left: subject.value, right, insensitive: subject.insensitive };
}

/** `in` of nothing is false and `notIn` of nothing true, for null too. */
function inToExpr(list: readonly JsonValue[], subject: Subject): Expr {
  if (list.length === 0) return { kind: 'constant', value: false };
  if (subject.insensitive) {
    subject.comparisons.note(list.length - 1);
    return or(...list.map((item) => comparison('eq', item, subject)));
  }
  const type: ValueType = { ...subject.type, list: true };
  return { kind: 'in', item: subject.value, list: { kind: 'literal', value: list, type } };
}

function listOperand(operand: unknown, subject: Subject, path: InputPath): readonly JsonValue[] {
  const list = Array.isArray(operand) ? operand : [operand];
  if (list.length > subject.maxListLength) {
    throw badInput(path, `A list here may have at most ${subject.maxListLength} elements.`, 'maxItems');
  }
  return toJson(list, { ...subject.type, list: true }, path) as readonly JsonValue[];
}

function listToExpr(op: string, operand: unknown, subject: Subject, path: InputPath): Expr {
  const { value } = subject;
  if (op === 'isEmpty') {
    const empty: Expr = { kind: 'list', op, value };
    return operand === true ? empty : not(empty);
  }
  if (!LIST_OPS.has(op)) throw badInput(path, `There is no filter ${op}.`, 'unknown');
  const type = op === 'has' ? subject.element : subject.type;
  const literal = op === 'has' ? toJson(operand, type, path) : listOperand(operand, subject, path);
  return {
    kind: 'list',
    op: op as 'has' | 'hasSome' | 'hasEvery',
    value,
    operand: { kind: 'literal', value: literal, type },
  };
}

function jsonToExpr(
  op: string,
  operand: unknown,
  jsonPath: readonly string[],
  subject: Subject,
  path: InputPath,
): Expr {
  if (op !== 'eq' && op !== 'ne' && op !== 'contains')
    throw badInput(path, `There is no filter ${op}.`, 'unknown');
  const clean = toJson(operand, subject.type, path);
  return { kind: 'json', op, value: subject.value, path: jsonPath, operand: clean };
}
