import type { Entity } from '../../model/app-model.ts';
import type { OrderKey } from '../read/read-plan.ts';

/** Whether the schema has an index that begins with what rows are ordered by, so that the first ones can be read without all others. */
export function hasIndexInOrder(entity: Entity, [first]: readonly OrderKey[]): boolean {
  if (!first) return true;
  const { value } = first;
  if (value.kind !== 'column' || value.row.steps.length > 0) return false;
  if (value.field === 'id') return true;
  const plain = entity.indexes.filter(({ kind, where }) => kind === 'BTREE' && where === undefined);
  return [...entity.uniques, ...plain].some(({ fields }) => fields[0] === value.field);
}
