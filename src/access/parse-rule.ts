import type { Entity, ValueType } from '../model/app-model.ts';
import { type Expr, FALSE, THIS, type Value } from '../model/expr.ts';
import { literalAs } from './check-literal.ts';
import { idOf } from './check-member.ts';
import { checkTerm } from './check-term.ts';
import { storageOf } from './field-type.ts';
import { foldExpr, foldValue } from './fold.ts';
import { matchTypes, type Placed } from './match-types.ts';
import { readAs } from './read-as.ts';
import type { RuleCheck } from './rule-check.ts';
import { parseSyntax, type Syntax } from './syntax.ts';
import { describe, type Term, type ValueTerm } from './term.ts';
import { toCondition } from './to-condition.ts';
import { KEEP, transform, transformValue } from './transform.ts';

/** A condition read from a rule's text, and which relations it makes readable (see `Rule.readable`). */
export interface ParsedRule {
  readonly expr: Expr;
  readonly readable: readonly string[];
}

/** Reads a rule. Undefined after mistakes, which have all been reported by then. */
export function parseCondition(check: RuleCheck): ParsedRule | undefined {
  const syntax = parsed(check);
  if (!syntax) return undefined;
  const expr = toCondition(check, syntax, checkTerm(check, syntax));
  if (check.failed) return undefined;
  return {
    expr: transform(expr, { ...KEEP, value: foldValue, expr: foldExpr }),
    readable: readableOf(syntax),
  };
}

function parsed(check: RuleCheck): Syntax | undefined {
  const result = parseSyntax(check.source.text);
  if (result.ok) return result.syntax;
  check.fail(result.offset, 'RULE_SYNTAX', result.message);
  return undefined;
}

/** Conjuncts of the form `can(this.relation, 'read')`. */
function readableOf(node: Syntax): readonly string[] {
  if (node.kind === 'and') return node.terms.flatMap(readableOf);
  if (node.kind !== 'call' || node.name !== 'can' || node.receiver) return [];
  const [target, operation] = node.args;
  const isRead = operation?.kind === 'constant' && operation.value === 'read';
  const isOwn = target?.kind === 'member' && target.object.kind === 'name' && target.object.name === THIS;
  return isRead && isOwn ? [target.name] : [];
}

/** What a server-side value is made for: a field's type, or the id of a relation's target. */
export interface ValueGoal {
  readonly type: ValueType;
  readonly keyTo: Entity | undefined;
  /** `Post.author`, for messages. */
  readonly label: string;
}

/** Reads an expression for `@default(expr:)` or `@preset`. Undefined after mistakes, all reported. */
export function parseValue(check: RuleCheck, goal: ValueGoal): Value | undefined {
  const syntax = parsed(check);
  if (!syntax) return undefined;
  const term = checkTerm(check, syntax);
  const value = check.failed ? undefined : fitValue(check, { node: syntax, term }, goal);
  return check.failed ? undefined : value;
}

function fitValue(check: RuleCheck, placed: Placed, goal: ValueGoal): Value | undefined {
  const { node, term } = placed;
  if (term.kind === 'list' && goal.type.list) return fitList(check, term.items, node, goal);
  if (term.kind === 'constant' && term.value === null) {
    return { kind: 'literal', value: null, type: goal.type };
  }
  if (term.kind === 'condition' || term.kind === 'rows' || term.kind === 'list') {
    const message = `${goal.label} needs a ${goal.type.name}, and this is ${describe(term)}. Write a value.`;
    check.fail(node, 'RULE_TYPE', message);
    return undefined;
  }
  if (goal.type.list) return fitWholeList(check, placed, goal);
  const target: ValueTerm = { kind: 'value', value: PLACEHOLDER, type: goal.type, keyTo: goal.keyTo };
  const matched = matchTypes(
    check,
    node,
    { node, term: rowToId(check, term) },
    { node: labelled(node, goal), term: target },
  );
  if (!matched) return undefined;
  const made = transformValue(matched[0].value, { ...KEEP, value: foldValue });
  if (made.kind !== 'literal') return made;
  return term.kind === 'constant' ? literalValue(check, placed, goal) : calculated(check, node, made, goal);
}

const PLACEHOLDER: Value = Object.freeze({
  kind: 'column',
  row: { from: THIS, entity: '', steps: [] },
  field: '',
});

function labelled(node: Syntax, goal: ValueGoal): Syntax {
  return { ...node, text: goal.label };
}

function rowToId(check: RuleCheck, term: Term): Term {
  if (term.kind === 'row') return idOf(check, term);
  if (term.kind !== 'viewer') return term;
  const type = { kind: 'scalar', name: 'ID', list: false } as const;
  return { kind: 'value', value: { kind: 'viewer', path: ['id'] }, type, keyTo: check.app.user };
}

/** Where numbers are compared freely, a stored one must be of its own type: 1.5 is no Int. */
function literalValue(check: RuleCheck, { node, term }: Placed, goal: ValueGoal): Value | undefined {
  if (term.kind !== 'constant') return undefined;
  const made = literalAs(check, node, term, goal.type, goal.keyTo);
  if (made.kind !== 'value' || made.value.kind !== 'literal') return undefined;
  if (made.type.name !== goal.type.name && !(goal.type.name === 'Float' && made.type.name === 'Int')) {
    check.fail(node, 'RULE_LITERAL', `${goal.label} is a ${goal.type.name}, and ${term.text} is none.`);
  }
  return { ...made.value, type: goal.type };
}

/** A calculation with constants alone, as the field stores it. */
function calculated(
  check: RuleCheck,
  node: Syntax,
  { value }: Value & { kind: 'literal' },
  goal: ValueGoal,
): Value {
  const isNumber = ['int4', 'float8'].includes(storageOf(goal.type, goal.keyTo));
  const stored = readAs(
    isNumber && typeof value === 'string' ? Number(value) : value,
    goal.type,
    goal.keyTo?.idKind,
  );
  if (stored === null) check.fail(node, 'RULE_LITERAL', `${goal.label} cannot hold the result, ${value}.`);
  return { kind: 'literal', value: stored, type: goal.type };
}

function fitList(check: RuleCheck, items: readonly Term[], node: Syntax, goal: ValueGoal): Value | undefined {
  const element: ValueGoal = { ...goal, type: { ...goal.type, list: false } };
  const values = items.map((term) => fitValue(check, { node, term }, element));
  const literals = values.flatMap((value) => (value?.kind === 'literal' ? [value.value] : []));
  if (literals.length === items.length) return { kind: 'literal', value: literals, type: goal.type };
  if (!check.failed) check.fail(node, 'RULE_UNSUPPORTED', 'A list value is made of constants only.');
  return undefined;
}

function fitWholeList(check: RuleCheck, { node, term }: Placed, goal: ValueGoal): Value | undefined {
  const path = term.kind === 'claim' ? term.path : undefined;
  if (path) return { kind: 'viewer', path, as: { type: goal.type } };
  if (term.kind === 'value' && term.type.list && term.type.name === goal.type.name) return term.value;
  check.fail(
    node,
    'RULE_TYPE',
    `${goal.label} is a list of ${goal.type.name}, and this is ${describe(term)}. Write [ … ].`,
  );
  return undefined;
}

/** A denied operation. */
export const DENIED: ParsedRule = Object.freeze({ expr: FALSE, readable: [] });
