import type { Entity } from '../../../model/app-model.ts';
import { and, THIS } from '../../../model/expr.ts';
import { probe } from '../../read/rows-by-id.ts';
import { whereToExpr } from '../../read/where-to-expr.ts';
import { exprToSql } from '../../sql/predicate-to-sql.ts';
import { idColumn } from '../../sql/row-path.ts';
import { raw, sql } from '../../sql/sql.ts';
import { tableAs } from '../../sql/sql-env.ts';
import type { UpdatePlan } from '../write-plan.ts';
import { toldBy } from './told-fields.ts';
import type { WriteRun } from './write-run.ts';

/**
 * Locks the rows for which `where` holds and to which the viewer may do what is intended, and answers their ids. Those
 * that the viewer cannot read or may not write are passed over.
 */
export async function takeWhere(
  run: WriteRun,
  entity: Entity,
  where: unknown,
  plan: UpdatePlan | undefined,
  operation: 'update' | 'delete',
): Promise<readonly string[]> {
  const { scope } = run;
  const fields = [
    ...(plan?.given ?? []).flatMap((name) => scope.fieldRule(entity, name, 'write') ?? []),
    ...(plan ? toldBy(plan) : []).flatMap(({ name }) => scope.fieldRule(entity, name, 'read') ?? []),
  ];
  const condition = and(
    scope.rowRule(entity, 'read'),
    scope.rowRule(entity, operation),
    ...fields,
    whereToExpr(scope, entity, where),
  );
  const env = run.env();
  const row = { alias: env.namer.next(entity.singular), entity };
  const strength = operation === 'delete' ? 'UPDATE' : 'NO KEY UPDATE';
  const table = raw(`${tableAs(entity, row.alias)}`);
  const rows = await run.query<{ id: string }>(
    sql`SELECT ${idColumn(row)}::text AS id FROM ${table} WHERE ${exprToSql(condition, env.with(THIS, row))} ORDER BY ${idColumn(row)} FOR ${raw(strength)} OF ${raw(`"${row.alias}"`)}`,
  );
  // Waiting for a lock, a row may have changed in ways that the statement above could not see.
  const ids = rows.map((one) => one.id);
  run.locks.note(entity, ids, strength);
  const still = await probe(scope, entity, ids, condition);
  return ids.filter((id) => still.has(id));
}
