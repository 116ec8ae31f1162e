import type { Entity, ValueType } from '../model/app-model.ts';
import { and, type CompareOp, type Expr, not, or, type Value } from '../model/expr.ts';
import { scalarType } from '../model/scalars.ts';
import { literalAs, plainLiteral } from './check-literal.ts';
import { idOf, viewerRow } from './check-member.ts';
import { commonStorage } from './compare-values.ts';
import { storageOf } from './field-type.ts';
import type { RuleCheck } from './rule-check.ts';
import type { Syntax } from './syntax.ts';
import { describe, FAILED, type RowTerm, type Term, type ValueTerm } from './term.ts';
import { toCondition } from './to-condition.ts';

/** A term and where it stands. */
export interface Placed {
  readonly node: Syntax;
  readonly term: Term;
}

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

/** Both sides as values of types that can be compared; undefined after reporting why not. */
export function matchTypes(
  check: RuleCheck,
  node: Syntax,
  left: Placed,
  right: Placed,
): readonly [ValueTerm, ValueTerm] | undefined {
  const a = typed(check, left, right);
  const b = typed(check, right, left);
  if (!a || !b) return undefined;
  if (areComparable(a, b)) return [a, b];
  check.fail(node, 'RULE_TYPE', mismatch(left, a, right, b));
  return undefined;
}

function typed(check: RuleCheck, placed: Placed, other: Placed): ValueTerm | undefined {
  const { term, node } = placed;
  const against = knownType(other.term);
  switch (term.kind) {
    case 'constant': {
      if (!against || isRequestKnowledge(other.term)) return plainLiteral(term);
      const made = literalAs(check, node, term, against.type, against.keyTo);
      return made.kind === 'value' ? made : undefined;
    }
    case 'claim':
      return knowledge(
        term.path,
        against ?? (other.term.kind === 'constant' ? plainLiteral(other.term) : undefined),
      );
    case 'value':
      return isRequestKnowledge(term) && against && !isRequestKnowledge(other.term)
        ? asTyped(term, against)
        : term;
    default:
      check.fail(node, 'RULE_TYPE', notAValue(placed));
      return undefined;
  }
}

function knownType(term: Term): ValueTerm | undefined {
  return term.kind === 'value' ? term : undefined;
}

function isRequestKnowledge(term: Term): boolean {
  return term.kind === 'value' && (term.value.kind === 'viewer' || term.value.kind === 'now');
}

/** A claim or a fact about the viewer, read as what it is compared with. */
export function knowledge(
  path: (Value & { kind: 'viewer' })['path'],
  against: { readonly type: ValueType; readonly keyTo: Entity | undefined } | undefined,
): ValueTerm {
  const value: Value = { kind: 'viewer', path };
  const type: ValueType = against?.type ?? { kind: 'scalar', name: 'String', list: false };
  if (!against) return { kind: 'value', value, type, keyTo: undefined };
  const idKind = against.keyTo?.idKind;
  return {
    kind: 'value',
    value: { ...value, as: { type, ...(idKind && { idKind }) } },
    type,
    keyTo: against.keyTo,
  };
}

const TEXTS: ReadonlySet<string> = new Set(['text', 'uuid', 'int4']);

/** `viewer.id` beside a UUID, a string or an integer key; `viewer.email` beside any text; `now` beside a Date. */
function asTyped(term: ValueTerm, against: ValueTerm): ValueTerm {
  const storage = storageOf(against.type, against.keyTo);
  if (term.value.kind === 'now') {
    return storage === 'date' ? { ...term, value: { kind: 'now', as: 'Date' }, type: against.type } : term;
  }
  if (term.value.kind !== 'viewer' || term.type.list || against.type.list) return term;
  const isId =
    term.value.path[0] === 'id' && TEXTS.has(storage) && (storage !== 'int4' || against.type.name === 'ID');
  const isText = term.type.name === 'String' && storage === 'text';
  return isId || isText ? knowledge(term.value.path, against) : term;
}

function areComparable(a: ValueTerm, b: ValueTerm): boolean {
  if (a.type.list || b.type.list) return false;
  const left = storageOf(a.type, a.keyTo);
  const right = storageOf(b.type, b.keyTo);
  if (['jsonb', 'bytea'].includes(left)) return false;
  const isKey = (term: ValueTerm): boolean => term.type.name === 'ID';
  if (isKey(a) !== isKey(b) && (left !== 'text' || right !== 'text')) return false;
  return commonStorage(left, right) !== undefined;
}

function mismatch(left: Placed, a: ValueTerm, right: Placed, b: ValueTerm): string {
  const list = a.type.list ? left : b.type.list ? right : undefined;
  if (list) {
    const other = list === left ? right : left;
    return `"${list.node.text}" is a list. Write "${other.node.text} in ${list.node.text}".`;
  }
  const what = `"${left.node.text}" is ${describe(a)} and "${right.node.text}" is ${describe(b)}`;
  return `${what}: they cannot be compared. Compare values of one type.`;
}

export function notAValue({ node, term }: Placed): string {
  if (term.kind === 'rows') {
    return `"${node.text}" is many rows of ${term.entity.name}, not a value. Write ${node.text}.exists(m, …) or ${node.text}.size().`;
  }
  if (term.kind === 'row')
    return `"${node.text}" is a row of ${term.entity.name}. Compare a field of it, such as ${node.text}.id.`;
  return `${node.text} is ${describe(term)}, not a single value. Compare fields, constants or facts about the viewer.`;
}
