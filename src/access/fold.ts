import type { JsonValue, ValueType } from '../model/app-model.ts';
import { type Expr, FALSE, isConstant, TRUE, UNKNOWN, type Value } from '../model/expr.ts';
import { applyFunction } from './apply-function.ts';
import { commonStorage, holds, orderOf } from './compare-values.ts';
import { storageOf } from './field-type.ts';
import { textHolds } from './text-tests.ts';

type Literal = Value & { readonly kind: 'literal' };

/** An atom whose operands decide it becomes a constant; its parts have been folded already. */
export function foldExpr(expr: Expr): Expr {
  switch (expr.kind) {
    case 'compare':
      return foldCompare(expr);
    case 'in':
      return foldIn(expr);
    case 'isNull':
      return expr.value.kind === 'literal' ? constant(expr.value.value === null) : expr;
    case 'truth':
      return foldTruth(expr);
    case 'text':
      return foldText(expr);
    case 'list':
    case 'json':
      return isNullLiteral(expr.value) || (expr.kind === 'list' && isNullLiteral(expr.operand))
        ? UNKNOWN
        : expr;
    case 'sure':
      return expr.term.kind === 'constant' ? constant(expr.term.value === true) : expr;
    case 'exists':
      return isConstant(expr.where, false) ? FALSE : expr;
    case 'all':
      return isConstant(expr.where, true) ? TRUE : expr;
    case 'and':
    case 'or':
      return expr.terms.every((term) => isConstant(term, null)) ? UNKNOWN : expr;
    default:
      return expr;
  }
}

/** A function of literals becomes a literal; one of null is null. */
export function foldValue(value: Value): Value {
  if (value.kind === 'guarded') {
    if (isConstant(value.when, true)) return value.value;
    return value.when.kind === 'constant' ? nullLiteral() : value;
  }
  if (value.kind !== 'call') return value;
  if (value.args.some(isNullLiteral)) return nullLiteral(value.type);
  const args = value.args.filter((arg): arg is Literal => arg.kind === 'literal');
  if (args.length < value.args.length) return value;
  const result = applyFunction(
    value.fn,
    args.map((arg) => arg.value),
    value.type,
  );
  return { kind: 'literal', value: result, type: value.type };
}

const TEXT: ValueType = Object.freeze({ kind: 'scalar', name: 'String', list: false });

/** Null of whatever type: comparing with it is unknown. */
export function nullLiteral(type: ValueType = TEXT): Literal {
  return { kind: 'literal', value: null, type };
}

function isNullLiteral(value: Value | undefined): boolean {
  return value?.kind === 'literal' && value.value === null;
}

function constant(value: boolean | undefined): Expr {
  return value === undefined ? UNKNOWN : value ? TRUE : FALSE;
}

function foldCompare(expr: Expr & { kind: 'compare' }): Expr {
  const { left, right, op } = expr;
  if (isNullLiteral(left) || isNullLiteral(right)) return UNKNOWN;
  if (left.kind !== 'literal' || right.kind !== 'literal') return expr;
  const order = orderOfLiterals(left, right);
  if (order === undefined) return left.type.kind === 'enum' ? expr : UNKNOWN;
  return constant(holds(op, order));
}

/** Undefined for enums that differ, whose order the model has, and for literals that cannot be compared. */
function orderOfLiterals(left: Literal, right: Literal): number | undefined {
  if (left.type.list || right.type.list) return undefined;
  const storages = [storageOf(left.type, undefined), storageOf(right.type, undefined)] as const;
  const storage = commonStorage(...storages);
  if (storage?.startsWith('enum:')) return left.value === right.value ? 0 : undefined;
  return storage === undefined ? undefined : orderOf(storage)(left.value, right.value);
}

function foldIn(expr: Expr & { kind: 'in' }): Expr {
  const { item, list } = expr;
  if (list.kind !== 'literal') return isNullLiteral(item) && list.kind !== 'list' ? UNKNOWN : expr;
  if (list.value === null) return UNKNOWN;
  const values = Array.isArray(list.value) ? (list.value as readonly JsonValue[]) : [list.value];
  if (values.length === 0) return FALSE;
  if (item.kind !== 'literal') return expr;
  if (item.value === null) return UNKNOWN;
  const order = orderOf(storageOf(item.type, undefined));
  const found = values.some(
    (value) => value !== null && (value === item.value || order(item.value, value) === 0),
  );
  return found ? TRUE : values.includes(null) ? UNKNOWN : FALSE;
}

function foldTruth(expr: Expr & { kind: 'truth' }): Expr {
  const { value } = expr;
  if (value.kind !== 'literal') return expr;
  return typeof value.value === 'boolean' ? constant(value.value) : UNKNOWN;
}

function foldText(expr: Expr & { kind: 'text' }): Expr {
  const { value, needle, op } = expr;
  if (isNullLiteral(value) || isNullLiteral(needle)) return UNKNOWN;
  if (value.kind !== 'literal' || needle.kind !== 'literal') return expr;
  return constant(textHolds(op, String(value.value), String(needle.value), expr.insensitive === true));
}
