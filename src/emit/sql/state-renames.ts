import type { AppModel, Entity, Field } from '../../model/app-model.ts';

/** Renames in stored names, as `data/` takes them. `table` of a column is the table's new name. */
export interface StatedRenames {
  readonly tables: readonly { readonly from: string; readonly to: string }[];
  readonly columns: readonly { readonly table: string; readonly from: string; readonly to: string }[];
}

/** What `@renamedFrom` means for the database. A stored name that the author fixed by hand does not change. */
export function stateRenames(app: AppModel): StatedRenames {
  return {
    tables: app.entities.flatMap(renamedTable),
    columns: app.entities.flatMap((entity) => entity.fields.flatMap((field) => renamedColumn(entity, field))),
  };
}

function renamedTable({ name, table, renamedFrom }: Entity) {
  return renamedFrom !== undefined && table === name ? [{ from: renamedFrom, to: table }] : [];
}

function renamedColumn(entity: Entity, field: Field) {
  const { renamedFrom } = field;
  if (renamedFrom === undefined) return [];
  if (field.kind === 'scalar' && field.column === field.name) {
    return [{ table: entity.table, from: renamedFrom, to: field.column }];
  }
  const { storage } = field.kind === 'relation' ? field : { storage: undefined };
  if (storage?.kind !== 'key' || storage.column !== `${field.name}Id`) return [];
  return [{ table: entity.table, from: `${renamedFrom}Id`, to: storage.column }];
}
