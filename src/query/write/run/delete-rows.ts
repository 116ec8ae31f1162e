import type { Entity } from '../../../model/app-model.ts';
import { raw, sql } from '../../sql/sql.ts';
import { tableAs } from '../../sql/sql-env.ts';
import type { InputPath } from '../write-plan.ts';
import { idIn, judgeBeforeChange, takeRows } from './judge-rows.ts';
import type { WriteRun } from './write-run.ts';

/** Deletes rows that the viewer may delete. @throws ViewerError NOT_FOUND, FORBIDDEN, or CONFLICT where others refer to them */
export async function deleteRows(
  run: WriteRun,
  entity: Entity,
  ids: readonly string[],
  path: InputPath,
): Promise<void> {
  if (ids.length === 0) return;
  await takeRows(
    run,
    entity,
    ids.map((id) => ({ id, given: [] })),
    'delete',
  );
  await deleteTakenRows(run, entity, ids, path);
}

/** Deletes rows for which the rules were asked. */
export async function deleteTakenRows(
  run: WriteRun,
  entity: Entity,
  ids: readonly string[],
  path: InputPath,
): Promise<void> {
  await judgeBeforeChange(run, entity, ids);
  await judgeHolders(run, entity);
  const row = { alias: entity.singular, entity };
  const statement = sql`DELETE FROM ${raw(tableAs(entity, row.alias))} WHERE ${idIn(row, ids)}`;
  await run.write(statement, { entity, path, operation: 'delete' });
  run.forget(entity, ids);
  run.locks.clear();
}

/** The database itself will change or delete rows that refer to what is deleted. */
async function judgeHolders(run: WriteRun, entity: Entity): Promise<void> {
  for (const touched of run.touched()) {
    const refers = touched.entity.fields.some(
      (field) => field.kind === 'relation' && field.storage.kind === 'key' && field.target === entity.name,
    );
    if (refers) await judgeBeforeChange(run, touched.entity, [...touched.created, ...touched.updated]);
  }
}
