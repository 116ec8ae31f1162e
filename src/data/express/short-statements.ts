/** A statement is short that took less than this not long ago. Milliseconds. */
const QUICK_MS = 1;
/** How long ago that may be: on a busy machine everything takes longer, which is no reason to make it busier. */
const QUICK_FOR_MS = 60_000;
/** Runs that are judged together. */
const WINDOW = 8;
/** Where it is let in: of the runs beside the lane, at most so many longer than this. */
const LONG_BESIDE_MS = 10;
const MOST_LONG_BESIDE = 4;
/** Where it is let out again: of the runs on the lane, more than so many longer than this. */
const LONG_MS = 25;
const MOST_LONG = 1;
/** How long a statement is kept away that has held up others; twice as long each time. */
const FIRST_BAR_MS = 5_000;
const LONGEST_BAR_MS = 600_000;
/** Statements that are watched; there are no more prepared ones. */
const CAPACITY = 1_000;

interface Watched {
  runs: number;
  long: number;
  quickAt: number;
  isShort: boolean;
  barMs: number;
  barredUntil: number;
}

/** Which prepared statements have been short of late, by name. Times are as `performance.now()` counts. */
export class ShortStatements {
  readonly #watched = new Map<string, Watched>();

  has(name: string, now: number): boolean {
    const one = this.#watched.get(name);
    return one?.isShort === true && one.barredUntil <= now;
  }

  /**
   * Notes a run on a connection of its own. It says little of a statement that is let in already: such runs are the ones
   * that found the lane full, and many of them compete for the processor.
   */
  noteBeside(name: string, ms: number, now: number): void {
    const one = this.#find(name);
    if (ms <= QUICK_MS) one.quickAt = now;
    if (one.isShort) return;
    if (!isJudged(one, ms > LONG_BESIDE_MS)) return;
    one.isShort = isQuick(one, now) && one.long <= MOST_LONG_BESIDE;
    Object.assign(one, { runs: 0, long: 0 });
  }

  /** Notes a run on the lane, without the time in which others were ahead of it. */
  noteOnLane(name: string, ms: number, now: number): void {
    const one = this.#find(name);
    if (ms <= QUICK_MS) one.quickAt = now;
    if (!isJudged(one, ms > LONG_MS)) return;
    one.isShort = isQuick(one, now);
    if (one.long > MOST_LONG) this.bar(name, now);
    else if (now - one.barredUntil > one.barMs) one.barMs = FIRST_BAR_MS;
    Object.assign(one, { runs: 0, long: 0 });
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
      const quickAt = Number.NEGATIVE_INFINITY;
      one = { runs: 0, long: 0, quickAt, isShort: false, barMs: FIRST_BAR_MS, barredUntil: 0 };
      this.#watched.set(name, one);
    }
    return one;
  }
}

/** Counts a run; whether that makes enough of them. */
function isJudged(one: Watched, isLong: boolean): boolean {
  one.runs += 1;
  if (isLong) one.long += 1;
  return one.runs >= WINDOW;
}

const isQuick = (one: Watched, now: number): boolean => now - one.quickAt <= QUICK_FOR_MS;
