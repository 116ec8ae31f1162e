import { decidedWithoutRow } from '../../access/decide.ts';
import type { Entity } from '../../model/app-model.ts';
import { and, type Expr } from '../../model/expr.ts';
import { searchColumns } from '../../model/search-column.ts';
import type { RequestScope } from '../request-scope.ts';
import { badInput } from './bad-input.ts';
import { decodeCursor, orderMark } from './cursor.ts';
import { cleanText, MAX_SEARCH_LENGTH } from './input-values.ts';
import { orderToKeys } from './order-to-keys.ts';
import { planColumns } from './plan-columns.ts';
import type { ConnectionPage, OrderKey, ReadPlan, SearchPlan, Slice } from './read-plan.ts';
import { readableRows } from './readable.ts';
import { whereToExpr } from './where-to-expr.ts';

/** Arguments of a field, as GraphQL coerced them. */
export type Args = Readonly<Record<string, unknown>>;

/** The plan of a list or connection: the viewer's read rule and the arguments' filter, search and order. */
export function makePlan(
  scope: RequestScope,
  entity: Entity,
  args: Args,
  columns: Iterable<string>,
): ReadPlan {
  const search = searchPlan(scope, entity, args.search);
  const byRank: readonly OrderKey[] =
    search && search.columns.length > 0
      ? [{ value: { kind: 'rank' }, descending: true, nullsFirst: true, nullable: false }]
      : [];
  return {
    entity,
    where: and(readableRows(scope, entity), whereToExpr(scope, entity, args.where)),
    search,
    order: orderToKeys(scope, entity, args.orderBy, ['orderBy'], byRank),
    columns: planColumns(scope, entity, columns),
  };
}

/** The plan of rows found by a condition of the server's own. Any order. */
export function planWhere(
  scope: RequestScope,
  entity: Entity,
  where: Expr,
  columns: Iterable<string>,
): ReadPlan {
  return { entity, where, search: undefined, order: [], columns: planColumns(scope, entity, columns) };
}

/** Blank text is no search. Columns with a rule that may exclude this viewer take no part. */
function searchPlan(scope: RequestScope, entity: Entity, search: unknown): SearchPlan | undefined {
  if (typeof search !== 'string') return undefined;
  const text = cleanText(search, ['search']);
  if (text.trim() === '') return undefined;
  if (text.length > MAX_SEARCH_LENGTH) {
    const message = `A search may have at most ${MAX_SEARCH_LENGTH} characters, not ${text.length}.`;
    throw badInput(['search'], message, 'maxLength');
  }
  const open = searchColumns(entity).filter((column) =>
    column.parts.every(({ field }) => {
      const rule = column.ruled ? scope.fieldRule(entity, field.name, 'read') : undefined;
      return rule === undefined || decidedWithoutRow(rule) === true;
    }),
  );
  return { text, columns: open.map(({ column }) => column) };
}

/** `limit` and `offset`. @throws ViewerError where they are negative or beyond the largest page */
export function sliceOf(scope: RequestScope, args: Args): Slice {
  const offset = count(args.offset, 'offset') ?? 0;
  return { limit: pageSize(scope, args.limit, 'limit') ?? scope.limits.defaultPageSize, offset };
}

function pageSize(scope: RequestScope, value: unknown, name: string): number | undefined {
  const size = count(value, name);
  const { maxPageSize } = scope.limits;
  if (size !== undefined && size > maxPageSize) {
    throw badInput([name], `\`${name}\` may be at most ${maxPageSize}, not ${size}.`, 'max');
  }
  return size;
}

function count(value: unknown, name: string): number | undefined {
  if (value === null || value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0)
    throw badInput([name], `\`${name}\` cannot be negative.`, 'min');
  return number;
}

/** `first`, `after`, `last` and `before`. @throws ViewerError for both sizes at once and for cursors of another order */
export function pageOf(scope: RequestScope, plan: ReadPlan, args: Args): ConnectionPage {
  const first = pageSize(scope, args.first, 'first');
  const last = pageSize(scope, args.last, 'last');
  if (first !== undefined && last !== undefined)
    throw badInput(['last'], '`first` and `last` exclude each other.', 'exclusive');
  const mark = orderMark(plan);
  const place = (name: 'after' | 'before') => {
    const cursor = args[name];
    return typeof cursor === 'string' ? decodeCursor(cursor, mark, plan.order.length, [name]) : undefined;
  };
  return {
    size: first ?? last ?? scope.limits.defaultPageSize,
    fromEnd: last !== undefined,
    after: place('after'),
    before: place('before'),
  };
}
