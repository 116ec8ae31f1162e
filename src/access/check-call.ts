import { didYouMean } from '../kit/suggest.ts';
import { not } from '../model/expr.ts';
import { scalarType } from '../model/scalars.ts';
import { asRow, isNullExpr } from './check-compare.ts';
import { literal, plainLiteral } from './check-literal.ts';
import { type CheckNode, checkRowMacro, checkSize, isRowMacro, ROW_MACROS } from './check-rows.ts';
import { inlineRule } from './inline-rule.ts';
import { readAs } from './read-as.ts';
import type { RowOperation } from './rule-book.ts';
import type { RuleCheck } from './rule-check.ts';
import type { Syntax } from './syntax.ts';
import { describe, FAILED, scalarOf, type Term, type ValueTerm } from './term.ts';
import { patternFault } from './text-tests.ts';

type Call = Syntax & { readonly kind: 'call' };

const TEXT_TESTS = ['startsWith', 'endsWith', 'contains', 'matches'] as const;
type TextTest = (typeof TEXT_TESTS)[number];
const METHODS: readonly string[] = [...ROW_MACROS, ...TEXT_TESTS, 'size'];
const FUNCTIONS: readonly string[] = ['can', 'size', 'has', 'timestamp', 'duration', 'matches'];

/** `f(…)` and `x.f(…)`. `inner` checks an argument in the current scope. */
export function checkCall(check: RuleCheck, node: Call, inner: CheckNode): Term {
  return node.receiver ? checkMethod(check, node, node.receiver, inner) : checkFunction(check, node, inner);
}

function checkMethod(check: RuleCheck, node: Call, receiver: Syntax, inner: CheckNode): Term {
  const { name } = node;
  if (isRowMacro(name)) return checkRowMacro(check, node, inner(receiver), name, inner);
  if (name === 'size') {
    return node.args.length > 0
      ? check.fail(node, 'RULE_TYPE', 'size() takes no argument here. Write x.size().')
      : checkSize(check, node, receiver, inner(receiver));
  }
  if (isTextTest(name)) return checkText(check, node, name, receiver, node.args, inner);
  inner(receiver);
  const remedy = didYouMean(name, METHODS) || ` Known: ${METHODS.join(', ')}.`;
  return check.fail(node, 'RULE_UNSUPPORTED', `There is no method "${name}" in rules.${remedy}`);
}

function isTextTest(name: string): name is TextTest {
  return (TEXT_TESTS as readonly string[]).includes(name);
}

function checkFunction(check: RuleCheck, node: Call, inner: CheckNode): Term {
  const [first, ...others] = node.args;
  switch (node.name) {
    case 'size':
      return first && others.length === 0
        ? checkSize(check, node, first, inner(first))
        : check.fail(node, 'RULE_TYPE', 'Write size(x) with one argument.');
    case 'matches':
      return first
        ? checkText(check, node, 'matches', first, others, inner)
        : check.fail(node, 'RULE_TYPE', 'Write matches(text, "pattern").');
    case 'has':
      return checkHas(check, node, inner);
    case 'can':
      return checkCan(check, node, inner);
    case 'timestamp':
      return checkTimestamp(check, node, inner);
    case 'duration':
      return checkDuration(check, node, inner);
    default: {
      const remedy = didYouMean(node.name, FUNCTIONS) || ` Known: ${FUNCTIONS.join(', ')}.`;
      return check.fail(node, 'RULE_UNSUPPORTED', `There is no function "${node.name}" in rules.${remedy}`);
    }
  }
}

/** `has(this.x)`: there is such a value. */
function checkHas(check: RuleCheck, node: Call, inner: CheckNode): Term {
  const [subject] = node.args;
  if (!subject || node.args.length > 1)
    return check.fail(node, 'RULE_TYPE', 'Write has(x) with one argument.');
  const term = inner(subject);
  if (term.kind === 'failed') return FAILED;
  const test = isNullExpr(check, term);
  if (test) return { kind: 'condition', expr: not(test) };
  return check.fail(
    subject,
    'RULE_TYPE',
    `has() takes a field or a relation to one row, not ${describe(term)}.`,
  );
}

function checkText(
  check: RuleCheck,
  node: Call,
  op: TextTest,
  subject: Syntax,
  args: readonly Syntax[],
  inner: CheckNode,
): Term {
  const [argument] = args;
  if (!argument || args.length > 1) return check.fail(node, 'RULE_TYPE', `${op}() takes one string.`);
  const value = textOf(check, subject, inner(subject), op);
  const needle = textOf(check, argument, inner(argument), op);
  if (!value || !needle) return FAILED;
  if (op === 'matches' && !isGoodPattern(check, argument, needle)) return FAILED;
  return { kind: 'condition', expr: { kind: 'text', op, value: value.value, needle: needle.value } };
}

function isGoodPattern(check: RuleCheck, node: Syntax, { value }: ValueTerm): boolean {
  if (value.kind !== 'literal' || typeof value.value !== 'string') {
    check.fail(node, 'RULE_TYPE', 'The pattern of matches() must be a string in the rule itself.');
    return false;
  }
  const fault = patternFault(value.value);
  if (fault === undefined) return true;
  check.fail(
    node,
    'RULE_LITERAL',
    `This pattern cannot be used: ${fault}. Write it with characters, [ ], ( ), |, ^, $ and * + ? { }.`,
  );
  return false;
}

function textOf(check: RuleCheck, node: Syntax, term: Term, op: string): ValueTerm | undefined {
  const type = scalarOf('String');
  switch (term.kind) {
    case 'failed':
      return undefined;
    case 'constant':
      if (typeof term.value === 'string') return checkedText(check, node, plainLiteral(term));
      break;
    case 'claim':
      return {
        kind: 'value',
        value: { kind: 'viewer', path: term.path, as: { type } },
        type,
        keyTo: undefined,
      };
    case 'value':
      if (!term.type.list && scalarType(term.type.name)?.text === true) return term;
      break;
    default:
      break;
  }
  const hint = term.kind === 'value' && term.type.list ? ` Write "value in ${node.text}".` : '';
  check.fail(node, 'RULE_TYPE', `${op}() works on strings, and "${node.text}" is ${describe(term)}.${hint}`);
  return undefined;
}

function checkedText(check: RuleCheck, node: Syntax, term: ValueTerm): ValueTerm | undefined {
  if (term.value.kind !== 'literal' || readAs(term.value.value, term.type) !== null) return term;
  check.fail(node, 'RULE_LITERAL', 'This string has a character that PostgreSQL cannot store. Take it out.');
  return undefined;
}

const OPERATIONS: readonly RowOperation[] = ['read', 'create', 'update', 'delete'];

/** `can(row, 'read')`: the rule of that row's model, put in here. */
function checkCan(check: RuleCheck, node: Call, inner: CheckNode): Term {
  const [target, named] = node.args;
  if (!target || !named || node.args.length > 2) {
    return check.fail(
      node,
      'RULE_TYPE',
      "Write can(this.relation, 'read'): a row, and read, create, update or delete.",
    );
  }
  const term = inner(target);
  if (term.kind === 'failed') return FAILED;
  if (check.use === 'check')
    return check.fail(node, 'RULE_NOT_HERE', '@check knows no viewer, so can() has no meaning in it.');
  const operation = OPERATIONS.find((known) => named.kind === 'constant' && named.value === known);
  if (!operation) {
    const said = named.kind === 'constant' ? String(named.value) : named.text;
    const remedy =
      didYouMean(said, OPERATIONS) || ` Write one of ${OPERATIONS.map((name) => `'${name}'`).join(', ')}.`;
    return check.fail(named, 'RULE_LITERAL', `${named.text} is not an operation.${remedy}`);
  }
  const row = asRow(check, term);
  if (!row) {
    const rows =
      term.kind === 'rows' ? ` Write ${target.text}.exists(m, can(m, '${operation}')).` : ' Name a row.';
    return check.fail(
      target,
      'RULE_TYPE',
      `can() asks about one row, and "${target.text}" is ${describe(term)}.${rows}`,
    );
  }
  const found = check.findRule(row.entity, operation);
  if ('broken' in found) return check.giveUp();
  if ('cycle' in found) {
    const message = `This rule would need itself: ${found.cycle.join(' → ')}. Write out what one of them asks.`;
    return check.fail(node, 'RULE_RECURSION', message);
  }
  return { kind: 'condition', expr: inlineRule(check, found.expr, row) };
}

function checkTimestamp(check: RuleCheck, node: Call, inner: CheckNode): Term {
  const text = soleText(node, inner);
  const read = text === undefined ? null : readAs(text, scalarOf('DateTime'));
  if (read !== null) return literal(read, scalarOf('DateTime'));
  const message = 'timestamp() takes an instant with its time zone, as in timestamp("2030-01-31T09:00:00Z").';
  return check.fail(node.args[0] ?? node, 'RULE_LITERAL', message);
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
/** A hundred years: what is added to an instant stays one that both PostgreSQL and JavaScript know. */
const LONGEST = 100 * 366 * 24 * 3_600_000;

function checkDuration(check: RuleCheck, node: Call, inner: CheckNode): Term {
  const text = soleText(node, inner);
  const at = node.args[0] ?? node;
  const days = text === undefined ? null : /^(-?\d+)d$/.exec(text);
  if (days) {
    const message = `CEL durations have no days. Write duration("${Number(days[1]) * 24}h").`;
    return check.fail(at, 'RULE_LITERAL', message);
  }
  if (text === undefined || !/^-?(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) {
    const message =
      'duration() takes hours, minutes, seconds and milliseconds, as in duration("24h") or duration("1h30m").';
    return check.fail(at, 'RULE_LITERAL', message);
  }
  let milliseconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    milliseconds += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  if (milliseconds > LONGEST)
    return check.fail(at, 'RULE_LITERAL', 'A duration is at most a hundred years. Write a shorter one.');
  return { kind: 'duration', milliseconds: Math.round(text.startsWith('-') ? -milliseconds : milliseconds) };
}

function soleText(node: Call, inner: CheckNode): string | undefined {
  const [argument] = node.args;
  if (!argument || node.args.length > 1) return undefined;
  const term = inner(argument);
  return term.kind === 'constant' && typeof term.value === 'string' ? term.value : undefined;
}
