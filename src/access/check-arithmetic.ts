import type { ValueType } from '../model/app-model.ts';
import type { Value, ValueFn } from '../model/expr.ts';
import { addTime } from './check-compare.ts';
import { literal } from './check-literal.ts';
import { NUMERIC } from './compare-values.ts';
import { storageOf } from './field-type.ts';
import { matchTypes, notAValue, type Placed } from './match-types.ts';
import { readAs } from './read-as.ts';
import type { RuleCheck } from './rule-check.ts';
import type { Syntax } from './syntax.ts';
import { describe, FAILED, scalarOf, type Term, type ValueTerm } from './term.ts';

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%';

const FUNCTIONS = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
} as const satisfies Record<ArithmeticOp, ValueFn>;

/** Numbers with numbers, instants with durations, instants with instants, durations with durations. */
export function checkArithmetic(
  check: RuleCheck,
  node: Syntax,
  op: ArithmeticOp,
  left: Placed,
  right: Placed,
): Term {
  if (left.term.kind === 'failed' || right.term.kind === 'failed') return FAILED;
  const time = timeArithmetic(op, left.term, right.term);
  if (time) return time;
  for (const side of [left, right]) {
    if (!isNumber(side.term)) return check.fail(side.node, 'RULE_TYPE', notANumber(op, side));
  }
  const pair = matchTypes(check, node, left, right);
  if (!pair) return FAILED;
  const [a, b] = pair;
  const type = resultType(a, b);
  if (op === '/' && type.name === 'Decimal') {
    return check.fail(
      node,
      'RULE_UNSUPPORTED',
      'Decimals are not divided in rules, since the result is rounded. Multiply the other side.',
    );
  }
  if (op === '%' && type.name === 'Float') {
    return check.fail(node, 'RULE_UNSUPPORTED', '% works on whole numbers and decimals, not on Float.');
  }
  return valueTerm({ kind: 'call', fn: FUNCTIONS[op], args: [a.value, b.value], type }, type);
}

function valueTerm(value: Value, type: ValueType): ValueTerm {
  return { kind: 'value', value, type, keyTo: undefined };
}

function isNumber(term: Term): boolean {
  if (term.kind === 'constant') return typeof term.value === 'bigint' || typeof term.value === 'number';
  return term.kind === 'value' && !term.type.list && isNumeric(term);
}

function isNumeric({ type, keyTo }: ValueTerm): boolean {
  return type.name !== 'ID' && NUMERIC.has(storageOf(type, keyTo));
}

function notANumber(op: ArithmeticOp, side: Placed): string {
  const { term, node } = side;
  if (
    op === '+' &&
    (term.kind === 'constant' || (term.kind === 'value' && storageOf(term.type, term.keyTo) === 'text'))
  ) {
    return 'Strings are not joined in rules. Compare the parts, or use startsWith() and endsWith().';
  }
  if (term.kind === 'claim')
    return `"${node.text}" is a claim of unknown type, which cannot be calculated with. Compare it.`;
  if (term.kind === 'value')
    return `"${op}" works on numbers, instants and durations, and "${node.text}" is ${describe(term)}.`;
  return notAValue(side);
}

/** Whole numbers stay whole, however large; one Float makes a Float. */
function resultType(a: ValueTerm, b: ValueTerm): ValueType {
  const storages = [storageOf(a.type, undefined), storageOf(b.type, undefined)];
  if (storages.includes('float8')) return scalarOf('Float');
  return scalarOf(storages.includes('numeric') ? 'Decimal' : 'BigInt');
}

function timeArithmetic(op: ArithmeticOp, a: Term, b: Term): Term | undefined {
  if (op !== '+' && op !== '-') return undefined;
  const sign = op === '+' ? 1 : -1;
  if (a.kind === 'duration' && b.kind === 'duration') {
    return { kind: 'duration', milliseconds: a.milliseconds + sign * b.milliseconds };
  }
  if (isInstant(a) && b.kind === 'duration') {
    return valueTerm(addTime(a.value, sign * b.milliseconds), scalarOf('DateTime'));
  }
  if (op === '+' && a.kind === 'duration' && isInstant(b)) {
    return valueTerm(addTime(b.value, a.milliseconds), scalarOf('DateTime'));
  }
  // `to - from`
  return op === '-' && isInstant(a) && isInstant(b)
    ? { kind: 'span', to: a.value, from: b.value }
    : undefined;
}

function isInstant(term: Term): term is ValueTerm {
  return term.kind === 'value' && !term.type.list && storageOf(term.type, undefined) === 'timestamptz';
}

/** `-x` */
export function checkNegate(check: RuleCheck, node: Syntax, { node: inner, term }: Placed): Term {
  if (term.kind === 'failed') return FAILED;
  if (term.kind === 'duration') return { kind: 'duration', milliseconds: -term.milliseconds };
  if (term.kind === 'constant' && (typeof term.value === 'bigint' || typeof term.value === 'number')) {
    return { kind: 'constant', value: -term.value, text: `-${term.text}` };
  }
  if (term.kind !== 'value' || term.type.list || !isNumeric(term)) {
    return check.fail(node, 'RULE_TYPE', `"-" works on numbers, and "${inner.text}" is ${describe(term)}.`);
  }
  const type = resultType(term, literal(readAs(0, scalarOf('Int')), scalarOf('Int')));
  return valueTerm({ kind: 'call', fn: 'negate', args: [term.value], type }, type);
}
