import { raw, type Sql, sql } from './sql.ts';
import type { SqlType } from './sql-type.ts';

const MARK = '\u0001';

/**
 * The value as the API answers it: text for dates, big numbers, bytes and ids; PostgreSQL's own JSON for lists and JSON
 * columns. Both executors read values through this, so that they cannot differ.
 */
export function jsonValue(value: Sql, type: SqlType): Sql {
  if (!type.list) return element(value, type);
  if (type.enumValues) return sql`to_json((${value})::text[])`;
  if (!changesForm(type)) return sql`to_json(${value})`;
  const item = element(raw('item'), type);
  const items = sql`SELECT ${item} FROM unnest(${value}) WITH ORDINALITY AS each (item, place) ORDER BY place`;
  return sql`(CASE WHEN ${value} IS NOT NULL THEN to_json(ARRAY(${items})) END)`;
}

function changesForm(type: SqlType): boolean {
  return type.scalar !== undefined && type.scalar.json(MARK) !== MARK;
}

function element(value: Sql, type: SqlType): Sql {
  if (!type.scalar) return sql`(${value})::text`;
  const pieces = type.scalar.json(MARK).split(MARK);
  const parts = pieces.flatMap((piece, index) => (index === 0 ? [raw(piece)] : [value, raw(piece)]));
  return { parts: parts.flatMap((part) => part.parts) };
}

/** Whether the driver's text of a `jsonValue` is JSON that has to be parsed. */
export function arrivesAsJson(type: SqlType): boolean {
  return type.list || type.scalar?.prisma === 'Json';
}
