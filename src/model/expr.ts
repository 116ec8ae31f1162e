import type { IdKind, JsonValue, ValueType } from './app-model.ts';

/**
 * A condition over rows, in three-valued logic (true, false, unknown). Access rules and the API's `where` arguments
 * both become this, so that there is one meaning to evaluate: in JavaScript directly (`access/evaluate.ts`), or
 * lowered to a `Predicate` (`access/lower.ts`) and from there to SQL or a Prisma `where`.
 *
 * Rows are variables: `this` is the row that is judged; `exists`, `all` and `count` bind further ones, every binding
 * with a name of its own; `viewer` is the viewer's own row of the `@user` model.
 */
export type Expr =
  | { readonly kind: 'constant'; readonly value: boolean | null }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Expr[] }
  | { readonly kind: 'not'; readonly term: Expr }
  /** True where `term` is true, else false: the border between three-valued and two-valued logic. */
  | { readonly kind: 'sure'; readonly term: Expr }
  /** Unknown when either side is null. */
  | {
      readonly kind: 'compare';
      readonly op: CompareOp;
      readonly left: Value;
      readonly right: Value;
      readonly insensitive?: boolean;
    }
  /** As SQL's IN: unknown when `item` is null, or when it is not found and the list has a null. An empty list is false. */
  | { readonly kind: 'in'; readonly item: Value; readonly list: Value }
  /** Never unknown. */
  | { readonly kind: 'isNull'; readonly value: Value }
  /** No row at the end of the to-one path (`this.project == null`). Never unknown. */
  | { readonly kind: 'noRow'; readonly row: RowPath }
  | {
      readonly kind: 'text';
      readonly op: TextOp;
      readonly value: Value;
      readonly needle: Value;
      readonly insensitive?: boolean;
    }
  /** List-valued columns. `hasSome` of nothing is false, `hasEvery` of nothing true; unknown when the column is null. */
  | {
      readonly kind: 'list';
      readonly op: 'has' | 'hasSome' | 'hasEvery' | 'isEmpty';
      readonly value: Value;
      readonly operand?: Value;
    }
  /** JSON columns: the value at `path` equals (`eq`) or contains (`@>`) the operand. */
  | {
      readonly kind: 'json';
      readonly op: 'eq' | 'ne' | 'contains';
      readonly value: Value;
      readonly path: readonly string[];
      readonly operand: JsonValue;
    }
  /** A boolean value as a condition; null is unknown. */
  | { readonly kind: 'truth'; readonly value: Value }
  /**
   * Kleene's OR (`exists`) or AND (`all`) of `where` over the rows: unknown when no row decides it and one is unknown.
   * Wrap `where` in `sure` for two-valued filters. No rows: `exists` is false, `all` true.
   */
  | { readonly kind: 'exists' | 'all'; readonly rows: Rows; readonly as: string; readonly where: Expr };

export type CompareOp = 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte';
/** `matches` is a POSIX/JavaScript-compatible regular expression, unanchored; the others take `%` and `_` literally. */
export type TextOp = 'contains' | 'startsWith' | 'endsWith' | 'matches';

export type Value =
  /** Bound as a parameter, never spliced. `value` is JSON as the API would take it; a list when `type.list`. */
  | { readonly kind: 'literal'; readonly value: JsonValue; readonly type: ValueType }
  /** A stored or computed field, or a key (`authorId`) of the row at the end of `row`; null when there is no such row. */
  | { readonly kind: 'column'; readonly row: RowPath; readonly field: string }
  /** What the request knows of its viewer: replaced by a literal before evaluation (`bindViewer`). */
  | {
      readonly kind: 'viewer';
      readonly path: readonly ['id' | 'roles' | 'email' | 'emailVerified'] | readonly ['claims', ...string[]];
      /** What the other side of a comparison needs it to be: whatever cannot be read as that is null (unknown). */
      readonly as?: { readonly type: ValueType; readonly idKind?: IdKind };
    }
  /** The start of the request; replaced by a literal before evaluation. `as: 'Date'`: its day in UTC. */
  | { readonly kind: 'now'; readonly as?: 'Date' }
  | { readonly kind: 'call'; readonly fn: ValueFn; readonly args: readonly Value[]; readonly type: ValueType }
  /** Number of rows for which `where` is true. */
  | { readonly kind: 'count'; readonly rows: Rows; readonly as: string; readonly where: Expr }
  /** `value` where `when` is true, else null: a field whose rule or whose row's rule hides it. */
  | { readonly kind: 'guarded'; readonly value: Value; readonly when: Expr }
  | { readonly kind: 'list'; readonly items: readonly Value[]; readonly type: ValueType };

/**
 * Arithmetic on Int, BigInt and Decimal is exact and unbounded (SQL: operands cast to `numeric`; `divide` is `div()`,
 * which truncates, and is not offered for Decimal); on Float it is float8. Dividing by zero is null. `addTime` takes a
 * DateTime and a Float literal of milliseconds, which may be negative. `length` of a string in code points; `size` of a list.
 * `at` takes a JSON column and a literal list of strings: the JSON at that path, null where there is none (SQL: `#>`).
 */
export type ValueFn =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'modulo'
  | 'negate'
  | 'length'
  | 'size'
  | 'lower'
  | 'upper'
  | 'addTime'
  | 'at';

/** A row variable and the to-one relations followed from it. `entity` is the entity of `from`. */
export interface RowPath {
  readonly from: string;
  readonly entity: string;
  /** Set by `bindViewer` where `from` is VIEWER: the id of the viewer's row in `entity` (there may be no such row). */
  readonly id?: string;
  readonly steps: readonly RowStep[];
}

/** One to-one relation. Where `guard` is given, a row for which it is not true counts as no row (`as` names the row in it). */
export interface RowStep {
  readonly relation: string;
  readonly guard?: { readonly as: string; readonly where: Expr };
}

/** The rows of a relation (to-many, or to-one as none or one) of the row at the end of `row`; or all rows of an entity. */
export type Rows =
  | { readonly kind: 'related'; readonly row: RowPath; readonly relation: string }
  | { readonly kind: 'entity'; readonly entity: string };

/** The row variables with a fixed meaning. */
export const THIS = 'this';
export const VIEWER = 'viewer';

export const TRUE: Expr = Object.freeze({ kind: 'constant', value: true });
export const FALSE: Expr = Object.freeze({ kind: 'constant', value: false });
export const UNKNOWN: Expr = Object.freeze({ kind: 'constant', value: null });

/** Conjunction that drops true terms, flattens and short-cuts on false. */
export function and(...terms: readonly Expr[]): Expr {
  const kept = terms
    .flatMap((term) => (term.kind === 'and' ? term.terms : [term]))
    .filter((term) => !isConstant(term, true));
  if (kept.some((term) => isConstant(term, false))) return FALSE;
  return kept.length === 0 ? TRUE : kept.length === 1 && kept[0] ? kept[0] : { kind: 'and', terms: kept };
}

/** Disjunction that drops false terms, flattens and short-cuts on true. */
export function or(...terms: readonly Expr[]): Expr {
  const kept = terms
    .flatMap((term) => (term.kind === 'or' ? term.terms : [term]))
    .filter((term) => !isConstant(term, false));
  if (kept.some((term) => isConstant(term, true))) return TRUE;
  return kept.length === 0 ? FALSE : kept.length === 1 && kept[0] ? kept[0] : { kind: 'or', terms: kept };
}

export function not(term: Expr): Expr {
  if (term.kind === 'constant') return term.value === null ? UNKNOWN : term.value ? FALSE : TRUE;
  return term.kind === 'not' ? term.term : { kind: 'not', term };
}

export function isConstant(expr: Expr, value: boolean | null): boolean {
  return expr.kind === 'constant' && expr.value === value;
}
