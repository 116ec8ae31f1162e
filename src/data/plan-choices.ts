import { RecentMap } from '../kit/recent-map.ts';

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
  /** Runs of the other way that are missing, and how many of them have begun. */
  #missing = 0;
  #begun = 0;

  get usual(): Way {
    return this.#way;
  }

  get next(): Way {
    return this.#begun < this.#missing ? this.#other : this.#way;
  }

  /** A run begins. Only as many as are missing go the other way: whoever comes meanwhile would find out how slow it is. */
  begin(): Way {
    const way = this.next;
    if (way !== this.#way) this.#begun += 1;
    return way;
  }

  /** A run that has begun is over, whatever became of it. */
  end(way: Way): void {
    if (way !== this.#way && this.#begun > 0) this.#begun -= 1;
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

  /** Notes a run that was stopped: it would have taken longer, and with a plan for other values it may never end. */
  noteStopped(way: Way, ms: number): void {
    if (ms < SLOW_MS) return;
    const usualMs = this.#ms[this.#way];
    if (way === this.#way) this.note(way, Math.max(ms, usualMs));
    // Before it has taken as long as the usual way, it might have been faster.
    else if (ms >= usualMs) this.note(way, ms);
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
    this.#begun = 0;
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
  readonly #choices = new RecentMap<PlanChoice>(CAPACITY);

  /** Whether the next run may go where no plan but the prepared one is known, among others that would wait for it. */
  mayShare(name: string): boolean {
    const choice = this.#choices.get(name);
    return !choice || (choice.usual === 'prepared' && choice.next === 'prepared');
  }

  begin(name: string): Way {
    return this.#choices.get(name)?.begin() ?? 'prepared';
  }

  end(name: string, way: Way): void {
    this.#choices.get(name)?.end(way);
  }

  note(name: string, way: Way, ms: number): void {
    this.#choiceOf(name).note(way, ms);
  }

  noteStopped(name: string, way: Way, ms: number): void {
    this.#choiceOf(name).noteStopped(way, ms);
  }

  #choiceOf(name: string): PlanChoice {
    const known = this.#choices.get(name);
    if (known) return known;
    const made = new PlanChoice();
    this.#choices.set(name, made);
    return made;
  }
}
