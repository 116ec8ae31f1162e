/** A prepared statement that takes no longer is left as it is: to plan it costs a good part of that. Milliseconds. */
const SLOW_MS = 10;
/** So much faster it has to be when it is planned anew, which takes the processor longer than it shows. */
const FASTER = 0.5;
/** What is as fast by a tenth is as fast: a plan that is kept takes the processor less. */
const AS_FAST = 1.1;
/** PostgreSQL keeps no plan before the sixth run on a connection. */
const RUNS_BEFORE_FIRST_TRIAL = 8;
/** Between trials, more each time that one has changed nothing. */
const RUNS_BETWEEN_TRIALS = 64;
const MOST_RUNS_BETWEEN_TRIALS = 4_096;
const RUNS_OF_A_TRIAL = 5;
/** How fast a way's time is learnt. */
const STEP = 1 / 4;
/** Statements that are watched. */
const CAPACITY = 1_000;

/**
 * How a statement is run: `prepared`, where PostgreSQL may keep one plan for all values, or `anew`, where it plans for the values at
 * hand. A kept plan takes a condition for one that a third of the rows meet, walks through all of them in the order that is asked
 * for, and expects to be done soon; where few rows meet it, that is the whole table.
 */
export type Way = 'prepared' | 'anew';

/** Which way one statement goes, by how long it took of late. */
export class PlanChoice {
  #way: Way = 'prepared';
  readonly #ms = { prepared: 0, anew: 0 };
  /** Since the last trial, and how many there are to be before the next one. */
  #runs = 0;
  #pause = RUNS_BEFORE_FIRST_TRIAL;
  /** Runs of the other way that are missing. */
  #missing = 0;

  get next(): Way {
    return this.#missing > 0 ? this.#other : this.#way;
  }

  note(way: Way, ms: number): void {
    const before = this.#ms[way];
    this.#ms[way] = before === 0 ? ms : before + (ms - before) * STEP;
    if (way === this.#way) this.#noteUsual();
    else if (this.#missing > 0) {
      this.#missing -= 1;
      if (this.#missing === 0) this.#decide();
    }
  }

  get #other(): Way {
    return this.#way === 'prepared' ? 'anew' : 'prepared';
  }

  #noteUsual(): void {
    this.#runs += 1;
    if (this.#missing > 0 || this.#runs < this.#pause) return;
    if (this.#way === 'prepared' && this.#ms.prepared < SLOW_MS) return;
    this.#ms[this.#other] = 0;
    this.#missing = RUNS_OF_A_TRIAL;
  }

  #decide(): void {
    const { prepared, anew } = this.#ms;
    const better = this.#way === 'prepared' ? anew < FASTER * prepared : prepared <= AS_FAST * anew;
    this.#pause = better
      ? RUNS_BETWEEN_TRIALS
      : Math.min(Math.max(2 * this.#pause, RUNS_BETWEEN_TRIALS), MOST_RUNS_BETWEEN_TRIALS);
    this.#runs = 0;
    if (better) this.#way = this.#other;
  }
}

/** The choices of a pool, by the statements' names. */
export class PlanChoices {
  readonly #choices = new Map<string, PlanChoice>();

  next(name: string): Way {
    return this.#choices.get(name)?.next ?? 'prepared';
  }

  note(name: string, way: Way, ms: number): void {
    let choice = this.#choices.get(name);
    if (!choice) {
      if (this.#choices.size >= CAPACITY) this.#choices.clear();
      choice = new PlanChoice();
      this.#choices.set(name, choice);
    }
    choice.note(way, ms);
  }
}
