import pg from 'pg';
import { toDatabaseError } from './database-error.ts';
import type { Db, QueryOptions, Row } from './db.ts';
import { closeCancellably, runStatement } from './run-statement.ts';
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
  /** Told of connections that broke while idle; the pool replaces them by itself. */
  readonly onConnectionLost?: (error: Error) => void;
}

/** Opens a pool. Connections are made on demand, so a database that is down shows at the first statement. */
export function openPool(options: PoolOptions): Db {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max ?? 10,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    idleTimeoutMillis: 30_000,
    application_name: options.applicationName ?? 'plinth',
    // Instants travel as text, so every connection has to write them the same way.
    onConnect: noticeDeadlocksSoon,
    options: '-c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 -c bytea_output=hex',
  });
  // Without a listener, one idle connection lost to a restart of the server would end the whole process.
  pool.on('error', (error) => options.onConnectionLost?.(error));
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return asDb(pool, options.url);
}

/**
 * PostgreSQL looks for deadlocks after a second of waiting, in which everybody queues behind the two that wait for each
 * other. It lets superusers and those who were granted it look sooner; for others, and before version 15, it stays.
 */
async function noticeDeadlocksSoon(client: pg.ClientBase): Promise<void> {
  const sooner = `SELECT set_config('deadlock_timeout', '100ms', false)
    WHERE has_parameter_privilege('deadlock_timeout', 'SET')`;
  await client.query(sooner).catch(() => undefined);
}

function asDb(pool: pg.Pool, url: string): Db {
  let closed: Promise<void> | undefined;
  const run = async (
    text: string,
    params: readonly unknown[],
    options: QueryOptions,
  ): Promise<pg.QueryResult> => {
    if (!options.signal) return runStatement(pool, text, params, options);
    options.signal.throwIfAborted();
    const client = await pool.connect().catch((error: unknown) => {
      throw toDatabaseError(error);
    });
    return closeCancellably(client, () => runStatement(client, text, params, options));
  };
  return {
    url,
    pool,
    query: async <R = Row>(text: string, params: readonly unknown[] = [], options: QueryOptions = {}) =>
      (await run(text, params, options)).rows as R[],
    execute: async (text, params = [], options = {}) => (await run(text, params, options)).rowCount ?? 0,
    transaction: (fn, options) => runTransaction(pool, fn, options),
    close: () => {
      closed ??= pool.end();
      return closed;
    },
  };
}
