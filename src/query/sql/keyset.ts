import type { CursorPlace, OrderKey } from '../read/read-plan.ts';
import { inItsType } from './json-value.ts';
import type { Operand } from './operand.ts';
import { allOf, anyOf, join, param, raw, type Sql, sql } from './sql.ts';

/** A sort key with its SQL: the very same expression orders, makes cursors and is compared with them. */
export type SortOperand = Operand & Pick<OrderKey, 'descending' | 'nullsFirst' | 'nullable'>;

export type Side = 'after' | 'before' | 'atOrAfter' | 'atOrBefore';

/**
 * Cursor of a row: the order's mark and every key's exact text, as base64url JSON. `mark` is hexadecimal. Text is exact for
 * every ordered type (floats are shortest-exact, times keep their microseconds), so casting it back finds the place.
 */
export function cursorValue(keys: readonly SortOperand[], mark: string): Sql {
  return cursorOf(keys.map(keyText), mark);
}

/** The exact text of a key's value. */
export function keyText(key: SortOperand): Sql {
  return sql`(${key.sql})::text`;
}

/** What PostgreSQL sends as the exact text of a key's value: the value itself, but where it casts to another text than it sends, or to another type tomorrow. */
export function sentKey(key: SortOperand): Sql {
  const { pg, enumValues } = key.type;
  return enumValues || OTHER_TEXTS.has(pg) ? keyText(key) : inItsType(key.sql, key.type);
}

/** The last one may be a column without a time zone, which gets one by the cast. */
const OTHER_TEXTS: ReadonlySet<string> = new Set(['bool', 'bpchar', 'timestamptz']);

/** The cursor made of the keys' texts. */
export function cursorOf(texts: readonly Sql[], mark: string): Sql {
  const json = sql`json_build_array(${raw(`'${mark}'`)}, ${join(texts)})::text`;
  return sql`translate(encode(convert_to(${json}, 'UTF8'), 'base64'), E'+/=\\n', '-_')`;
}

/** Rows on one side of a place in the order. */
export function placeCondition(keys: readonly SortOperand[], place: CursorPlace, side: Side): Sql {
  const forward = side === 'after' || side === 'atOrAfter';
  const directed = keys.map((key, index) => ({
    key,
    value: place[index] ?? null,
    // In which direction "beyond" lies for this key.
    greater: key.descending !== forward,
    nullsBeyond: key.nullsFirst !== forward,
  }));
  const orEqual = side === 'atOrAfter' || side === 'atOrBefore';
  return rowComparison(directed, orEqual) ?? stepwise(directed, orEqual);
}

interface Directed {
  readonly key: SortOperand;
  readonly value: string | null;
  readonly greater: boolean;
  readonly nullsBeyond: boolean;
}

/** `(a, b) > (x, y)`, which an index on (a, b) serves at once: where nothing is null and all keys go one way. */
function rowComparison(keys: readonly Directed[], orEqual: boolean): Sql | undefined {
  const [first] = keys;
  const uniform = keys.every(({ key, greater }) => !key.nullable && greater === first?.greater);
  if (!uniform || !first) return undefined;
  const operator = raw(` ${first.greater ? '>' : '<'}${orEqual ? '=' : ''} `);
  const left = join(keys.map(({ key }) => key.sql));
  const right = join(keys.map(({ key, value }) => param(value, key.type.pg)));
  return keys.length === 1 ? sql`${left}${operator}${right}` : sql`(${left})${operator}(${right})`;
}

/** Beyond in the first key, or equal there and beyond in the second, and so on. */
function stepwise(keys: readonly Directed[], orEqual: boolean): Sql {
  const cases = keys.map((key, index) => allOf([...keys.slice(0, index).map(same), beyond(key)]));
  return anyOf(orEqual ? [...cases, allOf(keys.map(same))] : cases);
}

function same({ key, value }: Directed): Sql {
  return value === null ? sql`${key.sql} IS NULL` : sql`${key.sql} = ${param(value, key.type.pg)}`;
}

function beyond({ key, value, greater, nullsBeyond }: Directed): Sql {
  if (value === null) return nullsBeyond ? raw('FALSE') : sql`${key.sql} IS NOT NULL`;
  const strictly = sql`${key.sql} ${raw(greater ? '>' : '<')} ${param(value, key.type.pg)}`;
  return nullsBeyond && key.nullable ? sql`(${strictly} OR ${key.sql} IS NULL)` : strictly;
}
