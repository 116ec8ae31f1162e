/**
 * When each table was last written to, on a clock that counts messages. What was read since a moment is still true if none of
 * its tables has changed after that moment; so a read that began before a write is never taken for one that came later.
 */
export class Changes {
  #now = 0;
  #forgotten = 0;
  #last = 0;
  readonly #byTable = new Map<string, number>();

  /** The moment of now. */
  get now(): number {
    return this.#now;
  }

  changed(table: string): void {
    this.#last = ++this.#now;
    this.#byTable.set(table, this.#now);
  }

  /** Anything may have changed. */
  changedUnheard(): void {
    this.#forgotten = ++this.#now;
  }

  /** @param tables undefined: all there are */
  isUnchanged(since: number, tables: ReadonlySet<string> | undefined): boolean {
    if (this.#forgotten > since) return false;
    if (!tables) return this.#last <= since;
    for (const table of tables) if ((this.#byTable.get(table) ?? 0) > since) return false;
    return true;
  }
}
