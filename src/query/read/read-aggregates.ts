import type { Row } from '../../data/index.ts';
import type { RequestScope } from '../request-scope.ts';
import { itemName, selectAggregate } from '../sql/aggregate-to-sql.ts';
import { allRows } from '../sql/select-rows.ts';
import { AGGREGATE_FNS, type AggregateItem, type AggregatePlan } from './aggregate-plan.ts';
import { type Parents, perParent } from './read-rows.ts';
import { runStatement, statementEnv } from './run-statement.ts';

/** `{ count, sum: { score }, … }` with the values that were asked for. */
export type AggregateResult = Readonly<Record<string, unknown>>;

/** Aggregates over a whole table (`parents` undefined: one result), or one per parent. One statement. */
export async function readAggregates(
  scope: RequestScope,
  plan: AggregatePlan,
  parents: Parents | undefined,
): Promise<AggregateResult[]> {
  const count = parents?.keys.length ?? 1;
  if (plan.items.length === 0) return Array.from({ length: count }, () => aggregateResult({}, []));
  const env = statementEnv(scope);
  if (!parents) {
    const [row] = await runStatement(scope, selectAggregate(plan, allRows(plan.entity, env), env));
    return [aggregateResult(row ?? {}, plan.items)];
  }
  const rows = await runStatement(
    scope,
    perParent(env, scope, parents, (source) => selectAggregate(plan, source, env)),
  );
  const results: AggregateResult[] = [];
  for (const row of rows) results[Number(row.$parent) - 1] = aggregateResult(row, plan.items);
  return results;
}

/** A row of aggregates in the shape of the API. */
export function aggregateResult(row: Row, items: readonly AggregateItem[]): AggregateResult {
  const result: Record<string, unknown> = {};
  for (const fn of AGGREGATE_FNS) result[fn] = {};
  for (const item of items) {
    const value = row[itemName(item)] ?? null;
    if (item.fn === 'count') result.count = value;
    else (result[item.fn] as Record<string, unknown>)[item.field] = value;
  }
  return result;
}

/** The answer where no row can be read: counts are 0, everything else null. */
export function emptyAggregate(items: readonly AggregateItem[]): AggregateResult {
  const row = Object.fromEntries(
    items.map((item) => [itemName(item), item.fn.startsWith('count') ? 0 : null]),
  );
  return aggregateResult(row, items);
}
