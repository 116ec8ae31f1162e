/** Makes a forgotten case of a union a compile error, and a loud one should it ever run. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
