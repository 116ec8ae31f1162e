/**
 * Rules about the state afterwards are asked at the end of a root field, so until then what it has written is stored and
 * not yet allowed. Meanwhile it may make other rules true: somebody makes itself owner, deletes as an owner, and steps
 * back. This remembers what was written before a right was used, so that it is judged before it is written over.
 */
export class UsedRights {
  #used = 0;
  readonly #writtenAfter = new Map<string, number>();

  /** A rule about what is stored has just allowed something. */
  use(): void {
    this.#used++;
  }

  wrote(keys: Iterable<string>): void {
    for (const key of keys) this.#writtenAfter.set(key, this.#used);
  }

  /** Whether a right was used since this was written. */
  isBehind(key: string): boolean {
    const after = this.#writtenAfter.get(key);
    return after !== undefined && after < this.#used;
  }
}
