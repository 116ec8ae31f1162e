import type { Entity } from '../../model/app-model.ts';
import type { Expr, Value } from '../../model/expr.ts';

/** What a request wants to read of one entity: immutable, and complete but for where its rows come from. */
export interface ReadPlan {
  readonly entity: Entity;
  /** About the row `this`; the read rule is part of it. */
  readonly where: Expr;
  readonly search: SearchPlan | undefined;
  /** Ends in a unique key, so that every two rows have an order. */
  readonly order: readonly OrderKey[];
  readonly columns: readonly PlanColumn[];
}

/** A full-text condition: every word must occur in the columns together. */
export interface SearchPlan {
  readonly text: string;
  /** Stored tsvector columns that this viewer may search. */
  readonly columns: readonly string[];
}

export interface OrderKey {
  /** `rank`: how well the row matches the plan's search. */
  readonly value: Value | { readonly kind: 'rank' };
  readonly descending: boolean;
  readonly nullsFirst: boolean;
  /** False where the value can never be null. */
  readonly nullable: boolean;
}

/** One property of a row that is read. A condition is a boolean: whether it is true. */
export type PlanColumn =
  | { readonly as: string; readonly value: Value }
  | { readonly as: string; readonly condition: Expr };

export interface Slice {
  readonly limit: number;
  readonly offset: number;
}

/** A page of a connection: `size` rows after one place in the order and before another. */
export interface ConnectionPage {
  readonly size: number;
  /** True for `last`: the page is the end of what lies between, not its start. */
  readonly fromEnd: boolean;
  readonly after: CursorPlace | undefined;
  readonly before: CursorPlace | undefined;
}

/** A place in an order: the exact text of each key's value, null where it is null. */
export type CursorPlace = readonly (string | null)[];
