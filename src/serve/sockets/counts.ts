/** How many of something each of many has, without remembering those who have none. */
export class Counts {
  readonly #counts = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  add(key: string): void {
    this.#total += 1;
    this.#counts.set(key, this.of(key) + 1);
  }

  remove(key: string): void {
    this.#total -= 1;
    const left = this.of(key) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }
}
