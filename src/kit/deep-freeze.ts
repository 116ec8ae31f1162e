/** Freezes plain objects, arrays and maps all the way down; instances of classes are left as they are. */
export function deepFreeze<T>(value: T): T {
  freeze(value, new Set());
  return value;
}

function freeze(value: unknown, seen: Set<object>): void {
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value instanceof Map) {
    for (const [key, item] of value) {
      freeze(key, seen);
      freeze(item, seen);
    }
    // Object.freeze leaves a map's entries open.
    for (const method of ['set', 'delete', 'clear'] as const) {
      if (!Object.isFrozen(value)) Object.defineProperty(value, method, { value: refuse });
    }
    Object.freeze(value);
    return;
  }
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return;
  for (const item of Object.values(value)) freeze(item, seen);
  Object.freeze(value);
}

function refuse(): never {
  throw new TypeError('This map is frozen.');
}
