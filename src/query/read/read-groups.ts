import type { RequestScope } from '../request-scope.ts';
import { selectGroups } from '../sql/groups-to-sql.ts';
import { allRows } from '../sql/select-rows.ts';
import type { GroupPlan } from './group-plan.ts';
import { type AggregateResult, aggregateResult } from './read-aggregates.ts';
import { runStatement, statementEnv } from './run-statement.ts';

export interface GroupResult {
  readonly key: Readonly<Record<string, unknown>>;
  readonly aggregate: AggregateResult;
}

/** Groups in the plan's order. One statement. */
export async function readGroups(scope: RequestScope, plan: GroupPlan): Promise<GroupResult[]> {
  if (plan.slice.limit === 0) return [];
  const env = statementEnv(scope);
  const rows = await runStatement(scope, selectGroups(plan, allRows(plan.rows.entity, env), env));
  return rows.map((row) => ({
    key: Object.fromEntries(plan.keys.map(({ name }) => [name, row[`key.${name}`] ?? null])),
    aggregate: aggregateResult(row, plan.rows.items),
  }));
}
