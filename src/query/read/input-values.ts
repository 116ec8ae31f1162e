import type { JsonValue, ValueType } from '../../model/app-model.ts';
import { scalarType } from '../../model/scalars.ts';
import { badInput, type InputPath } from './bad-input.ts';

/**
 * What a GraphQL scalar parsed, as JSON again: some scalars parse to dates, big integers, URLs or bytes.
 * @throws ViewerError for text that PostgreSQL cannot hold (NUL, half a surrogate pair)
 */
export function toJson(value: unknown, type: ValueType, path: InputPath): JsonValue {
  if (value === null || value === undefined) return null;
  if (type.list && Array.isArray(value)) {
    return value.map((item, index) => toJson(item, { ...type, list: false }, [...path, index]));
  }
  if (typeof value === 'string') return cleanText(value, path);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return dateText(value, type);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof URL) return value.href;
  return cleanJson(value, path);
}

/** JSON scalars: every text inside must be storable. */
function cleanJson(value: unknown, path: InputPath): JsonValue {
  if (typeof value === 'string') return cleanText(value, path);
  if (Array.isArray(value)) return value.map((item, index) => cleanJson(item, [...path, index]));
  if (typeof value !== 'object' || value === null)
    return typeof value === 'bigint' ? value.toString() : (value as JsonValue);
  // To assign to `__proto__` would set no key.
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [cleanText(key, path), cleanJson(item, [...path, key])]),
  );
}

/**
 * PostgreSQL nests the words of a search in each other, and its stack ends at some 16,000 of them. Counted in characters,
 * since what is a word is the parser's to say.
 */
export const MAX_SEARCH_LENGTH = 10_000;

export function cleanText(text: string, path: InputPath): string {
  if (text.includes('\u0000')) throw badInput(path, 'Text cannot hold the character U+0000.', 'text');
  if (!text.isWellFormed()) throw badInput(path, 'Text cannot hold half a surrogate pair.', 'text');
  return text;
}

function dateText(date: Date, type: ValueType): string {
  const postgres = scalarType(type.name)?.postgres;
  if (postgres === 'date') return date.toISOString().slice(0, 10);
  return postgres === 'time' ? date.toISOString().slice(11, 23) : date.toISOString();
}
