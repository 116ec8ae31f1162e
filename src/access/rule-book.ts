import type { Entity, RuleSource } from '../model/app-model.ts';
import type { Expr, Value } from '../model/expr.ts';

export type RowOperation = 'read' | 'create' | 'update' | 'delete';

/** A rule of the author's, type-checked. `expr` still mentions the viewer and the time; `bindViewer` replaces them. */
export interface Rule {
  readonly source: RuleSource;
  readonly expr: Expr;
  /**
   * To-one relations `r` of the row for which the rule has `can(this.r, 'read')` as a conjunct: whoever passes the rule
   * can read what they lead to.
   */
  readonly readable: readonly string[];
}

/** A server-side value (`@default(expr:)`, `@preset`): an expression over the viewer and the time, with no row. */
export interface ValueRule {
  readonly source: RuleSource;
  readonly value: Value;
}

/** Every rule of the schema, compiled once at build. Frozen. */
export interface RuleBook {
  /** Undefined: the author did not name the operation, so it is denied. */
  row(entity: Entity, operation: RowOperation): Rule | undefined;
  /** Undefined: the field has no rule of its own. */
  field(entity: Entity, field: string, operation: 'read' | 'write'): Rule | undefined;
  call(root: 'Query' | 'Mutation' | 'Subscription', field: string): Rule | undefined;
  value(
    entity: Entity,
    field: string,
    use: 'default' | 'presetOnCreate' | 'presetOnUpdate',
  ): ValueRule | undefined;
  /** In the order of `entity.checks`. Their expressions only name `this` and its own columns. */
  checks(entity: Entity): readonly Rule[];
}
