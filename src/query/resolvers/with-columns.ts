import type { Entity } from '../../model/app-model.ts';
import type { ReadRow } from '../read/read-rows.ts';
import type { RequestScope } from '../request-scope.ts';
import { rowLoader } from './loaders.ts';

/**
 * The row itself if it has these columns; else they are read by its id, through the read rule like any other read. Rows
 * have what their selection needs: this serves rows that something else than a selection has made.
 */
export function withColumns(
  scope: RequestScope,
  entity: Entity,
  row: ReadRow,
  columns: readonly string[],
): ReadRow | Promise<ReadRow | undefined> {
  if (columns.every((column) => row[column] !== undefined)) return row;
  return rowLoader(scope, entity, columns).load(String(row.id));
}
