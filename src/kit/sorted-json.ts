/** A value as JSON text in which the keys of objects are in order: equal values, equal texts. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? 'undefined';
}

/** A JSON value with the keys of its objects in order. */
export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
