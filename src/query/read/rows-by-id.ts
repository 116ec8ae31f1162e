import type { Entity } from '../../model/app-model.ts';
import { and, type Expr, TRUE, type Value } from '../../model/expr.ts';
import type { RequestScope } from '../request-scope.ts';
import { jsonValue } from '../sql/json-value.ts';
import { canonicalId } from '../sql/literal.ts';
import { idColumn } from '../sql/row-path.ts';
import { allRows, columnList, jsonColumns, placePlan, selectFrom } from '../sql/select-rows.ts';
import { sql } from '../sql/sql.ts';
import { idType } from '../sql/sql-type.ts';
import { planWhere } from './make-plan.ts';
import { everyColumn } from './plan-columns.ts';
import { decodeRows, type ReadRow } from './read-rows.ts';
import { rowOf } from './readable.ts';
import { runStatement, statementEnv } from './run-statement.ts';

/** A condition that the row is one of `ids`; ids of an impossible form are left out. */
export function idIn(entity: Entity, ids: readonly string[]): Expr {
  const item: Value = { kind: 'column', row: rowOf(entity), field: 'id' };
  const list: Value = { kind: 'literal', value: ids, type: { kind: 'scalar', name: 'ID', list: true } };
  return { kind: 'in', item, list };
}

/**
 * Rows with these ids in any order, whatever rows the viewer may read (`where` narrows); field rules hold as always.
 * Without `columns`, everything that a resolver could ask for. Missing rows are left out. One statement, none for no ids.
 */
export async function selectRowsByIds(
  scope: RequestScope,
  entity: Entity,
  ids: readonly string[],
  columns: Iterable<string> = everyColumn(scope, entity),
  where: Expr = TRUE,
): Promise<ReadRow[]> {
  if (ids.length === 0) return [];
  const plan = planWhere(scope, entity, and(idIn(entity, ids), where), columns);
  const env = statementEnv(scope);
  const placed = placePlan(plan, allRows(entity, env), env);
  const rows = await runStatement(scope, selectFrom(placed, columnList(placed), placed.where));
  return decodeRows(rows, jsonColumns(plan, env));
}

/** Those of `ids` for whose rows `expr` (bound, about `this`) is true, in their canonical form. One statement. */
export async function probe(
  scope: RequestScope,
  entity: Entity,
  ids: readonly string[],
  expr: Expr,
): Promise<ReadonlySet<string>> {
  if (ids.length === 0 || (expr.kind === 'constant' && expr.value !== true)) return new Set();
  const env = statementEnv(scope);
  const plan = planWhere(scope, entity, and(idIn(entity, ids), expr), []);
  const placed = placePlan(plan, allRows(entity, env), env);
  const id = jsonValue(idColumn(placed.source.row), idType(entity));
  const rows = await runStatement(scope, selectFrom(placed, sql`${id} AS id`, placed.where));
  return new Set(rows.map((row) => String(row.id)));
}

/** The form in which rows carry this id (`selectRowsByIds`, `probe`); undefined where no row can have it. */
export function canonicalIdOf(entity: Entity, id: string): string | undefined {
  return canonicalId(idType(entity), id);
}
