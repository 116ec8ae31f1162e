import type pg from 'pg';
import type { ByteText } from '../kit/byte-text.ts';
import type { WalPosition } from './replicas/wal-position.ts';
import type { RowsForm } from './rows/rows-form.ts';

/** One row as PostgreSQL sent it; see {@link Queryable.query} for the JavaScript type of each column. */
export type Row = Readonly<Record<string, unknown>>;

export interface QueryOptions {
  /** Prepared under this name once per connection. The same name must always mean the same text. */
  readonly name?: string;
  /** When it fires, the statement is cancelled on the server and the call rejects with kind `cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /** As what it may share a connection with others. Without it, it shares with nobody. */
  readonly shares?: Shares;
  /** For {@link Queryable.readTexts}: the statement answers any number of rows, which become one text. */
  readonly rows?: RowsForm | undefined;
}

/**
 * A `read` may run twice, and a `write` only where PostgreSQL has refused it, since then nothing of it was stored. A write is a
 * transaction of its own; an `insert`, which adds one row and changes no other, may be one with others of its kind.
 */
export type Shares = 'read' | 'write' | 'insert';

/** The columns of one row as PostgreSQL's own text, in their order: its bytes, which nobody has looked at. */
export type Texts = readonly (ByteText | null)[];

/** The same where statements are not prepared. */
export function unnamed({ signal, rows }: QueryOptions): QueryOptions {
  return { ...(signal && { signal }), ...(rows && { rows }) };
}

/** What can run a statement: the pool, or one open transaction. */
export interface Queryable {
  /** PostgreSQL's major version; undefined until a connection was made. */
  readonly serverVersion: number | undefined;
  /**
   * Runs one statement and answers its rows. int2, int4, oid, float4 and float8 are numbers and bool is a boolean; every
   * other type (int8, numeric, dates, json, bytea, arrays) is PostgreSQL's own text. Null is null.
   * @throws DatabaseError
   */
  query<R = Row>(text: string, params?: readonly unknown[], options?: QueryOptions): Promise<R[]>;
  /** Runs one statement and answers how many rows it touched. @throws DatabaseError */
  execute(text: string, params?: readonly unknown[], options?: QueryOptions): Promise<number>;
  /**
   * Runs one statement that answers one row, and answers its columns; undefined where it answers none. Nothing is done
   * with the values, so this is the fastest way for an answer that is text already. With `rows` it may answer any number of
   * rows, and the one text of all of them is answered.
   * @throws DatabaseError
   */
  readTexts(text: string, params: readonly unknown[], options?: QueryOptions): Promise<Texts | undefined>;
}

export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable';

export interface TransactionOptions {
  /** Default: `read committed`. */
  readonly isolation?: IsolationLevel;
  readonly readOnly?: boolean;
  /** How many more times the whole callback may run after a serialization failure or a deadlock. Default 0. */
  readonly retry?: number;
  /** Told, once it is committed, a place in PostgreSQL's log that has everything it wrote behind it. */
  readonly onCommit?: (position: WalPosition) => void;
  /** Applies to every statement inside; the transaction is rolled back. */
  readonly signal?: AbortSignal;
}

/** One open transaction. Unusable once the callback that received it has settled. */
export interface Tx extends Queryable {
  /** Runs `fn`; when it throws, what it wrote is undone and the transaction goes on. Nests; those begun at once take turns. */
  savepoint<T>(fn: () => Promise<T>): Promise<T>;
  /** Runs after COMMIT succeeded, in order; never after a rollback. Its errors are not the transaction's. */
  afterCommit(fn: () => void): void;
}

export interface Db extends Queryable {
  readonly url: string;
  /**
   * Runs `fn` in one transaction: committed when it resolves, rolled back when it throws. While it runs, the Prisma
   * client made for this `Db` sends its statements to the same transaction.
   * @throws DatabaseError for failures of the database itself, and whatever `fn` throws
   */
  transaction<T>(fn: (tx: Tx) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Another pool of up to `max` connections to the same database, with the same settings. The Prisma client of this `Db`
   * takes part in its transactions too.
   */
  sibling(max: number): Db;
  /** Whether the next caller would have to wait for a connection to read with, or to write with. */
  isUsedUp(forWhat: 'reading' | 'writing'): boolean;
  /** The pool beneath, for libraries that bring their own statements. */
  readonly pool: pg.Pool;
  /** Waits for running statements, then closes every connection. Idempotent. */
  close(): Promise<void>;
}
