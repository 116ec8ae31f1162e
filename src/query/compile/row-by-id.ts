import { and, type Expr } from '../../model/expr.ts';
import { planWhere } from '../read/make-plan.ts';
import { readableRows, rowOf } from '../read/readable.ts';
import type { BuildContext } from './build-context.ts';
import type { JsonText } from './json-text.ts';
import { rowValue } from './list-value.ts';
import type { RowsAsk } from './rows-ask.ts';

/**
 * The readable row with this id, or null. An id of an impossible form compares as false, which is the null that the resolver
 * answers.
 */
export function rowById(context: BuildContext, ask: RowsAsk, id: string): JsonText {
  const { scope } = context;
  const left = { kind: 'column', row: rowOf(ask.entity), field: 'id' } as const;
  const right = { kind: 'literal', value: id, type: { kind: 'scalar', name: 'ID', list: false } } as const;
  const isIt: Expr = { kind: 'compare', op: 'eq', left, right };
  const plan = planWhere(scope, ask.entity, and(isIt, readableRows(scope, ask.entity)), []);
  return rowValue(context, ask, plan, undefined);
}
