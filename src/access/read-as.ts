import type { IdKind, JsonValue, ValueType } from '../model/app-model.ts';
import { scalarType } from '../model/scalars.ts';
import { exactNumber, exactToText } from './exact-number.ts';

/**
 * Whatever a claim or a rule's literal holds, read as a value of `type`; null where it cannot be. Comparing with null is
 * unknown, and unknown denies: a claim of the wrong kind never opens anything and never makes PostgreSQL refuse a query.
 */
export function readAs(value: unknown, type: ValueType, idKind?: IdKind): JsonValue {
  if (value === null || value === undefined) return null;
  if (type.list) {
    const element = { ...type, list: false };
    return Array.isArray(value) ? value.map((item) => readAs(item, element, idKind)) : null;
  }
  if (type.kind === 'enum') return readText(value);
  if (type.name === 'ID') return readId(value, idKind);
  return READERS[scalarType(type.name)?.postgres ?? '']?.(value) ?? null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INTEGER = /^(0|-?[1-9]\d*)$/;
const INT4 = 2n ** 31n;
const INT8 = 2n ** 63n;

const READERS: Readonly<Record<string, (value: unknown) => JsonValue>> = {
  text: readText,
  uuid: (value) => (typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : null),
  bool: (value) => (typeof value === 'boolean' ? value : null),
  float8: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null),
  int4: (value) => (typeof value === 'number' && isInteger(String(value), INT4) ? value : null),
  int8: (value) => (isInteger(String(value), INT8) ? String(value) : null),
  numeric: readNumeric,
  timestamptz: readInstant,
  jsonb: (value) => value as JsonValue,
  date: (value) => (typeof value === 'string' && isDate(value) ? value : null),
  time: (value) =>
    typeof value === 'string' && /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?$/.test(value)
      ? value
      : null,
};

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
function readText(value: unknown): JsonValue {
  return typeof value === 'string' && !/\0|\p{Surrogate}/u.test(value) ? value : null;
}

function readId(value: unknown, idKind: IdKind | undefined): JsonValue {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string') return null;
  if (idKind === 'UUID7') return UUID.test(text) ? text.toLowerCase() : null;
  if (idKind === 'INT') return isInteger(text, INT4) ? text : null;
  return readText(text);
}

function isInteger(text: string, bound: bigint): boolean {
  if (!INTEGER.test(text) || text.length > 20) return false;
  const number = BigInt(text);
  return number >= -bound && number < bound;
}

function readNumeric(value: unknown): JsonValue {
  if (typeof value === 'string' && value.length > 1000) return null;
  const number = typeof value === 'string' || typeof value === 'number' ? exactNumber(value) : undefined;
  return number ? exactToText(number) : null;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

function readInstant(value: unknown): JsonValue {
  if (typeof value !== 'string' || !INSTANT.test(value) || !isDate(value.slice(0, 10))) return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text.startsWith('0000')) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
