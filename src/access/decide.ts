import type { Expr } from '../model/expr.ts';
import { lower } from './lower.ts';

/**
 * Whether a bound rule says the same for every row: true, or false (never true: false and unknown both deny);
 * undefined where it takes a row to know.
 */
export function decidedWithoutRow(expr: Expr): boolean | undefined {
  const predicate = lower(expr);
  if (predicate.kind === 'always') return true;
  return predicate.kind === 'never' ? false : undefined;
}
