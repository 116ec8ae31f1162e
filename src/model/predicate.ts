import type { JsonValue } from './app-model.ts';
import type { CompareOp, Rows, TextOp, Value } from './expr.ts';

/**
 * "This condition is true", in two-valued logic and without negation above an atom: what `access/lower.ts` makes of an
 * `Expr`. An atom holds where SQL would say TRUE; false and unknown are both "does not hold", so AND, OR, SOME and NONE
 * mean the same in SQL, in a Prisma `where` and in JavaScript. Negation has been pushed into the atoms (`negated` holds
 * where the comparison is FALSE, so not where a side is null).
 *
 * Values inside contain no `viewer` and no `now` any more; `guarded` values carry predicates' source expressions and
 * are lowered by whoever renders them.
 */
export type Predicate =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Predicate[] }
  | {
      readonly kind: 'compare';
      readonly op: CompareOp;
      readonly left: Value;
      readonly right: Value;
      readonly insensitive: boolean;
    }
  | { readonly kind: 'in'; readonly item: Value; readonly list: Value; readonly negated: boolean }
  | { readonly kind: 'isNull'; readonly value: Value; readonly negated: boolean }
  | {
      readonly kind: 'text';
      readonly op: TextOp;
      readonly value: Value;
      readonly needle: Value;
      readonly insensitive: boolean;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'list';
      readonly op: 'has' | 'hasSome' | 'hasEvery' | 'isEmpty';
      readonly value: Value;
      readonly operand?: Value;
      readonly negated: boolean;
    }
  | {
      readonly kind: 'json';
      readonly op: 'eq' | 'ne' | 'contains';
      readonly value: Value;
      readonly path: readonly string[];
      readonly operand: JsonValue;
      readonly negated: boolean;
    }
  | { readonly kind: 'truth'; readonly value: Value; readonly negated: boolean }
  /** At least one row / no row for which `where` holds. A to-one relation has none or one row. */
  | { readonly kind: 'some' | 'none'; readonly rows: Rows; readonly as: string; readonly where: Predicate };
