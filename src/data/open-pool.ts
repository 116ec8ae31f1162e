import pg from 'pg';
import { beginSession } from './begin-session.ts';
import { CoalescedReads } from './coalesce.ts';
import { DatabaseError, toDatabaseError } from './database-error.ts';
import { type Db, type QueryOptions, type Row, unnamed } from './db.ts';
import { ExpressLane } from './express/express-lane.ts';
import { Gate, mostWriters } from './gate.ts';
import { passes } from './passes.ts';
import { PlanChoices } from './plan-choices.ts';
import type { Pooler } from './pooler/detect-pooler.ts';
import { RawRowsClient, versionOf } from './rows/raw-row.ts';
import { closeCancellably, runForTexts, runStatement, throwIfCancelled } from './run-statement.ts';
import { runTransaction } from './run-transaction.ts';

export interface PoolOptions {
  /** `postgresql://…` */
  readonly url: string;
  /** Most connections open at once. Default 10. */
  readonly max?: number;
  /** The server cancels any statement that runs longer. Default 30 000; 0 means never. */
  readonly statementTimeoutMs?: number;
  /** How long a caller waits for a free connection before it fails as `unavailable`. Default 10 000. */
  readonly connectTimeoutMs?: number;
  /** Shown in pg_stat_activity. Default `plinth`. */
  readonly applicationName?: string;
  /** Set where a pooler in transaction mode stands between, as `detectPooler` finds. */
  readonly pooler?: Pooler | undefined;
  /** Of `max`, how many connections short statements may share. Default 0. */
  readonly expressLines?: number;
  /** Whether statements are prepared by name. Default: unless a pooler would forget them. */
  readonly prepare?: boolean | undefined;
  /** Whether reads that wait and ask the same are sent once. Default true. */
  readonly coalesce?: boolean;
  /** Whether a read that fails by its connection is left to the caller, who has somebody else to ask. Default false. */
  readonly asksOnce?: boolean;
  /** Told of connections that broke while idle; the pool replaces them by itself. */
  readonly onConnectionLost?: (error: Error) => void;
}

/** Opens a pool. Connections are made on demand, so a database that is down shows at the first statement. */
export function openPool(options: PoolOptions): Db {
  return openSibling(options);
}

/** @param family the pool that the new one is a sibling of */
function openSibling(options: PoolOptions, family?: pg.Pool): Db {
  const { max = 10, expressLines: lines = 0 } = options;
  const client: pg.ClientConfig = {
    connectionString: options.url,
    connectionTimeoutMillis: options.connectTimeoutMs ?? DEFAULT_PATIENCE_MS,
    application_name: options.applicationName ?? 'plinth',
  };
  const pool = new pg.Pool({
    ...client,
    Client: RawRowsClient,
    max: max - lines,
    idleTimeoutMillis: 30_000,
    ...(options.pooler ? POOLED : direct(options)),
  });
  // Without a listener, one idle connection lost to a restart of the server would end the whole process.
  pool.on('error', (error) => options.onConnectionLost?.(error));
  const server: Server = { version: undefined };
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    server.version = versionOf(client);
  });
  const plans = new PlanChoices();
  const lane =
    lines > 0 && !options.pooler && options.prepare !== false
      ? new ExpressLane({
          client: { ...client, ...settings(options) },
          lines,
          coalesces: options.coalesce ?? true,
          onRead: (name, ms) => plans.note(name, 'prepared', ms),
        })
      : undefined;
  return asDb(pool, options, { family: family ?? pool, lane, plans, server });
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_PATIENCE_MS = 10_000;

/** Instants travel as text, so every connection has to write them the same way. */
function settings({ statementTimeoutMs = DEFAULT_TIMEOUT_MS }: PoolOptions): pg.ClientConfig {
  const options = '-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 -c bytea_output=hex';
  return { statement_timeout: statementTimeoutMs, options };
}

function direct(options: PoolOptions): pg.PoolConfig {
  return { ...settings(options), onConnect: (client) => beginSession(client) };
}

/** A pooler takes no settings with the connection, but these two it carries over to whatever connection comes next. */
const POOLED: pg.PoolConfig = {
  onConnect: (client) => client.query("SET timezone = 'UTC'; SET datestyle = 'ISO'").then(() => undefined),
};

/** What of the options each statement and each transaction has to know. */
export interface Session {
  readonly prepare: boolean;
  /** Set where the connection could not be told. */
  readonly transactionTimeoutMs?: number;
  /** Whoever may wait for a lock holds its connection meanwhile; readers must not wait behind all of them. */
  readonly writers: Gate;
}

function sessionOf(options: PoolOptions, connections: number): Session {
  const { pooler, prepare, statementTimeoutMs = DEFAULT_TIMEOUT_MS } = options;
  return {
    prepare: prepare ?? pooler?.keepsPrepared ?? true,
    writers: new Gate(mostWriters(connections), options.connectTimeoutMs ?? DEFAULT_PATIENCE_MS),
    ...(pooler && { transactionTimeoutMs: statementTimeoutMs }),
  };
}

/** What stands beside a pool. */
interface Beside {
  readonly family: pg.Pool;
  readonly lane: ExpressLane | undefined;
  readonly plans: PlanChoices;
  readonly server: Server;
}

/** What connections have told of who answers them. */
interface Server {
  version: number | undefined;
}

function asDb(pool: pg.Pool, poolOptions: PoolOptions, { family, lane, plans, server }: Beside): Db {
  let closed: Promise<void> | undefined;
  const session = sessionOf(poolOptions, pool.options.max);
  const connect = (): Promise<pg.PoolClient> =>
    pool.connect().catch((error: unknown) => {
      throw toDatabaseError(error);
    });
  const run = async (
    text: string,
    params: readonly unknown[],
    given: QueryOptions,
  ): Promise<pg.QueryResult> => {
    const options = session.prepare ? given : unnamed(given);
    if (!options.signal) return runStatement(pool, text, params, options);
    throwIfCancelled(options.signal);
    const client = await connect();
    return closeCancellably(client, () => runStatement(client, text, params, options));
  };
  const coalesced = poolOptions.coalesce === false ? undefined : new CoalescedReads();
  const readTexts = async (text: string, params: readonly unknown[], given: QueryOptions) => {
    const options = session.prepare ? given : unnamed(given);
    // Read once: asking for it makes it.
    const { signal } = options;
    if (signal) throwIfCancelled(signal);
    const { name, shares, rows } = given;
    if (shares === 'write' || shares === 'insert')
      return session.writers.run(signal, async () => readOn(await connect(), text, params, options));
    const runOn = async (client: pg.PoolClient, signal: AbortSignal | undefined) => {
      const first = readOn(client, text, params, { ...options, signal });
      if (shares !== 'read' || poolOptions.asksOnce) return first;
      return first.catch(async (error: unknown) => {
        if (signal?.aborted || !passes(error)) throw error;
        const other = await connect().catch(() => {
          throw error;
        });
        return readOn(other, text, params, { ...options, signal });
      });
    };
    if (!coalesced || shares !== 'read' || name === undefined) return runOn(await connect(), signal);
    return coalesced.run({ name, params, rows }, { signal, connect, runOn });
  };
  const readOn = (client: pg.PoolClient, text: string, params: readonly unknown[], options: QueryOptions) =>
    closeCancellably(client, async () => {
      const { name, shares } = options;
      if (name === undefined || !shares) return runForTexts(client, text, params, options);
      const isRead = shares === 'read';
      const way = isRead ? plans.begin(name) : 'prepared';
      const began = performance.now();
      const note = (stopped?: 'timeout' | 'cancelled'): void => {
        const ms = performance.now() - began;
        if (isRead && stopped) plans.noteStopped(name, way, ms);
        else if (isRead) plans.note(name, way, ms);
        // What was cancelled may have been short, and on the lane there are no plans but the prepared ones.
        if (stopped !== 'cancelled' && way === 'prepared') lane?.note({ name, shares }, ms);
      };
      try {
        const texts = await runForTexts(client, text, params, way === 'anew' ? unnamed(options) : options);
        note();
        return texts;
      } catch (error) {
        const kind = error instanceof DatabaseError ? error.kind : undefined;
        if (isRead && (kind === 'timeout' || kind === 'cancelled')) note(kind);
        throw error;
      } finally {
        if (isRead) plans.end(name, way);
      }
    });
  // The pool forgets who still waits for a connection when it is closed.
  const runAgain = new Set<Promise<unknown>>();
  const again = <T>(work: Promise<T>): Promise<T> => {
    runAgain.add(work);
    return work.finally(() => runAgain.delete(work));
  };
  return {
    url: poolOptions.url,
    pool,
    get serverVersion() {
      return server.version;
    },
    sibling: (max) => openSibling({ ...poolOptions, max, expressLines: 0 }, family),
    query: async <R = Row>(text: string, params: readonly unknown[] = [], options: QueryOptions = {}) =>
      (await run(text, params, options)).rows as R[],
    execute: async (text, params = [], options = {}) => (await run(text, params, options)).rowCount ?? 0,
    readTexts: (text, params, options = {}) => {
      const { name, shares, rows } = options;
      const mayShare = shares && name !== undefined && plans.mayShare(name);
      const sooner = mayShare && lane?.run({ text, params, name, shares, rows });
      if (!sooner) return readTexts(text, params, options);
      return sooner.then((outcome) => (outcome ? outcome.texts : again(readTexts(text, params, options))));
    },
    isUsedUp: (forWhat) =>
      (forWhat === 'writing' && session.writers.isFull) ||
      pool.waitingCount > 0 ||
      (pool.idleCount === 0 && pool.totalCount >= pool.options.max),
    transaction: (fn, options) => runTransaction(pool, fn, options, session, family),
    close: () => {
      closed ??= Promise.resolve(lane?.close())
        .then(() => Promise.allSettled(runAgain))
        .then(() => pool.end());
      return closed;
    },
  };
}
