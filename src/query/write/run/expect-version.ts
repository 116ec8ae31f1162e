import { ViewerError } from '../../../kit/viewer-error.ts';
import type { Entity } from '../../../model/app-model.ts';
import { columnOf, raw, sql } from '../../sql/sql.ts';
import { tableAs } from '../../sql/sql-env.ts';
import { idIn, judgeRows } from './judge-rows.ts';
import type { WriteRun } from './write-run.ts';

/**
 * Optimistic concurrency: the locked row must still be what the viewer has seen. @throws ViewerError CONFLICT, or FORBIDDEN
 * where the viewer cannot have seen the version
 */
export async function expectVersionOf(
  run: WriteRun,
  entity: Entity,
  id: string,
  expected: number,
): Promise<void> {
  const field = entity.fields.find((one) => one.kind === 'scalar' && one.maintained === 'version');
  if (field?.kind !== 'scalar') return;
  const rule = run.scope.fieldRule(entity, field.name, 'read');
  if (rule && !(await judgeRows(run, entity, [id], { rule })).get(id)?.rule) {
    const access = await run.explain({ entity, operation: 'read', id, field: field.name, image: 'before' });
    throw run.denied(`read ${entity.name}.${field.name}, which is compared`, access);
  }
  const row = { alias: entity.singular, entity };
  const [found] = await run.query<{ version: number }>(
    sql`SELECT ${columnOf(row.alias, field.column)} AS version FROM ${raw(tableAs(entity, row.alias))} WHERE ${idIn(row, [id])}`,
  );
  if (found && Number(found.version) === expected) return;
  throw new ViewerError(
    'CONFLICT',
    `This ${entity.name} was changed meanwhile: its ${field.name} is not ${expected}.`,
  );
}
