import { cutEnd } from '../../kit/cut-end.ts';
import type { JsonValue } from '../../model/app-model.ts';
import { SCALARS } from '../../model/scalars.ts';
import { param, raw, type Sql } from './sql.ts';
import type { SqlType } from './sql-type.ts';

/** A literal that no stored value of the type can equal (`"abc"` for a uuid): comparing with it is no error. */
export const IMPOSSIBLE = Symbol('impossible');

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INTEGER = /^(0|-?[1-9][0-9]{0,19})$/;
const INTEGER_BOUNDS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  int4: [-(2n ** 31n), 2n ** 31n - 1n],
  int8: [-(2n ** 63n), 2n ** 63n - 1n],
};

/**
 * One element of `type` as the driver takes it. Only what could make PostgreSQL refuse the whole statement is looked at
 * here (keys and integers), and what an id is called; dates and the like were parsed by their GraphQL scalars.
 */
export function elementFor(type: SqlType, value: JsonValue): unknown {
  if (value === null) return null;
  if (type.enumValues) return type.enumValues.has(String(value)) ? value : IMPOSSIBLE;
  if (type.scalar?.prisma === 'Json') return JSON.stringify(value);
  if (type.pg === 'uuid') return UUID.test(String(value)) ? String(value).toLowerCase() : IMPOSSIBLE;
  if (type.pg in INTEGER_BOUNDS) return integerFor(type, value);
  if (type.pg === 'bytea') return Buffer.from(String(value), 'base64');
  if (type.pg === 'bool') return value;
  // The spaces at a char's end are filling: an id is shown and compared without them, a text shown with them.
  if (type.pg === 'bpchar' && type.scalar === SCALARS.ID) return cutEnd(String(value), ' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function integerFor(type: SqlType, value: JsonValue): unknown {
  const text = typeof value === 'number' && Object.is(value, -0) ? '0' : String(value);
  const bounds = INTEGER_BOUNDS[type.pg];
  if (!INTEGER.test(text) || !bounds) return IMPOSSIBLE;
  const number = BigInt(text);
  return number < bounds[0] || number > bounds[1] ? IMPOSSIBLE : text;
}

/** Parameter for a list: impossible elements are left out, since nothing equals them. Nulls stay. */
export function listFor(type: SqlType, values: readonly JsonValue[]): Sql {
  const kept = values.map((value) => elementFor(type, value)).filter((value) => value !== IMPOSSIBLE);
  return param(kept, `${type.pg}[]`);
}

/** Parameter for one value, or IMPOSSIBLE. */
export function scalarFor(type: SqlType, value: JsonValue): Sql | typeof IMPOSSIBLE {
  if (value === null) return raw(`NULL::${type.pg}`);
  const element = elementFor(type, value);
  return element === IMPOSSIBLE ? IMPOSSIBLE : param(element, type.pg);
}

/** `id` in the form in which rows carry it; undefined where no id of this type can look like that. */
export function canonicalId(type: SqlType, id: string): string | undefined {
  const element = elementFor(type, id);
  return typeof element === 'string' ? element : undefined;
}
