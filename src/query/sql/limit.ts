import type { Slice } from '../read/read-plan.ts';
import { param, raw, type Sql, sql } from './sql.ts';

/** The limit stands in the text: a plan for an unknown limit would be one for all rows. It was checked to be a number. */
export function sliceSql(slice: Slice | undefined): Sql {
  if (!slice) return raw('');
  const offset = slice.offset > 0 ? sql` OFFSET ${param(slice.offset, 'int8')}` : raw('');
  return sql` ${limitSql(slice.limit)}${offset}`;
}

/** `LIMIT n`. @throws Error for anything but a whole number */
export function limitSql(limit: number): Sql {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new Error('A limit is a whole number');
  return raw(`LIMIT ${limit}`);
}
