import type { Entity, ValueType } from '../model/app-model.ts';
import type { Expr, RowPath, Rows, Value } from '../model/expr.ts';
import type { Constant } from './syntax.ts';

/** What a part of a rule turns out to be. Conditions, values and rows are different things; mixing them up is an error. */
export type Term =
  /** A mistake was reported inside; everything around it keeps quiet. */
  | { readonly kind: 'failed' }
  /** Typed by what it is compared with. `text` is how the author spelt it (numbers keep all their digits). */
  | { readonly kind: 'constant'; readonly value: Constant; readonly text: string }
  | { readonly kind: 'condition'; readonly expr: Expr }
  | ValueTerm
  /** A claim: whatever the token says it is. Typed by what it is compared with. */
  | { readonly kind: 'claim'; readonly path: readonly ['claims', ...string[]] }
  | RowTerm
  | RowsTerm
  | { readonly kind: 'viewer' }
  | { readonly kind: 'list'; readonly items: readonly Term[] }
  /** `rows.map(as, item)`: on the right of `in` only. */
  | { readonly kind: 'mapped'; readonly rows: BoundRows; readonly item: Term }
  | { readonly kind: 'duration'; readonly milliseconds: number }
  /** Instant minus instant: compared with a duration only. */
  | { readonly kind: 'span'; readonly from: Value; readonly to: Value };

export interface ValueTerm {
  readonly kind: 'value';
  readonly value: Value;
  readonly type: ValueType;
  /** The entity whose id this is. */
  readonly keyTo: Entity | undefined;
}

export interface RowTerm {
  readonly kind: 'row';
  readonly row: RowPath;
  readonly entity: Entity;
}

export interface RowsTerm {
  readonly kind: 'rows';
  readonly rows: Rows;
  readonly entity: Entity;
  /** Set once filtered. */
  readonly bound: BoundRows | undefined;
}

/** Rows with a name for each and a condition on it. */
export interface BoundRows {
  readonly rows: Rows;
  readonly entity: Entity;
  readonly as: string;
  readonly where: Expr;
}

export const FAILED: Term = Object.freeze({ kind: 'failed' });

export const scalarOf = (name: string, list = false): ValueType =>
  Object.freeze({ kind: 'scalar', name, list });

/** `a row of Task`, `a String`: what a message calls a term. */
export function describe(term: Term): string {
  switch (term.kind) {
    case 'constant':
      return term.text;
    case 'value':
      return `a ${term.type.list ? 'list of ' : ''}${term.type.name}`;
    case 'row':
      return `a row of ${term.entity.name}`;
    case 'rows':
      return `rows of ${term.entity.name}`;
    case 'condition':
      return 'a condition';
    case 'claim':
      return 'a claim';
    case 'viewer':
      return 'the viewer';
    case 'list':
      return 'a list';
    case 'mapped':
      return 'a mapped list';
    case 'duration':
    case 'span':
      return 'a duration';
    default:
      return 'a mistake';
  }
}
