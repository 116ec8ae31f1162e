import { assertNever } from '../kit/assert-never.ts';
import { and, type CompareOp, not, or } from '../model/expr.ts';
import { checkArithmetic, checkNegate } from './check-arithmetic.ts';
import { checkCall } from './check-call.ts';
import { checkCompare } from './check-compare.ts';
import { checkIn } from './check-in.ts';
import { checkMember, checkName } from './check-member.ts';
import type { RuleCheck } from './rule-check.ts';
import type { BinaryOp, Syntax } from './syntax.ts';
import { FAILED, type Term } from './term.ts';
import { toCondition } from './to-condition.ts';

/** What a part of a rule means; reports what is wrong in it and goes on, so that one run finds every mistake. */
export function checkTerm(check: RuleCheck, node: Syntax): Term {
  const inner = (part: Syntax): Term => checkTerm(check, part);
  const conditionOf = (part: Syntax) => toCondition(check, part, inner(part));
  switch (node.kind) {
    case 'constant':
      return { kind: 'constant', value: node.value, text: node.text };
    case 'name':
      return checkName(check, node);
    case 'member':
      return checkMember(check, node, inner(node.object));
    case 'call':
      return checkCall(check, node, inner);
    case 'list':
      return { kind: 'list', items: node.items.map(inner) };
    case 'and':
      return { kind: 'condition', expr: and(...node.terms.map(conditionOf)) };
    case 'or':
      return { kind: 'condition', expr: or(...node.terms.map(conditionOf)) };
    case 'not':
      return { kind: 'condition', expr: not(conditionOf(node.term)) };
    case 'negate':
      return checkNegate(check, node, { node: node.term, term: inner(node.term) });
    case 'binary':
      return checkBinary(check, node, inner(node.left), inner(node.right));
    case 'choice':
      return checkChoice(check, node);
    case 'foreign':
      return check.fail(node, 'RULE_UNSUPPORTED', `${node.what} has no meaning in rules. ${node.remedy}`);
    default:
      return assertNever(node);
  }
}

const COMPARE: Readonly<Partial<Record<BinaryOp, CompareOp>>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
};

function checkBinary(check: RuleCheck, node: Syntax & { readonly kind: 'binary' }, a: Term, b: Term): Term {
  const left = { node: node.left, term: a };
  const right = { node: node.right, term: b };
  switch (node.op) {
    case 'in':
      return checkIn(check, node, left, right);
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return checkArithmetic(check, node, node.op, left, right);
    default:
      return checkCompare(check, node, COMPARE[node.op] ?? 'eq', left, right);
  }
}

/** `c ? a : b` of conditions; where `c` is unknown it is not known either, unless both would be false. */
function checkChoice(check: RuleCheck, node: Syntax & { readonly kind: 'choice' }): Term {
  const condition = toCondition(check, node.condition, checkTerm(check, node.condition));
  const yes = checkTerm(check, node.yes);
  const no = checkTerm(check, node.no);
  if (yes.kind === 'failed' || no.kind === 'failed') return FAILED;
  if (!isCondition(yes) || !isCondition(no)) {
    const message =
      'Both sides of ? : must be conditions. Write c ? x == a : x == b instead of x == (c ? a : b).';
    return check.fail(node, 'RULE_UNSUPPORTED', message);
  }
  const then = and(condition, toCondition(check, node.yes, yes));
  return { kind: 'condition', expr: or(then, and(not(condition), toCondition(check, node.no, no))) };
}

function isCondition(term: Term): boolean {
  if (term.kind === 'constant') return typeof term.value === 'boolean';
  if (term.kind === 'condition' || term.kind === 'claim') return true;
  return term.kind === 'value' && term.type.name === 'Boolean' && !term.type.list;
}
