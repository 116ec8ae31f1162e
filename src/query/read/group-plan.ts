import type { Entity, ValueType } from '../../model/app-model.ts';
import { groupKeys } from '../../model/exposed-fields.ts';
import { and, type Expr, not, or, TRUE } from '../../model/expr.ts';
import { scalarType } from '../../model/scalars.ts';
import type { RequestScope } from '../request-scope.ts';
import {
  AGGREGATE_FNS,
  type AggregateFn,
  type AggregateItem,
  type AggregatePlan,
  aggregatePlan,
} from './aggregate-plan.ts';
import { badInput, type InputPath } from './bad-input.ts';
import { Comparisons } from './comparisons.ts';
import { filterToExpr } from './filter-to-expr.ts';
import { type Args, sliceOf } from './make-plan.ts';
import { directionOf, oneKey } from './order-to-keys.ts';
import type { Slice } from './read-plan.ts';

export type DateBucket = 'HOUR' | 'DAY' | 'WEEK' | 'MONTH' | 'QUARTER' | 'YEAR';

export interface GroupPlan {
  readonly rows: AggregatePlan;
  readonly keys: readonly { readonly name: string; readonly bucket: DateBucket | undefined }[];
  /** About `GROUP`: its columns are named as by `itemName`. */
  readonly having: Expr;
  readonly order: readonly GroupOrder[];
  readonly slice: Slice;
}

export interface GroupOrder {
  readonly by: { readonly key: string } | { readonly item: AggregateItem };
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** Row variable of a group in `having`. */
export const GROUP = 'group';

const MAX_DEPTH = 20;

/** Arguments of `…Groups` as a plan. @throws ViewerError for keys given twice, buckets of what is no date, and the rest */
export function groupPlan(
  scope: RequestScope,
  entity: Entity,
  args: Args,
  selected: readonly AggregateItem[],
): GroupPlan {
  const keys = keysOf(scope, entity, args.by);
  const items = new Map<string, AggregateItem>();
  const use = (item: AggregateItem): AggregateItem => {
    items.set(`${item.fn}.${item.field}`, item);
    return item;
  };
  for (const item of selected) use(item);
  const path = ['having'];
  const comparisons = new Comparisons(path);
  const having = havingToExpr(args.having, { scope, entity, use, path, depth: 0, comparisons });
  const order = orderOf(args.orderBy, keys, use);
  const names = keys.map((key) => key.name);
  return {
    rows: aggregatePlan(scope, entity, args.where, [...items.values()], names),
    keys,
    having,
    order,
    slice: sliceOf(scope, args),
  };
}

function keysOf(scope: RequestScope, entity: Entity, by: unknown): GroupPlan['keys'] {
  const list = Array.isArray(by) ? by : [by];
  if (list.length === 0) throw badInput(['by'], 'Give at least one key to group by.', 'minItems');
  if (list.length > scope.limits.maxListLength) throw badInput(['by'], 'Too many keys.', 'maxItems');
  const seen = new Set<string>();
  return list.map((entry: { field: string; bucket?: DateBucket | null }, index) => {
    const path = ['by', index];
    const key = groupKeys(entity).find(({ name }) => name === entry.field);
    if (!key) throw badInput(path, `There is no grouping by ${entry.field}.`, 'unknown');
    if (seen.has(key.name))
      throw badInput(path, `${key.name} is grouped by twice: a key holds one value.`, 'unique');
    seen.add(key.name);
    const bucket = entry.bucket ?? undefined;
    if (bucket && scalarType(key.type.name)?.bucket !== true) {
      throw badInput([...path, 'bucket'], `${key.name} is no date and has no buckets.`, 'bucket');
    }
    return { name: key.name, bucket };
  });
}

interface HavingPlace {
  readonly scope: RequestScope;
  readonly entity: Entity;
  readonly use: (item: AggregateItem) => AggregateItem;
  readonly path: InputPath;
  readonly depth: number;
  readonly comparisons: Comparisons;
}

function havingToExpr(having: unknown, place: HavingPlace): Expr {
  if (having === null || having === undefined) return TRUE;
  if (place.depth > MAX_DEPTH)
    throw badInput(place.path, `A filter may nest at most ${MAX_DEPTH} levels.`, 'depth');
  const terms = Object.entries(having as Record<string, unknown>).map(([key, value]) => {
    const at = { ...place, path: [...place.path, key], depth: place.depth + 1 };
    return value === null || value === undefined ? TRUE : havingEntry(key, value, at);
  });
  return and(...terms);
}

function havingEntry(key: string, value: unknown, place: HavingPlace): Expr {
  const list = Array.isArray(value) ? value : [value];
  if (list.length > place.scope.limits.maxListLength)
    throw badInput(place.path, 'This list is too long.', 'maxItems');
  const each = () =>
    list.map((item, index) => havingToExpr(item, { ...place, path: [...place.path, index] }));
  if (key === 'AND') return and(...each());
  if (key === 'OR') return or(...each());
  if (key === 'NOT') return not(havingToExpr(value, place));
  if (key === 'count') return havingFilter({ fn: 'count', field: '' }, INT, value, place);
  const fn = AGGREGATE_FNS.find((name) => name === key);
  if (!fn) throw badInput(place.path, `There is no ${key} to compare with.`, 'unknown');
  const parts = Object.entries(value as Record<string, unknown>).map(([field, filter]) => {
    const at = { ...place, path: [...place.path, field] };
    if (filter === null || filter === undefined) return TRUE;
    return havingFilter({ fn, field }, typeOf(place.entity, fn, field, at.path), filter, at);
  });
  return and(...parts);
}

const INT: ValueType = { kind: 'scalar', name: 'Int', list: false };

function havingFilter(item: AggregateItem, type: ValueType, filter: unknown, place: HavingPlace): Expr {
  place.use(item);
  const field = item.field === '' ? item.fn : `${item.fn}.${item.field}`;
  const row = { from: GROUP, entity: place.entity.name, steps: [] };
  return filterToExpr({ kind: 'column', row, field }, type, filter as Record<string, unknown>, place);
}

function typeOf(entity: Entity, fn: AggregateFn, name: string, path: InputPath): ValueType {
  const field = entity.fieldByName.get(name);
  if (field?.kind !== 'scalar' && field?.kind !== 'computed')
    throw badInput(path, `There is no ${fn} of ${name}.`, 'unknown');
  if (fn === 'min' || fn === 'max') return field.type;
  if (fn === 'countDistinct') return INT;
  return { kind: 'scalar', name: scalarType(field.type.name)?.[fn] ?? 'Float', list: false };
}

/** By the keys where nothing else is said, and after everything else, so that pages never overlap. */
function orderOf(orderBy: unknown, keys: GroupPlan['keys'], use: HavingPlace['use']): readonly GroupOrder[] {
  const entries =
    orderBy === null || orderBy === undefined ? [] : Array.isArray(orderBy) ? orderBy : [orderBy];
  const order = entries.map((entry, index) => groupOrder(entry, keys, use, ['orderBy', index]));
  const rest = keys.map(({ name }) => ({ by: { key: name }, descending: false, nullsFirst: false }));
  return [...order, ...rest];
}

function groupOrder(
  entry: unknown,
  keys: GroupPlan['keys'],
  use: HavingPlace['use'],
  path: InputPath,
): GroupOrder {
  const [part, value] = oneKey(entry, path);
  if (part === 'count') return { by: { item: use({ fn: 'count', field: '' }) }, ...directionOf(value) };
  const [field, direction] = oneKey(value, [...path, part]);
  if (part === 'key') {
    const isKey = keys.some(({ name }) => name === field);
    if (!isKey) throw badInput([...path, part, field], `${field} is not grouped by.`, 'groupedBy');
    return { by: { key: field }, ...directionOf(direction) };
  }
  const fn = AGGREGATE_FNS.find((name) => name === part);
  if (!fn) throw badInput([...path, part], `There is no order by ${part}.`, 'unknown');
  return { by: { item: use({ fn, field }) }, ...directionOf(direction) };
}
