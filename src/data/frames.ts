import { DatabaseError } from './database-error.ts';

/** Statements of ours that leave with the next one of the caller's, and what has become of them. */
export interface Ahead {
  readonly texts: readonly string[];
  /** Set by whoever sends them. */
  isSent: boolean;
  /** How many of them PostgreSQL has done. */
  done: number;
}

/** One that has begun and not ended. */
export interface Savepoint {
  readonly text: string;
  /** Whether something was written in it that came from outside of it. */
  hasOthers: boolean;
}

/**
 * What stands around the statements of a transaction: its beginning, and savepoints. Nothing is answered to them that anybody
 * waits for, so they travel with the statement that comes next, and those that nothing comes after do not travel at all.
 */
export class Frames {
  #ahead: readonly string[];
  /** Savepoints that have begun and not ended, the innermost last. */
  #open: readonly Savepoint[] = [];
  #begun = 0;
  #isBegun = false;
  #lost: { readonly cause: unknown } | undefined;
  #failures = 0;

  constructor(begin: readonly string[]) {
    this.#ahead = begin;
  }

  /** What has not left. */
  get ahead(): readonly string[] {
    return this.#ahead;
  }

  /** Whether PostgreSQL may have heard of the transaction. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Set where it did not begin, so that whatever else was sent would stand on its own, and where nobody knows what is undone. */
  get isLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Why. */
  get lost(): unknown {
    return this.#lost?.cause;
  }

  /** Statements that have failed so far: while there are none, a savepoint is there. */
  get failures(): number {
    return this.#failures;
  }

  /** Runs what sends one statement, with those that go ahead of it. To be called by one at a time. */
  async run<T>(send: (ahead: Ahead) => Promise<T>): Promise<T> {
    if (this.#lost) throw this.#lost.cause;
    const ahead: Ahead = { texts: this.#ahead, isSent: this.#ahead.length === 0, done: 0 };
    try {
      return await send(ahead);
    } catch (error) {
      this.#failures++;
      if (!this.#isBegun && ahead.isSent && ahead.done === 0) this.lose(error);
      throw error;
    } finally {
      if (ahead.isSent) {
        this.#ahead = this.#ahead.slice(ahead.texts.length);
        this.#isBegun = true;
      }
    }
  }

  /** Nothing more is sent, and it cannot be committed. */
  lose(cause: unknown): void {
    this.#lost ??= { cause };
  }

  /** Begins a savepoint with the next statement. */
  enter(): Savepoint {
    const savepoint = { text: `SAVEPOINT plinth_${this.#begun++}`, hasOthers: false };
    this.#open = [...this.#open, savepoint];
    this.push(savepoint.text);
    return savepoint;
  }

  /** Something is written by code that stands in `around`, maybe beside savepoints that began later. */
  noteWrite(around: Savepoint | undefined): void {
    const inside = around ? this.#open.indexOf(around) + 1 : 0;
    for (const savepoint of this.#open.slice(inside)) savepoint.hasOthers = true;
  }

  /** @throws DatabaseError where one that began later has not ended: PostgreSQL would end, or undo, that one as well */
  assertInnermost(savepoint: Savepoint): void {
    if (!this.#lost && this.#open.at(-1) !== savepoint)
      this.lose(
        new DatabaseError('other', 'Savepoints of one transaction overlapped; they can only be nested'),
      );
    if (this.#lost) throw this.#lost.cause;
  }

  /** To be called for the innermost. */
  leave(): void {
    this.#open = this.#open.slice(0, -1);
  }

  /** To leave with the next statement. */
  push(text: string): void {
    this.#ahead = [...this.#ahead, text];
  }

  /** Forgets what has not left: it would be about savepoints that are gone. */
  clear(): void {
    this.#ahead = [];
  }

  /** Takes back what has not left, with everything behind it; false where it has. */
  takeBack(text: string): boolean {
    const at = this.#ahead.indexOf(text);
    if (at >= 0) this.#ahead = this.#ahead.slice(0, at);
    return at >= 0;
  }
}
