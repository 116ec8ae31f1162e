import type { Problems } from '../kit/problem.ts';
import { placeInside } from '../kit/rule-place.ts';
import type { AppModel, Entity, RuleSource } from '../model/app-model.ts';
import type { Expr } from '../model/expr.ts';
import type { RowOperation } from './rule-book.ts';
import type { Syntax } from './syntax.ts';
import { FAILED, type Term } from './term.ts';

export type RuleErrorCode =
  | 'RULE_SYNTAX'
  | 'RULE_UNKNOWN_NAME'
  | 'RULE_UNKNOWN_FIELD'
  | 'RULE_TYPE'
  | 'RULE_LITERAL'
  | 'RULE_UNSUPPORTED'
  | 'RULE_RECURSION'
  | 'RULE_NOT_HERE';

/**
 * Where a rule stands, which decides what it may mention. `row`: everything. `check`: the row's own columns.
 * `call`: the viewer and the time. `value`: what the request itself knows, with no rows at all.
 */
export type RuleUse = 'row' | 'check' | 'call' | 'value';

/** Gives the rule that `can()` names: FALSE for a denied operation, or why there is none. */
export type FindRule = (
  entity: Entity,
  operation: RowOperation,
) => { readonly expr: Expr } | { readonly cycle: readonly string[] } | { readonly broken: true };

/** The state of checking one rule: what it can see, what was found wrong, and names for the rows that it binds. */
export class RuleCheck {
  readonly app: AppModel;
  readonly source: RuleSource;
  readonly use: RuleUse;
  /** The model whose row `this` is; undefined where there is none. */
  readonly entity: Entity | undefined;
  readonly findRule: FindRule;
  readonly #problems: Problems;
  readonly #freshName: (stem: string) => string;
  /** Lambda variables by the author's name, innermost binding last. */
  readonly #scope: (readonly [string, Term])[] = [];
  #failed = false;

  constructor(init: {
    app: AppModel;
    source: RuleSource;
    use: RuleUse;
    entity: Entity | undefined;
    findRule: FindRule;
    problems: Problems;
    freshName: (stem: string) => string;
  }) {
    this.app = init.app;
    this.source = init.source;
    this.use = init.use;
    this.entity = init.entity;
    this.findRule = init.findRule;
    this.#problems = init.problems;
    this.#freshName = init.freshName;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Reports a mistake at the start of a node (or at an offset); answers the term that keeps its surroundings quiet. */
  fail(at: Syntax | number, code: RuleErrorCode, message: string): Term {
    this.#failed = true;
    this.#problems.error(placeInside(this.source, typeof at === 'number' ? at : at.start), code, message);
    return FAILED;
  }

  /** What this rule builds on is broken, and was reported there. */
  giveUp(): Term {
    this.#failed = true;
    return FAILED;
  }

  /** A name that no other row variable of the schema's rules has. */
  freshName(stem: string): string {
    return this.#freshName(stem);
  }

  lookUp(name: string): Term | undefined {
    return this.#scope.findLast(([known]) => known === name)?.[1];
  }

  get variables(): readonly string[] {
    return this.#scope.map(([name]) => name);
  }

  /** Runs `inner` with `name` standing for `term`. */
  within<T>(name: string, term: Term, inner: () => T): T {
    this.#scope.push([name, term]);
    try {
      return inner();
    } finally {
      this.#scope.pop();
    }
  }
}
