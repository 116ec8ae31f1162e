import type pg from 'pg';
import { Line, type Outcome, type Statement } from './line.ts';
import { ShortStatements } from './short-statements.ts';

/** Statements under way on one line; more of them wait for a connection of the pool. */
const LONGEST_LINE = 16;
/**
 * A write joins a line of fewer than this. It waits for the disk, and the next one behind it for another turn of it, while
 * the writes of all other connections share one.
 */
const WRITERS_LINE = 4;
/** Who has waited this long is answered by the pool instead. Milliseconds. */
const PATIENCE_MS = 100;
const SWEEP_MS = 25;
/** Lines that nobody has used for so long are closed. */
const IDLE_MS = 30_000;
const RETRY_MS = 1_000;
const DEAD_MS = 10_000;
/** PostgreSQL ends what takes longer on a line; for reads the pool has long been asked then. */
const STATEMENT_MS = 2_000;
/** PostgreSQL gives up what waits longer for somebody's lock; after the sweep has seen it. */
const LOCK_MS = PATIENCE_MS + 2 * SWEEP_MS;

/** How many connections of a pool short reads share: a small one has none to spare. */
export const expressLinesOf = (poolSize: number): number => (poolSize >= 6 ? 2 : 0);

export interface ExpressOptions {
  readonly client: pg.ClientConfig;
  /** How many connections it may have. */
  readonly lines: number;
}

/**
 * A few connections that many short statements share. They go out without waiting for the answers of those before them,
 * and all that come up in one turn of the event loop leave together. That saves most of what a small one costs the
 * server and PostgreSQL alike, which is system calls and changes of task.
 *
 * The price is that one waits for those ahead of it. So only statements that have been short are taken; a read that waits
 * longer all the same is sent to the pool, and what was in the way is kept out for a while. The lane never fails a
 * read: of whatever goes wrong on it nobody hears, because the pool is asked then. A write is a transaction of its own, and
 * the pool is asked only where PostgreSQL has refused it; when the connection is lost, nobody knows, and that is what it says.
 */
export class ExpressLane {
  readonly #options: ExpressOptions;
  readonly #client: pg.ClientConfig;
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
    const limitMs = limit ? Math.min(limit, STATEMENT_MS) : STATEMENT_MS;
    const bounds = { statement_timeout: limitMs, lock_timeout: Math.min(limitMs, LOCK_MS) };
    this.#client = { ...options.client, ...bounds, keepAlive: true };
  }

  /** Notes how long the pool took for a statement. */
  note(name: string, ms: number): void {
    this.#short.noteBeside(name, ms, performance.now());
  }

  /**
   * Undefined, at once or in the end, where the pool is to be asked.
   * @throws DatabaseError for a write of which nobody knows whether it is stored
   */
  run(statement: Statement): Promise<Outcome> | undefined {
    const now = performance.now();
    if (this.#closed || !this.#short.has(statement.name, now)) return undefined;
    this.#used = now;
    if (this.#lines.size < this.#options.lines) this.#open(now);
    const line = this.#shortestLine();
    const longest = statement.shares === 'write' ? WRITERS_LINE : LONGEST_LINE;
    if (!line || line.underWay >= longest) return undefined;
    this.#watch(now);
    return line.send(statement);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#sweep);
    await Promise.all([...this.#lines].map((line) => line.close()));
  }

  #shortestLine(): Line | undefined {
    let best: Line | undefined;
    for (const line of this.#lines) if (line.isOpen && (!best || line.underWay < best.underWay)) best = line;
    return best;
  }

  #open(now: number): void {
    if (now < this.#retryAt) return;
    this.#retryAt = now + RETRY_MS;
    while (this.#lines.size < this.#options.lines) {
      const line: Line = new Line(this.#client, {
        onLost: () => this.#lines.delete(line),
        onService: (name, ms) => this.#short.noteOnLane(name, ms, performance.now()),
      });
      this.#lines.add(line);
    }
    this.#watch(now);
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
        this.#short.bar(oldest.name, now);
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
