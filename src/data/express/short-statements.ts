import { RecentMap } from '../../kit/recent-map.ts';
import type { Shares } from '../db.ts';

/** A statement is short that took less than this not long ago. Milliseconds. */
const QUICK_MS = 2;
/** The same for one that writes, since the disk's time is in it. */
const QUICK_WRITE_MS = 5;
/** How long ago that may be: on a busy machine everything takes longer, which is no reason to make it busier. */
const QUICK_FOR_MS = 60_000;
/** How long ago it may be for a statement to be sent with others, where its own time does not show. */
const QUICK_TOGETHER_MS = QUICK_FOR_MS / 2;
/** Runs that are judged together. */
const WINDOW = 8;
/** Where it is let in: of the runs beside the lane, at most so many longer than this. */
const LONG_BESIDE_MS = 10;
const MOST_LONG_BESIDE = 4;
/** Where it is let out again: of the runs on the lane, more than so many longer than this. */
const LONG_MS = 25;
const MOST_LONG = 1;
/** How long a statement is kept away that has held up others; twice as long each time. */
const BAR: Backoff = { firstMs: 5_000, longestMs: 600_000 };
/** How long it is sent by itself that has failed those sent with it, or may have held them up. */
const APART: Backoff = { firstMs: 1_000, longestMs: 60_000 };
/**
 * A refusal is forgiven to a statement that has been in so many transactions with others since its last one: to run one of
 * them again costs less than to send all of its like by themselves. Anybody can have something refused now and then.
 */
const FORGIVEN_AFTER = 16;
/** How fast the usual time of a statement is learnt. */
const USUAL_STEP = 1 / 32;
/** Statements that are watched: as many as a connection has prepared. */
const CAPACITY = 1_000;

interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Keeps something away, twice as long each time, until it has behaved for as long. */
class Away {
  readonly #backoff: Backoff;
  #nextMs: number;
  #until = Number.NEGATIVE_INFINITY;

  constructor(backoff: Backoff) {
    this.#backoff = backoff;
    this.#nextMs = backoff.firstMs;
  }

  isAway(now: number): boolean {
    return now < this.#until;
  }

  send(now: number): void {
    // What was under way with the first to fail fails with it, and is no news.
    if (this.isAway(now)) return;
    this.#until = now + this.#nextMs;
    this.#nextMs = Math.min(this.#nextMs * 2, this.#backoff.longestMs);
  }

  noteGood(now: number): void {
    if (now - this.#until > this.#nextMs) this.#nextMs = this.#backoff.firstMs;
  }
}

class Watched {
  readonly quickMs: number;
  readonly bar = new Away(BAR);
  readonly apart = new Away(APART);
  /** Transactions with others since the last one in which it was refused. */
  together = 0;
  runs = 0;
  long = 0;
  quickAt = Number.NEGATIVE_INFINITY;
  isShort = false;
  usualMs = 0;

  constructor(shares: Shares) {
    this.quickMs = shares === 'read' ? QUICK_MS : QUICK_WRITE_MS;
  }

  noteQuick(ms: number, now: number): void {
    if (ms <= this.quickMs) this.quickAt = now;
    this.#noteUsual(ms);
  }

  /** Follows what a quarter of the runs stay below: the others say how busy the machine is. */
  #noteUsual(ms: number): void {
    if (this.usualMs === 0) this.usualMs = ms;
    else this.usualMs *= ms < this.usualMs ? 1 - 3 * USUAL_STEP : 1 + USUAL_STEP;
  }

  /** Counts a run; whether that makes enough of them. */
  isJudged(isLong: boolean): boolean {
    this.runs += 1;
    if (isLong) this.long += 1;
    return this.runs >= WINDOW;
  }

  startAnew(): void {
    this.runs = 0;
    this.long = 0;
  }

  wasQuick(now: number, withinMs = QUICK_FOR_MS): boolean {
    return now - this.quickAt <= withinMs;
  }
}

/** Names a statement, and says what it does. */
export interface Named {
  readonly name: string;
  readonly shares: Shares;
}

/** Which prepared statements have been short of late, by name. Times are as `performance.now()` counts. */
export class ShortStatements {
  readonly #watched = new RecentMap<Watched>(CAPACITY);

  has(name: string, now: number): boolean {
    const one = this.#watched.get(name);
    return one?.isShort === true && !one.bar.isAway(now);
  }

  /** Whether it may share a transaction with others, whose failure its own would be. */
  mayJoin({ name, shares }: Named, now: number): boolean {
    if (shares === 'write') return false;
    const one = this.#watched.get(name);
    return one?.wasQuick(now, QUICK_TOGETHER_MS) === true && !one.apart.isAway(now);
  }

  /** How long it takes as a rule, in ms. */
  usualMs(name: string): number {
    return this.#watched.get(name)?.usualMs ?? 0;
  }

  /**
   * Notes a run on a connection of its own. It says little of a statement that is let in already: such runs are the ones
   * that found the lane full, and many of them compete for the processor.
   */
  noteBeside(statement: Named, ms: number, now: number): void {
    const one = this.#find(statement);
    one.noteQuick(ms, now);
    if (one.isShort) return;
    if (!one.isJudged(ms > LONG_BESIDE_MS)) return;
    one.isShort = one.wasQuick(now) && one.long <= MOST_LONG_BESIDE;
    one.startAnew();
  }

  /** Notes a run on the lane of statements that were sent together, without the time in which others were ahead of them. */
  noteOnLane(statements: readonly Named[], ms: number, now: number): void {
    const [first] = statements;
    if (statements.length > 1) for (const one of this.#findAll(statements)) one.together += 1;
    const isOne = first && statements.every(({ name }) => name === first.name);
    if (isOne) this.#noteOne(first, ms / statements.length, now);
    else if (ms > LONG_MS) this.setApart(statements, now);
    else for (const statement of statements) this.#find(statement).apart.noteGood(now);
  }

  #noteOne(statement: Named, ms: number, now: number): void {
    const one = this.#find(statement);
    one.noteQuick(ms, now);
    one.apart.noteGood(now);
    if (!one.isJudged(ms > LONG_MS)) return;
    one.isShort = one.wasQuick(now);
    if (one.long > MOST_LONG) one.bar.send(now);
    else one.bar.noteGood(now);
    one.startAnew();
  }

  /** They have kept others waiting; of several nobody knows which one it was. */
  noteHeldUp(statements: readonly Named[], now: number): void {
    const [first] = statements;
    if (first && statements.every(({ name }) => name === first.name)) this.#find(first).bar.send(now);
    else this.setApart(statements, now);
  }

  /** Notes which of those that were sent together have been refused. What was waited for is not forgiven: all have waited. */
  noteRefused(refused: readonly Named[], hasWaited: boolean, now: number): void {
    for (const one of this.#findAll(refused)) {
      if (hasWaited || one.together < FORGIVEN_AFTER) one.apart.send(now);
      one.together = 0;
    }
  }

  /** They go by themselves for a while. */
  setApart(statements: readonly Named[], now: number): void {
    for (const one of this.#findAll(statements)) one.apart.send(now);
  }

  #findAll(statements: readonly Named[]): ReadonlySet<Watched> {
    return new Set(statements.map((statement) => this.#find(statement)));
  }

  #find({ name, shares }: Named): Watched {
    const known = this.#watched.get(name);
    if (known) return known;
    const made = new Watched(shares);
    this.#watched.set(name, made);
    return made;
  }
}
