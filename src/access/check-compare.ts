import type { ValueType } from '../model/app-model.ts';
import { and, type CompareOp, type Expr, not, or, type Value } from '../model/expr.ts';
import { scalarType } from '../model/scalars.ts';
import { idOf, viewerRow } from './check-member.ts';
import { matchTypes, type Placed } from './match-types.ts';
import type { RuleCheck } from './rule-check.ts';
import type { Syntax } from './syntax.ts';
import { describe, FAILED, type RowTerm, type Term, type ValueTerm } from './term.ts';
import { toCondition } from './to-condition.ts';

const FLIPPED: Readonly<Record<CompareOp, CompareOp>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  gt: 'lt',
  lte: 'gte',
  gte: 'lte',
};

/** `left op right` for every kind of operands. `node` is the whole comparison. */
export function checkCompare(
  check: RuleCheck,
  node: Syntax,
  op: CompareOp,
  left: Placed,
  right: Placed,
): Term {
  if (left.term.kind === 'failed' || right.term.kind === 'failed') return FAILED;
  const equality = op === 'eq' || op === 'ne';
  if (isNull(left.term)) return nullTest(check, node, op, right);
  if (isNull(right.term)) return nullTest(check, node, op, left);
  const kinds = [left.term.kind, right.term.kind];
  if (kinds.includes('span') || kinds.includes('duration')) return compareSpans(check, node, op, left, right);
  if (kinds.includes('condition')) {
    if (!equality)
      return check.fail(node, 'RULE_TYPE', 'Conditions have no order. Combine them with && and ||.');
    const same = sameTruth(
      toCondition(check, left.node, left.term),
      toCondition(check, right.node, right.term),
    );
    return condition(op === 'eq' ? same : not(same));
  }
  if (kinds.includes('row') || kinds.includes('viewer')) return compareRows(check, node, op, left, right);
  return compareValues(check, node, op, left, right);
}

function isNull(term: Term): boolean {
  return term.kind === 'constant' && term.value === null;
}

const condition = (expr: Expr): Term => ({ kind: 'condition', expr });

/** Kleene's equivalence: unknown where either is. */
function sameTruth(a: Expr, b: Expr): Expr {
  return or(and(a, b), and(not(a), not(b)));
}

function nullTest(check: RuleCheck, node: Syntax, op: CompareOp, tested: Placed): Term {
  if (op !== 'eq' && op !== 'ne') {
    return check.fail(node, 'RULE_TYPE', 'null has no order. Write "== null" or "!= null".');
  }
  const test = isNullExpr(check, tested.term);
  if (test) return condition(op === 'eq' ? test : not(test));
  if (tested.term.kind === 'rows') {
    const text = tested.node.text;
    const message = `"${text}" is a list and never null. Write "${text}.size() == 0".`;
    return check.fail(tested.node, 'RULE_TYPE', message);
  }
  return check.fail(tested.node, 'RULE_TYPE', `${tested.node.text} is never null. Leave the test out.`);
}

/** Undefined for what has no null: constants, conditions, lists. */
export function isNullExpr(check: RuleCheck, term: Term): Expr | undefined {
  switch (term.kind) {
    case 'value':
      return { kind: 'isNull', value: term.value };
    case 'claim':
      return { kind: 'isNull', value: { kind: 'viewer', path: term.path } };
    case 'viewer':
      return { kind: 'isNull', value: { kind: 'viewer', path: ['id'] } };
    case 'row': {
      const id = idOf(check, term).value;
      const byKey = id.kind === 'column' && id.field !== 'id';
      return byKey ? { kind: 'isNull', value: id } : { kind: 'noRow', row: term.row };
    }
    default:
      return undefined;
  }
}

/** `now - this.createdAt < duration('24h')` is asked as `now < this.createdAt + 24h`, which an index can answer. */
function compareSpans(check: RuleCheck, node: Syntax, op: CompareOp, left: Placed, right: Placed): Term {
  if (left.term.kind === 'duration' && right.term.kind === 'span') {
    return compareSpans(check, node, FLIPPED[op], right, left);
  }
  if (left.term.kind === 'span' && right.term.kind === 'duration') {
    const { from, to } = left.term;
    return condition({ kind: 'compare', op, left: to, right: addTime(from, right.term.milliseconds) });
  }
  const message =
    'A duration is compared with a difference of two instants only, as in now - this.createdAt < duration("24h").';
  return check.fail(node, 'RULE_TYPE', message);
}

/** `instant` moved by a number of milliseconds. */
export function addTime(instant: Value, milliseconds: number): Value {
  const type = { kind: 'scalar', name: 'Float', list: false } as const;
  const shift: Value = { kind: 'literal', value: milliseconds, type };
  return { kind: 'call', fn: 'addTime', args: [instant, shift], type: { ...type, name: 'DateTime' } };
}

/** Rows are the same where their ids are. */
function compareRows(check: RuleCheck, node: Syntax, op: CompareOp, left: Placed, right: Placed): Term {
  if (op !== 'eq' && op !== 'ne')
    return check.fail(node, 'RULE_TYPE', 'Rows have no order. Compare a field of theirs.');
  const a = rowId(check, left, right);
  const b = rowId(check, right, left);
  if (!a || !b) return FAILED;
  if (a.keyTo && b.keyTo && a.keyTo !== b.keyTo) {
    const message = `A row of ${a.keyTo.name} is never a row of ${b.keyTo.name}. Compare rows of one model, or fields.`;
    return check.fail(node, 'RULE_TYPE', message);
  }
  return compareValues(check, node, op, { ...left, term: a }, { ...right, term: b });
}

function rowId(check: RuleCheck, placed: Placed, other: Placed): ValueTerm | undefined {
  const { term, node } = placed;
  if (term.kind === 'row') return idOf(check, term);
  if (term.kind === 'viewer' && check.app.user) {
    return { kind: 'value', value: { kind: 'viewer', path: ['id'] }, type: ID, keyTo: check.app.user };
  }
  const message =
    term.kind === 'viewer'
      ? `There is no @user model, so the viewer is no row. Write "${other.node.text}.id == viewer.id".`
      : `${describe(other.term)} cannot be compared with ${describe(term)}. Write "${other.node.text}.id".`;
  check.fail(term.kind === 'viewer' ? node : other.node, 'RULE_TYPE', message);
  return undefined;
}

const ID: ValueType = Object.freeze({ kind: 'scalar', name: 'ID', list: false });

/** The row that `viewer` or a row term stands for; undefined for anything else. */
export function asRow(check: RuleCheck, term: Term): RowTerm | undefined {
  if (term.kind === 'row') return term;
  return term.kind === 'viewer' && check.app.user ? viewerRow(check.app.user) : undefined;
}

function compareValues(check: RuleCheck, node: Syntax, op: CompareOp, left: Placed, right: Placed): Term {
  const pair = matchTypes(check, node, left, right);
  if (!pair) return FAILED;
  const [a, b] = pair;
  if (op !== 'eq' && op !== 'ne' && !isOrdered(a.type)) {
    return check.fail(node, 'RULE_TYPE', `${a.type.name} has no order. Write "==" or "!=".`);
  }
  const truth = booleanTest(op, a, b) ?? booleanTest(op, b, a);
  return condition(truth ?? { kind: 'compare', op, left: a.value, right: b.value });
}

/** `this.done == true` is `this.done`. */
function booleanTest(op: CompareOp, value: ValueTerm, constant: ValueTerm): Expr | undefined {
  if (constant.value.kind !== 'literal' || typeof constant.value.value !== 'boolean') return undefined;
  const truth: Expr = { kind: 'truth', value: value.value };
  return (op === 'eq') === constant.value.value ? truth : not(truth);
}

function isOrdered(type: ValueType): boolean {
  if (type.kind === 'enum') return true;
  return scalarType(type.name)?.ordered === true && scalarType(type.name)?.postgres !== 'bool';
}
