import { ident, join, raw, type Sql, sql } from '../sql/sql.ts';

/** One member of a JSON object: the response key, and SQL whose value as JSON is the member's. */
export interface Member {
  readonly key: string;
  readonly value: Sql;
}

/** PostgreSQL cuts identifiers off here (NAMEDATALEN - 1), and a cut-off key would be another key. */
export const LONGEST_KEY = 63;

/** `SELECT` list with a column per member; keys are GraphQL names, so they need no escaping as JSON. */
export function memberList(members: readonly Member[]): Sql {
  return join(members.map(({ key, value }) => sql`${value} AS ${ident(key)}`));
}

/** One JSON object of values that are in scope where it stands. `row_to_json` writes no white space, as JavaScript. */
export function objectOf(members: readonly Member[]): Sql {
  return sql`(SELECT row_to_json(o) FROM (SELECT ${memberList(members)}) AS o)`;
}

/** The JSON object of a SELECT's only row; null where it has none. */
export function objectFrom(select: Sql): Sql {
  return sql`(SELECT row_to_json(o) FROM (${select}) AS o)`;
}

/** The JSON list of a SELECT's rows as objects, in its order. */
export function listFrom(select: Sql): Sql {
  return sql`(SELECT coalesce(array_to_json(array_agg(o)), '[]'::json) FROM (${select}) AS o)`;
}

/** A constant of ours as JSON text: a type's name, or a key that holds nothing. */
export function constantText(text: string): Sql {
  if (!/^[_A-Za-z][_0-9A-Za-z]*$/.test(text)) throw new Error(`${text} is no GraphQL name`);
  return raw(`'${text}'::text`);
}

export const NULL_VALUE: Sql = raw('NULL::text');
