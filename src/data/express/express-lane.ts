import type pg from 'pg';
import { DEADLOCK_MS } from '../begin-session.ts';
import { MOST_TOGETHER } from './in-batches.ts';
import { type Bounds, Line, type Outcome, type Statement } from './line.ts';
import { type Named, ShortStatements } from './short-statements.ts';

/** Statements under way on one line; more of them wait for a connection of the pool. */
const LONGEST_LINE = 256;
/** The same for those that take longer than this as a rule: two connections are not enough for many of them. */
const LONGEST_HEAVY_LINE = 8;
const LIGHT_MS = 1.5;
/**
 * A write that commits by itself joins a line of fewer than this. It waits for the disk, and the next one behind it for
 * another turn of it, while the writes of all other connections share one.
 */
const WRITERS_LINE = 4;
/** How many statements may be under way on a line for an insert to go there, and not on the next one. */
const LONGEST_INSERTS = 32;
/** Who has waited this long is answered by the pool instead. Milliseconds. */
const PATIENCE_MS = 100;
const SWEEP_MS = 25;
/** Lines that nobody has used for so long are closed. */
const IDLE_MS = 30_000;
const RETRY_MS = 1_000;
const DEAD_MS = 10_000;
/** PostgreSQL ends what takes longer on a line; for reads the pool has long been asked then. */
const STATEMENT_MS = 2_000;
/**
 * PostgreSQL gives up what waits longer for somebody's lock. Inserts that share a transaction hold locks of each other, which
 * may close a circle that none of them alone would: it is opened here, before others look for it and are ended. The others
 * may have begun to wait with the first of them, so all that wait in turn may take no longer.
 */
const LOCK_MS = Math.floor((0.8 * DEADLOCK_MS) / MOST_TOGETHER);

/** How many connections of a pool short statements share: a fifth of them. A small one has none to spare. */
export const expressLinesOf = (poolSize: number): number =>
  poolSize >= 6 ? Math.max(2, Math.floor(poolSize / 5)) : 0;

export interface ExpressOptions {
  readonly client: pg.ClientConfig;
  /** How many connections it may have. */
  readonly lines: number;
  /** Whether reads that wait and ask the same are sent once. */
  readonly coalesces: boolean;
  /** Told how long a read took. */
  onRead(name: string, ms: number): void;
}

/** Whether a value can be sent for sure: one that cannot would leave half a transaction. An object may throw as it is read. */
const isPlain = (value: unknown): boolean =>
  isScalar(value) || (Array.isArray(value) && value.every(isScalar));
const isScalar = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || value instanceof Uint8Array;

/**
 * A few connections that many short statements share. They go out without waiting for the answers of those before them, and
 * those that come up while others are answered leave together, as one transaction where they are reads or inserts. That
 * saves most of what a small one costs the server and PostgreSQL alike: system calls, changes of task, and commits.
 *
 * The price is that one waits for those ahead of it. So only statements that have been short are taken; a read that waits
 * longer all the same is sent to the pool, and what was in the way is kept out for a while. The lane never fails a
 * read: of whatever goes wrong on it nobody hears, because the pool is asked then. For a write the pool is asked only where
 * PostgreSQL has refused it, or another one of its transaction; when the connection is lost, nobody knows, and that is what
 * it says.
 */
export class ExpressLane {
  readonly #options: ExpressOptions;
  readonly #client: pg.ClientConfig;
  readonly #bounds: Bounds;
  readonly #short = new ShortStatements();
  readonly #lines = new Set<Line>();
  #sweep: NodeJS.Timeout | undefined;
  #swept = 0;
  #used = 0;
  #retryAt = 0;
  #closed = false;

  constructor(options: ExpressOptions) {
    this.#options = options;
    const { statement_timeout: limit } = options.client;
    const statementMs = limit ? Math.min(limit, STATEMENT_MS) : STATEMENT_MS;
    this.#bounds = { statementMs, lockMs: Math.min(statementMs, LOCK_MS) };
    this.#client = { ...options.client, keepAlive: true };
  }

  /** Notes how long the pool took for a statement. */
  note(statement: Named, ms: number): void {
    this.#short.noteBeside(statement, ms, performance.now());
  }

  /**
   * Undefined, at once or in the end, where the pool is to be asked.
   * @throws DatabaseError for a write of which nobody knows whether it is stored
   */
  run(statement: Statement): Promise<Outcome> | undefined {
    const now = performance.now();
    if (this.#closed || !this.#short.has(statement.name, now)) return undefined;
    if (!statement.params.every(isPlain)) return undefined;
    this.#used = now;
    if (this.#lines.size < this.#options.lines) this.#open(now);
    const joins = this.#short.mayJoin(statement, now);
    const coalesces = joins && statement.shares === 'read' && this.#options.coalesces;
    const same = coalesces ? this.#outcomeOfSame(statement) : undefined;
    if (same) return same;
    const line = this.#lineFor(statement, joins);
    if (!line) return undefined;
    this.#watch(now);
    return line.send(statement, { joins, usualMs: this.#short.usualMs(statement.name) });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweep);
    await Promise.all([...this.#lines].map((line) => line.close()));
  }

  #lineFor({ name, shares }: Statement, joins: boolean): Line | undefined {
    let best: Line | undefined;
    for (const line of this.#lines) {
      if (!line.isOpen) continue;
      // Those that share transactions would wait for each other's locks on several lines, and leave no line to reads.
      if (shares === 'insert' && joins && line.underWay < LONGEST_INSERTS) return line;
      if (!best || line.usualMs < best.usualMs) best = line;
    }
    return best && best.underWay < this.#longest(name, shares !== 'read' && !joins) ? best : undefined;
  }

  #outcomeOfSame(statement: Statement): Promise<Outcome> | undefined {
    for (const line of this.#lines) {
      const outcome = line.outcomeOfSame(statement);
      if (outcome) return outcome;
    }
    return undefined;
  }

  #longest(name: string, commitsAlone: boolean): number {
    if (commitsAlone) return WRITERS_LINE;
    return this.#short.usualMs(name) <= LIGHT_MS ? LONGEST_LINE : LONGEST_HEAVY_LINE;
  }

  #open(now: number): void {
    if (now < this.#retryAt) return;
    this.#retryAt = now + RETRY_MS;
    while (this.#lines.size < this.#options.lines) {
      const line: Line = new Line(this.#client, this.#bounds, {
        onLost: () => this.#lines.delete(line),
        onService: (statements, ms) => this.#noteService(statements, ms),
        onRefused: ({ statements, hasWaited }) =>
          this.#short.noteRefused(statements, hasWaited, performance.now()),
      });
      this.#lines.add(line);
    }
    this.#watch(now);
  }

  #noteService(statements: readonly Statement[], ms: number): void {
    this.#short.noteOnLane(statements, ms, performance.now());
    const [first] = statements;
    if (first?.shares === 'read' && statements.every(({ name }) => name === first.name))
      this.#options.onRead(first.name, ms / statements.length);
  }

  #watch(now: number): void {
    if (this.#sweep) return;
    this.#swept = now;
    this.#sweep = setInterval(() => this.#look(performance.now()), SWEEP_MS).unref();
  }

  #look(now: number): void {
    // Where this process itself was held up, answers may lie in the socket.
    const isLate = now - this.#swept > 2 * SWEEP_MS;
    this.#swept = now;
    if (isLate) return;
    for (const line of this.#lines) {
      const { oldest } = line;
      const waited = oldest ? now - oldest.at : 0;
      if (oldest && line.isOpen && waited >= PATIENCE_MS) {
        this.#short.noteHeldUp(oldest.statements, now);
        line.giveUp();
      }
      // PostgreSQL would have ended the statement by now: nobody is at the other end.
      if (waited >= DEAD_MS) line.cut();
    }
    if (now - this.#used > IDLE_MS) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#sweep);
    this.#sweep = undefined;
    for (const line of this.#lines) {
      this.#lines.delete(line);
      void line.close();
    }
  }
}
