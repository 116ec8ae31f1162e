/** Bounds the sum of what the values weigh, besides their number. */
export interface Weighing<V> {
  readonly sizeOf: (value: V) => number;
  readonly total: number;
}

/** A map that forgets what was not asked for the longest, so that strangers cannot fill the memory. */
export class RecentMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #capacity: number;
  readonly #weighing: Weighing<V> | undefined;
  #weight = 0;

  constructor(capacity: number, weighing?: Weighing<V>) {
    this.#capacity = capacity;
    this.#weighing = weighing;
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    // While there is plenty of room, nothing is forgotten, so it does not matter what was asked for last.
    const isRoomy = this.#weighing === undefined && this.#entries.size < this.#capacity / 2;
    if (value === undefined || isRoomy) return value;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#forget(key);
    this.#entries.set(key, value);
    this.#weight += this.#sizeOf(value);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity && this.#weight <= (this.#weighing?.total ?? 0)) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#sizeOf(value);
  }

  #sizeOf(value: V): number {
    return this.#weighing?.sizeOf(value) ?? 0;
  }
}
