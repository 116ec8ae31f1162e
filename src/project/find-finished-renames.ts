import { type DatabaseState, tablesOf } from '../data/index.ts';
import { stateRenames } from '../emit/sql/state-renames.ts';
import type { Problem } from '../kit/problem.ts';
import type { AppModel, Entity, Field } from '../model/app-model.ts';

/** Warnings for every `@renamedFrom` that the last migration has carried out already. */
export function findFinishedRenames(app: AppModel, last: DatabaseState | undefined): readonly Problem[] {
  if (!last) return [];
  const tables = tablesOf(last);
  return app.entities.flatMap((entity) => [
    ...(isTableDone(entity, tables) ? [finished(entity)] : []),
    ...entity.fields.filter((field) => isColumnDone(app, entity, field, tables)).map(finished),
  ]);
}

type Tables = ReadonlyMap<string, ReadonlySet<string>>;

function isTableDone({ renamedFrom, table }: Entity, tables: Tables): boolean {
  return renamedFrom !== undefined && tables.has(table) && !tables.has(renamedFrom);
}

function isColumnDone(app: AppModel, entity: Entity, field: Field, tables: Tables): boolean {
  if (field.renamedFrom === undefined) return false;
  const { columns } = stateRenames({ ...app, entities: [{ ...entity, fields: [field] }] });
  return columns.some(({ table, from, to }) => {
    const stored = tables.get(table);
    return stored?.has(to) === true && !stored.has(from);
  });
}

function finished({ name, renamedFrom, place }: Entity | Field): Problem {
  const message = `${name} has been renamed from ${renamedFrom} by a migration. Remove @renamedFrom.`;
  return { place, code: 'RENAME_DONE', severity: 'warning', message };
}
