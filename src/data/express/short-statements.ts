/** A statement is short when most of its runs take less than this. Milliseconds. */
const SHORT_MS = 10;
/** And when the shortest of them takes less than this. */
const BEST_MS = 1;
/** Runs that are judged together. */
const WINDOW = 8;
const MOST_LONG = 1;
/** How long a statement is kept away that has held up others; twice as long each time. */
const FIRST_BAR_MS = 5_000;
const LONGEST_BAR_MS = 600_000;
/** Statements that are watched; there are no more prepared ones. */
const CAPACITY = 1_000;

interface Watched {
  runs: number;
  long: number;
  best: number;
  isShort: boolean;
  barMs: number;
  barredUntil: number;
}

/** Which prepared statements have been short of late, by name. */
export class ShortStatements {
  readonly #watched = new Map<string, Watched>();

  has(name: string, now: number): boolean {
    const one = this.#watched.get(name);
    return one?.isShort === true && one.barredUntil <= now;
  }

  /** @param ms how long one run took by itself */
  note(name: string, ms: number): void {
    const one = this.#find(name);
    one.runs += 1;
    one.best = Math.min(one.best, ms);
    if (ms > SHORT_MS) one.long += 1;
    if (one.runs < WINDOW) return;
    one.isShort = one.best <= BEST_MS && one.long <= MOST_LONG;
    Object.assign(one, { runs: 0, long: 0, best: Number.POSITIVE_INFINITY });
  }

  /** It has kept others waiting. */
  bar(name: string, now: number): void {
    const one = this.#find(name);
    one.barredUntil = now + one.barMs;
    one.barMs = Math.min(one.barMs * 2, LONGEST_BAR_MS);
  }

  #find(name: string): Watched {
    let one = this.#watched.get(name);
    if (!one) {
      if (this.#watched.size >= CAPACITY) this.#watched.clear();
      const best = Number.POSITIVE_INFINITY;
      one = { runs: 0, long: 0, best, isShort: false, barMs: FIRST_BAR_MS, barredUntil: 0 };
      this.#watched.set(name, one);
    }
    return one;
  }
}
