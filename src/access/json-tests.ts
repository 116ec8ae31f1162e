import type { JsonValue } from '../model/app-model.ts';

/** Equality of `jsonb`: the order of keys does not matter, and 1 is 1.0. */
export function sameJson(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  }
  const left = objectOf(a);
  const right = objectOf(b);
  if (!left || !right) return a === b;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key] ?? null, right[key] ?? null))
  );
}

/** PostgreSQL's `whole @> part`. */
export function containsJson(whole: JsonValue, part: JsonValue): boolean {
  if (Array.isArray(whole)) {
    // At the top an array contains a bare scalar; in depth arrays only contain arrays.
    if (!Array.isArray(part))
      return objectOf(part) === undefined && whole.some((item) => sameJson(item, part));
    return part.every((one) => whole.some((item) => elementContains(item, one)));
  }
  const left = objectOf(whole);
  const right = objectOf(part);
  if (!left || !right) return sameJson(whole, part);
  return Object.entries(right).every(
    ([key, value]) => Object.hasOwn(left, key) && elementContains(left[key] ?? null, value),
  );
}

function elementContains(whole: JsonValue, part: JsonValue): boolean {
  return Array.isArray(whole) === Array.isArray(part) && containsJson(whole, part);
}

function objectOf(value: JsonValue): Readonly<Record<string, JsonValue>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, JsonValue>>;
}
