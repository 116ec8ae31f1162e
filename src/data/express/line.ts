import type pg from 'pg';
import { atEndOfTurn } from '../../kit/end-of-turn.ts';
import { beginSession } from '../begin-session.ts';
import { findSame } from '../coalesce.ts';
import { cutConnection } from '../cut-connection.ts';
import { DatabaseError, toDatabaseError } from '../database-error.ts';
import type { Texts } from '../db.ts';
import { RawRowsClient } from '../rows/raw-row.ts';
import type { RowsForm } from '../rows/rows-form.ts';
import { inBatches } from './in-batches.ts';
import type { Named } from './short-statements.ts';
import { TextRows } from './text-rows.ts';

/**
 * Once no more than so many are unanswered, those that wait are sent: PostgreSQL has something to do until they arrive.
 */
const FEW_LEFT = 4;
/**
 * Reads that take PostgreSQL so long leave at once where it has nothing to do: until the end of the turn, while more requests are
 * being read, it would wait. Milliseconds.
 */
const WORTH_A_PACKET_MS = 1;

/** What became of a statement: its row, or nothing that could be relied on, so that it has to be run elsewhere. */
export type Outcome = { readonly texts: Texts | undefined } | undefined;

/** A statement that can go on a line. */
export interface Statement extends Named {
  readonly text: string;
  readonly params: readonly unknown[];
  readonly rows?: RowsForm | undefined;
}

/** How a statement goes. */
export interface Manner {
  /** Whether it may be sent with others as one transaction. */
  readonly joins: boolean;
  /** How long it takes as a rule. */
  readonly usualMs: number;
}

interface Waiting {
  readonly statement: Statement;
  readonly usualMs: number;
  readonly outcome: Promise<Outcome>;
  readonly settle: (outcome: Outcome) => void;
  readonly fail: (error: Error) => void;
}

/** One transaction. */
interface Batch {
  readonly all: readonly Waiting[];
  readonly statements: readonly Statement[];
  /** As `performance.now()` counts. */
  readonly at: number;
}

/** After how many ms PostgreSQL ends what runs, or waits for one lock. */
export interface Bounds {
  readonly statementMs: number;
  readonly lockMs: number;
}

export interface Refusal {
  readonly statements: readonly Statement[];
  /** Whether it came after a wait, for a lock as a rule. */
  readonly hasWaited: boolean;
}

/** What a line tells of. */
export interface LineEvents {
  /** It is of no use any more. */
  onLost(): void;
  /** Statements that were sent together were done so many ms after their turn had come. */
  onService(statements: readonly Statement[], ms: number): void;
  /** PostgreSQL has refused one of those that were sent together, or all as they were committed. */
  onRefused(refusal: Refusal): void;
}

/** One connection on which statements are sent before those ahead of them are answered. */
export class Line {
  readonly #client: RawRowsClient;
  readonly #events: LineEvents;
  /** In the order in which they are answered. */
  readonly #batches: Batch[] = [];
  /** Not sent yet. */
  #held: Waiting[] = [];
  #state: 'connecting' | 'open' | 'held up' | 'lost' = 'connecting';
  #isLeaving = false;
  #sent = 0;
  #usualMs = 0;
  #lastAnswer = 0;

  constructor(config: pg.ClientConfig, bounds: Bounds, events: LineEvents) {
    this.#events = events;
    this.#client = new RawRowsClient({ ...config, pipeline: true });
    const lose = (error = new Error('Connection terminated')): void => {
      if (this.#state === 'lost') return;
      this.#state = 'lost';
      for (const { all } of this.#batches.splice(0)) for (const one of all) lost(one, error);
      this.#letHeldGo();
      events.onLost();
    };
    this.#client.on('error', lose);
    this.#client.on('end', () => lose());
    const begin = async (): Promise<void> => {
      await this.#client.connect();
      // What the URL says would win over what the configuration says.
      const { statementMs, lockMs } = bounds;
      await beginSession(
        this.#client,
        `SET statement_timeout = ${statementMs}; SET lock_timeout = ${lockMs}`,
      );
      if (this.#state === 'connecting') this.#state = 'open';
    };
    begin().catch((error) => {
      lose(error);
      this.cut();
    });
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get underWay(): number {
    return this.#sent + this.#held.length;
  }

  /** How long those under way take as a rule. */
  get usualMs(): number {
    return this.#usualMs;
  }

  /** What is being done now, and since when. */
  get oldest(): { readonly statements: readonly Statement[]; readonly at: number } | undefined {
    const [first] = this.#batches;
    return first && { statements: first.statements, at: Math.max(first.at, this.#lastAnswer) };
  }

  /** @throws DatabaseError for a write of which nobody knows whether it is stored */
  send(statement: Statement, { joins, usualMs }: Manner): Promise<Outcome> {
    let settle!: Waiting['settle'];
    let fail!: Waiting['fail'];
    const outcome = new Promise<Outcome>((resolve, reject) => {
      settle = resolve;
      fail = reject;
    });
    const waiting: Waiting = { statement, usualMs, outcome, settle, fail };
    this.#usualMs += usualMs;
    if (joins) this.#held.push(waiting);
    if (!joins || this.#sent <= FEW_LEFT) this.#leaveSoon();
    if (!joins) this.#sendTogether([waiting]);
    else if (this.#sent === 0 && this.#usualMs >= WORTH_A_PACKET_MS && this.#holdsReadsOnly())
      this.#leaveNow();
    return outcome;
  }

  /** What becomes of a statement that waits here and asks the same as this one. */
  outcomeOfSame(read: Statement): Promise<Outcome> | undefined {
    return findSame(this.#held, ({ statement }) => statement, read)?.outcome;
  }

  /** Lets all reads go that wait, and what has not been sent; takes no more before what was sent has been answered. */
  giveUp(): void {
    if (this.#state === 'open') this.#state = 'held up';
    for (const { all } of this.#batches)
      for (const { statement, settle } of all) if (statement.shares === 'read') settle(undefined);
    this.#letHeldGo();
  }

  /** Ends the connection without a word. */
  cut(): void {
    cutConnection(this.#client);
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    this.#sendHeld();
    if (this.#state !== 'lost') await this.#client.end().catch(() => undefined);
  }

  #letHeldGo(): void {
    for (const { settle, usualMs } of this.#held.splice(0)) {
      this.#usualMs -= usualMs;
      settle(undefined);
    }
  }

  /** Inserts that leave in two packets are committed twice. */
  #holdsReadsOnly(): boolean {
    return this.#held.every(({ statement }) => statement.shares === 'read');
  }

  /** Sends what is held, before the end of the turn; what comes up until then is another packet. */
  #leaveNow(): void {
    const { stream } = this.#client.connection;
    this.#sendHeld();
    stream.uncork();
    stream.cork();
  }

  /** What is sent in one turn of the event loop leaves as one packet: that is much of what a line saves. */
  #leaveSoon(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    const { stream } = this.#client.connection;
    stream.cork();
    atEndOfTurn('ask', () => {
      this.#isLeaving = false;
      if (this.#sent <= FEW_LEFT) this.#sendHeld();
      stream.uncork();
    });
  }

  #sendHeld(): void {
    const held = this.#held;
    if (held.length === 0) return;
    this.#held = [];
    for (const shares of ['read', 'insert'])
      for (const some of inBatches(held.filter(({ statement }) => statement.shares === shares)))
        this.#sendTogether(some);
  }

  #sendTogether(all: readonly Waiting[]): void {
    const statements = all.map(({ statement }) => statement);
    const batch: Batch = { all, statements, at: performance.now() };
    this.#batches.push(batch);
    this.#sent += all.length;
    this.#client.query(
      new TextRows(statements, (error, rows) => {
        if (error) this.#fail(batch, error, rows.length);
        else if (this.#passed(batch)) for (const [at, one] of all.entries()) one.settle({ texts: rows[at] });
      }),
    );
  }

  /**
   * What PostgreSQL has refused is undone and can be run elsewhere, where the refusal is told. That it was refused, and not
   * that the connection ends, is known once PostgreSQL is ready for the next.
   * @param done how many of the batch had been done by then
   */
  #fail(batch: Batch, error: Error, done: number): void {
    const failed = batch.statements.slice(done, done + 1);
    const { kind, sqlState } = toDatabaseError(error);
    const refusal: Refusal = {
      statements: failed.length > 0 ? failed : batch.statements,
      hasWaited: kind === 'timeout' || kind === 'deadlock',
    };
    const settle = (end: (one: Waiting) => void): void => {
      // Of a lost connection it has been told before.
      if (this.#passed(batch, refusal)) for (const one of batch.all) end(one);
    };
    if (sqlState === undefined) settle((one) => lost(one, error));
    else this.#client.connection.once('readyForQuery', () => settle((one) => one.settle(undefined)));
  }

  /** The next one's turn has come. @param refusal where it failed */
  #passed(batch: Batch, refusal?: Refusal): boolean {
    const now = performance.now();
    const at = this.#batches.indexOf(batch);
    if (at < 0) return false;
    this.#batches.splice(at, 1);
    this.#sent -= batch.all.length;
    for (const { usualMs } of batch.all) this.#usualMs -= usualMs;
    // Sums of fractions drift.
    if (this.underWay === 0) this.#usualMs = 0;
    const { statements } = batch;
    if (refusal && statements.length > 1) this.#events.onRefused(refusal);
    else this.#events.onService(statements, now - Math.max(batch.at, this.#lastAnswer));
    this.#lastAnswer = now;
    if (this.#batches.length === 0 && this.#state === 'held up') this.#state = 'open';
    if (this.#held.length > 0 && this.#sent <= FEW_LEFT) this.#leaveSoon();
    return true;
  }
}

/** An end of the connection says nothing of a write: it may have been stored just before. */
function lost({ statement, settle, fail }: Waiting, error: Error): void {
  if (statement.shares === 'read') settle(undefined);
  else fail(new DatabaseError('unavailable', error.message, { cause: error }));
}
