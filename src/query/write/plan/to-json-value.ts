import type { JsonValue } from '../../../model/app-model.ts';

/** JSON deeper than this would exhaust stacks, ours or PostgreSQL's. */
export const MAX_JSON_DEPTH = 200;

/** What is wrong with a value that no column could store; undefined where nothing is. */
export type Unstorable = { readonly message: string; readonly constraint: string };

/**
 * The JSON form of what a GraphQL scalar made of its input: parsers of scalars may give dates, big integers and bytes
 * where columns want their text.
 */
export function toJsonValue(value: unknown): JsonValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof URL) return value.href;
  if (Array.isArray(value)) return value.map(toJsonValue);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJsonValue(inner)]));
}

/** How deep arrays and objects nest, found without recursion and given up on beyond the limit. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_JSON_DEPTH) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

/** PostgreSQL stores neither NUL nor half a surrogate pair, in no text and in no key of a JSON object. */
export function findUnstorable(value: JsonValue): Unstorable | undefined {
  if (typeof value === 'string') return findUnstorableText(value);
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : { message: 'must be a finite number', constraint: 'finite' };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const fault = (Array.isArray(value) ? undefined : findUnstorableText(key)) ?? findUnstorable(inner);
    if (fault) return fault;
  }
  return undefined;
}

function findUnstorableText(text: string): Unstorable | undefined {
  if (text.includes('\u0000')) {
    return { message: 'must not contain a NUL character', constraint: 'text' };
  }
  return !text.isWellFormed()
    ? { message: 'must be well-formed Unicode: it has half of a surrogate pair', constraint: 'text' }
    : undefined;
}
