import { assertNever } from '../kit/assert-never.ts';
import { and, type Expr, not, or, type RowPath, type Rows, type Value } from '../model/expr.ts';

/** What to put in the place of the parts of an expression; each is given its part with everything inside done. */
export interface Transformation {
  readonly expr: (expr: Expr) => Expr;
  readonly value: (value: Value) => Value;
  readonly row: (row: RowPath) => RowPath;
  /** Name of a bound row variable. */
  readonly name: (name: string) => string;
}

export const KEEP: Transformation = { expr: same, value: same, row: same, name: same };

function same<T>(part: T): T {
  return part;
}

/** A copy of `expr` with the transformation applied from the inside out. */
export function transform(expr: Expr, t: Transformation): Expr {
  return t.expr(transformParts(expr, t));
}

function transformParts(expr: Expr, t: Transformation): Expr {
  const value = (part: Value): Value => transformValue(part, t);
  const inner = (part: Expr): Expr => transform(part, t);
  switch (expr.kind) {
    case 'constant':
      return expr;
    case 'and':
      return and(...expr.terms.map(inner));
    case 'or':
      return or(...expr.terms.map(inner));
    case 'not':
      return not(inner(expr.term));
    case 'sure':
      return { ...expr, term: inner(expr.term) };
    case 'compare':
      return { ...expr, left: value(expr.left), right: value(expr.right) };
    case 'in':
      return { ...expr, item: value(expr.item), list: value(expr.list) };
    case 'isNull':
    case 'truth':
    case 'json':
      return { ...expr, value: value(expr.value) };
    case 'noRow':
      return { ...expr, row: transformRow(expr.row, t) };
    case 'text':
      return { ...expr, value: value(expr.value), needle: value(expr.needle) };
    case 'list':
      return { ...expr, value: value(expr.value), ...(expr.operand && { operand: value(expr.operand) }) };
    case 'exists':
    case 'all':
      return { ...expr, rows: transformRows(expr.rows, t), as: t.name(expr.as), where: inner(expr.where) };
    default:
      return assertNever(expr);
  }
}

export function transformValue(value: Value, t: Transformation): Value {
  return t.value(transformValueParts(value, t));
}

function transformValueParts(value: Value, t: Transformation): Value {
  switch (value.kind) {
    case 'literal':
    case 'viewer':
    case 'now':
      return value;
    case 'column':
      return { ...value, row: transformRow(value.row, t) };
    case 'call':
      return { ...value, args: value.args.map((arg) => transformValue(arg, t)) };
    case 'list':
      return { ...value, items: value.items.map((item) => transformValue(item, t)) };
    case 'count':
      return {
        ...value,
        rows: transformRows(value.rows, t),
        as: t.name(value.as),
        where: transform(value.where, t),
      };
    case 'guarded':
      return { ...value, value: transformValue(value.value, t), when: transform(value.when, t) };
    default:
      return assertNever(value);
  }
}

function transformRows(rows: Rows, t: Transformation): Rows {
  return rows.kind === 'related' ? { ...rows, row: transformRow(rows.row, t) } : rows;
}

function transformRow(row: RowPath, t: Transformation): RowPath {
  const steps = row.steps.map((step) =>
    step.guard
      ? { ...step, guard: { as: t.name(step.guard.as), where: transform(step.guard.where, t) } }
      : step,
  );
  return t.row({ ...row, steps });
}

/** Calls `seen` with every expression and every value inside `expr`, itself included. */
export function visit(
  expr: Expr,
  seen: { expr?: (expr: Expr) => void; value?: (value: Value) => void },
): void {
  transform(expr, {
    ...KEEP,
    expr: (part) => {
      seen.expr?.(part);
      return part;
    },
    value: (part) => {
      seen.value?.(part);
      return part;
    },
  });
}
