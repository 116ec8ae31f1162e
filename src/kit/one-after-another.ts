const tails = new WeakMap<object, Promise<unknown>>();

/** Runs `fn` when everything that was given before it for the same key has ended, whether well or not. */
export function oneAfterAnother<T>(key: object, fn: () => Promise<T>): Promise<T> {
  const result = (tails.get(key) ?? Promise.resolve()).then(fn);
  tails.set(
    key,
    result.catch(() => undefined),
  );
  return result;
}
