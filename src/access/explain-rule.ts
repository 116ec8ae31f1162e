import { type Place, Problems } from '../kit/problem.ts';
import { placeInside } from '../kit/rule-place.ts';
import type { AppModel, Entity, RuleSource, ValueType } from '../model/app-model.ts';
import { type Expr, FALSE, type RowPath, THIS, TRUE, type Value, VIEWER } from '../model/expr.ts';
import { asRow } from './check-compare.ts';
import { idOf } from './check-member.ts';
import { checkTerm } from './check-term.ts';
import { inlineRule } from './inline-rule.ts';
import type { RowOperation, RuleBook } from './rule-book.ts';
import { RuleCheck, type RuleUse } from './rule-check.ts';
import { parseSyntax, type Syntax } from './syntax.ts';
import { type RowTerm, scalarOf, type Term } from './term.ts';
import { toCondition } from './to-condition.ts';
import { KEEP, transform, transformValue } from './transform.ts';

/**
 * A part of a rule that is true, false or unknown by itself, as the author wrote it. Conditions and values are about the
 * row that the whole rule judges, and still mention the viewer and the time.
 */
export interface RuleTerm {
  readonly text: string;
  readonly place: Place;
  /** How `terms` make up this one; a `test` has none, a `rule` (of `can`) has the other rule as its only one. */
  readonly kind: 'all' | 'any' | 'not' | 'test' | 'rule';
  readonly expr: Expr;
  readonly terms: readonly RuleTerm[];
  /** What a test looks at. */
  readonly values: readonly SeenValue[];
}

/** `this.author.id`, and how to come by it. Of the rows of a relation, their number. */
export interface SeenValue {
  readonly text: string;
  readonly value: Value;
  readonly type: ValueType;
}

export interface ExplainedRule {
  readonly source: RuleSource;
  readonly use: Extract<RuleUse, 'row' | 'call'>;
  /** The model whose row `this` is. */
  readonly entity: Entity | undefined;
}

/** Takes a compiled rule apart into its terms. It has been checked at build, so there is nothing left to be wrong. */
export function explainRule(app: AppModel, rules: RuleBook, rule: ExplainedRule): RuleTerm {
  return new Anatomy(app, rules).of(rule);
}

/** Bounds what one explanation says; rules that people write stay far below. */
const MAX_TERMS = 150;

class Anatomy {
  readonly #app: AppModel;
  readonly #rules: RuleBook;
  #names = 0;
  #terms = 0;

  constructor(app: AppModel, rules: RuleBook) {
    this.#app = app;
    this.#rules = rules;
  }

  of(rule: ExplainedRule): RuleTerm {
    const check = this.#check(rule);
    const parsed = parseSyntax(rule.source.text);
    if (!parsed.ok) throw new Error(`A rule that was compiled does not parse: ${rule.source.text}`);
    return this.#term(check, parsed.syntax);
  }

  #check({ source, use, entity }: ExplainedRule): RuleCheck {
    return new RuleCheck({
      app: this.#app,
      source,
      use,
      entity,
      problems: new Problems(),
      findRule: (target, operation) => this.#rules.row(target, operation) ?? { expr: FALSE },
      freshName: (stem) => `${stem}_${++this.#names}`,
    });
  }

  #term(check: RuleCheck, node: Syntax): RuleTerm {
    this.#terms++;
    const base = {
      text: node.text,
      place: placeInside(check.source, node.start),
      expr: toCondition(check, node, checkTerm(check, node)),
    };
    if (this.#terms > MAX_TERMS) return { ...base, kind: 'test', terms: [], values: [] };
    if (node.kind === 'and' || node.kind === 'or') {
      const parts = flatten(node, node.kind).map((part) => this.#term(check, part));
      return { ...base, kind: node.kind === 'and' ? 'all' : 'any', terms: parts, values: [] };
    }
    if (node.kind === 'not')
      return { ...base, kind: 'not', terms: [this.#term(check, node.term)], values: [] };
    const other = this.#otherRule(check, node);
    if (other) return { ...base, kind: 'rule', terms: [other], values: [] };
    return { ...base, kind: 'test', terms: [], values: this.#values(check, node) };
  }

  /** The rule that `can(row, 'read')` asks, about the row that it asks it of. */
  #otherRule(check: RuleCheck, node: Syntax): RuleTerm | undefined {
    if (node.kind !== 'call' || node.name !== 'can' || node.receiver) return undefined;
    const [target, named] = node.args;
    const row = target && asRow(check, checkTerm(check, target));
    if (!row || named?.kind !== 'constant') return undefined;
    const rule = this.#rules.row(row.entity, named.value as RowOperation);
    if (!rule) return undefined;
    const other = this.of({ source: rule.source, use: 'row', entity: row.entity });
    return moveTo(check, other, row);
  }

  #values(check: RuleCheck, node: Syntax): readonly SeenValue[] {
    const found = new Map<string, SeenValue>();
    for (const part of mentioned(node)) {
      const value = found.has(part.text) ? undefined : seenValue(check, part, checkTerm(check, part));
      if (value) found.set(part.text, value);
    }
    return [...found.values()];
  }
}

function flatten(node: Syntax, kind: 'and' | 'or'): readonly Syntax[] {
  return node.kind === kind ? node.terms.flatMap((term) => flatten(term, kind)) : [node];
}

/** The longest paths from `this`, `viewer` and `now` in an expression; those of rows that it binds itself are left out. */
function mentioned(node: Syntax): readonly Syntax[] {
  switch (node.kind) {
    case 'name':
      return ['viewer', 'now'].includes(node.name) ? [node] : [];
    case 'member':
      return startsAt(node) === undefined ? [] : [node];
    case 'call':
      return [...(node.receiver ? [node.receiver] : []), ...node.args].flatMap(mentioned);
    case 'list':
      return node.items.flatMap(mentioned);
    case 'and':
    case 'or':
      return node.terms.flatMap(mentioned);
    case 'not':
    case 'negate':
      return mentioned(node.term);
    case 'binary':
      return [node.left, node.right].flatMap(mentioned);
    case 'choice':
      return [node.condition, node.yes, node.no].flatMap(mentioned);
    default:
      return [];
  }
}

function startsAt(node: Syntax): string | undefined {
  if (node.kind === 'member') return startsAt(node.object);
  return node.kind === 'name' && (node.name === THIS || node.name === VIEWER) ? node.name : undefined;
}

function seenValue(check: RuleCheck, { text }: Syntax, term: Term): SeenValue | undefined {
  switch (term.kind) {
    case 'value':
      return { text, value: term.value, type: term.type };
    case 'claim':
      return { text, value: { kind: 'viewer', path: term.path }, type: scalarOf('JSON') };
    case 'viewer':
      return { text: `${text}.id`, value: { kind: 'viewer', path: ['id'] }, type: scalarOf('ID') };
    case 'row': {
      const id = idOf(check, term);
      return { text: `${text}.id`, value: id.value, type: id.type };
    }
    case 'rows': {
      const as = check.freshName('row');
      const where = term.bound ? term.bound.where : TRUE;
      const value: Value = { kind: 'count', rows: term.rows, as: term.bound?.as ?? as, where };
      return { text: `${text}.size()`, value, type: scalarOf('Int') };
    }
    default:
      return undefined;
  }
}

/** A term about another row, seen from the row that leads there. */
function moveTo(check: RuleCheck, term: RuleTerm, target: RowTerm): RuleTerm {
  const row = (path: RowPath): RowPath =>
    path.from === THIS
      ? {
          ...path,
          from: target.row.from,
          entity: target.row.entity,
          steps: [...target.row.steps, ...path.steps],
        }
      : path;
  return {
    ...term,
    expr: inlineRule(check, transform(term.expr, KEEP), target),
    terms: term.terms.map((one) => moveTo(check, one, target)),
    values: term.values.map((seen) => ({ ...seen, value: transformValue(seen.value, { ...KEEP, row }) })),
  };
}
