/** What is kept by name, for as many names as there is room for: what was not used for the longest is forgotten. */
export class LatelyUsed<T> {
  readonly #capacity: number;
  /** Those that were not used for the longest first. */
  readonly #byName = new Map<string, T>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** To look is no use. */
  get(name: string): T | undefined {
    return this.#byName.get(name);
  }

  /** Uses what is kept by that name, which is made where there is nothing. */
  use(name: string, make: () => T): T {
    const known = this.#byName.get(name);
    // While there is plenty of room, it does not matter what was used last.
    if (known !== undefined && this.#byName.size < this.#capacity / 2) return known;
    const one = known ?? make();
    this.#byName.delete(name);
    this.#byName.set(name, one);
    if (this.#byName.size > this.#capacity) {
      const oldest = this.#byName.keys().next();
      if (!oldest.done) this.#byName.delete(oldest.value);
    }
    return one;
  }
}
