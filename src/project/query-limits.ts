import type { Limits } from '../config/index.ts';
import type { QueryLimits } from '../query/request-scope.ts';

const limitsByConfig = new WeakMap<Limits, QueryLimits>();

/** The limits of queries: one object for all requests, which what is remembered of them goes by. */
export function queryLimits(limits: Limits): QueryLimits {
  let known = limitsByConfig.get(limits);
  if (!known) {
    known = {
      defaultPageSize: limits.pageDefault,
      maxPageSize: limits.pageMax,
      maxListLength: limits.listValues,
      maxInputLength: limits.inputRows,
    };
    limitsByConfig.set(limits, known);
  }
  return known;
}
