import type { SentAs } from '../../model/scalars.ts';
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

/** Renders a value; `nullable` is whether the API may answer null for it. */
export type RenderValue = (value: Sql, type: SqlType, nullable: boolean) => Sql;

/**
 * As `jsonValue`, but PostgreSQL refuses to answer a value that graphql-js would refuse to serialize: infinity for a date that
 * is never null, a day of the year 10000. Such values come from SQL alone. What is no number is taken for one.
 */
export const sayableValue: RenderValue = (value, type, nullable) => {
  const json = jsonValue(value, type);
  const condition = type.list
    ? ofEach(value, sayable(raw('item'), type, false))
    : sayable(value, type, nullable);
  if (!condition) return json;
  const form = type.list ? '::json' : changesForm(type) ? '' : '::jsonb';
  return sql`(CASE WHEN ${condition} THEN ${json} ELSE (${value})::text::int4::text${raw(form)} END)`;
};

/** A value that is sent as PostgreSQL writes it, and what its reader makes of the text. */
export interface SentValue {
  readonly value: Sql;
  readonly as: SentAs;
}

/**
 * What is sent instead of `sayableValue` where a reader writes the JSON, so that PostgreSQL need not make a text first; undefined where it
 * has to. Refuses the same values.
 */
export function sentValue(value: Sql, type: SqlType, nullable: boolean): SentValue | undefined {
  const { list, pg, scalar } = type;
  // A char that is an id is answered without the spaces at its end.
  if (!scalar?.sent || list || (pg === 'bpchar' && changesForm(type))) return undefined;
  const plain = filled(scalar.sent.value, value);
  if (!scalar.sayable) return { value: inItsType(plain, type), as: scalar.sent.as };
  const isNull = nullable && scalar.saidAsNull && sql` WHEN ${filled(scalar.saidAsNull, value)} THEN NULL`;
  const said = sql`WHEN ${filled(scalar.sayable, value)} THEN ${plain}${isNull || raw('')}`;
  const guarded = sql`(CASE ${said} WHEN (${value})::text::int4 IS NULL THEN NULL END)`;
  return { value: inItsType(guarded, type), as: scalar.sent.as };
}

/**
 * A column in the type that the API's scalar has, without a length or precision of the column's own: a statement that is prepared fails for good once
 * a column of its answer has become another, `varchar(20)` and `varchar(200)` alike.
 */
export function inItsType(value: Sql, { pg }: SqlType): Sql {
  return sql`(${value})::${raw(pg)}`;
}

/** Undefined where every value of the type can be said. */
function sayable(value: Sql, { scalar }: SqlType, nullable: boolean): Sql | undefined {
  if (!scalar || (nullable && !scalar.sayable)) return undefined;
  const isSayable = scalar.sayable && filled(scalar.sayable, value);
  const isNull = scalar.saidAsNull && filled(scalar.saidAsNull, value);
  if (isSayable) return nullable && isNull ? sql`(${isSayable} OR ${isNull})` : isSayable;
  return isNull && sql`NOT (${isNull})`;
}

function ofEach(list: Sql, condition: Sql | undefined): Sql | undefined {
  return condition && sql`(SELECT bool_and(${condition}) FROM unnest(${list}) AS each (item)) IS NOT FALSE`;
}

function changesForm(type: SqlType): boolean {
  return type.scalar !== undefined && type.scalar.json(MARK) !== MARK;
}

function element(value: Sql, type: SqlType): Sql {
  if (!type.scalar) return sql`(${value})::text`;
  return filled(type.scalar.json, value);
}

/** What is said of a column, of any value. */
function filled(about: (column: string) => string, value: Sql): Sql {
  const pieces = about(MARK).split(MARK);
  const parts = pieces.flatMap((piece, index) => (index === 0 ? [raw(piece)] : [value, raw(piece)]));
  return { parts: parts.flatMap((part) => part.parts) };
}

/** Whether the driver's text of a `jsonValue` is JSON that has to be parsed. */
export function arrivesAsJson(type: SqlType): boolean {
  return type.list || type.scalar?.prisma === 'Json';
}
