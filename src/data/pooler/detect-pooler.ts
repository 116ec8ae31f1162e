import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { toDatabaseError } from '../database-error.ts';

/** A connection pooler in transaction mode, such as PgBouncer, that stands between us and PostgreSQL. */
export interface Pooler {
  /** Whether a statement that was prepared by name is found again by the next transaction (PgBouncer from 1.21 on). */
  readonly keepsPrepared: boolean;
}

/** A limit that nobody else would choose, so that finding it means that PostgreSQL was told it. */
const PROBE_MS = 1_234_567;

/**
 * Tells whether a pooler answers at this address, by what poolers cannot do: they refuse or swallow settings that come
 * with the connection, since connections behind them are everybody's. Undefined: it is PostgreSQL itself.
 * @throws DatabaseError when nobody answers
 */
export async function detectPooler(url: string): Promise<Pooler | undefined> {
  if (await takesSettings(url)) return undefined;
  return withClient({ connectionString: url }, async (client) => ({
    keepsPrepared: await keepsPrepared(client),
  }));
}

async function takesSettings(url: string): Promise<boolean> {
  const settings = { connectionString: url, statement_timeout: PROBE_MS };
  try {
    return await withClient(settings, async (client) => {
      const text = "SELECT setting FROM pg_settings WHERE name = 'statement_timeout'";
      const { rows } = await client.query<{ setting: string }>(text);
      return rows[0]?.setting === String(PROBE_MS);
    });
  } catch (error) {
    const { message } = toDatabaseError(error);
    if (/unsupported startup parameter/i.test(message)) return false;
    throw toDatabaseError(error);
  }
}

/** A pooler that keeps prepared statements gives them names of its own, or two clients' would collide. */
async function keepsPrepared(client: pg.Client): Promise<boolean> {
  const name = `plinth_probe_${randomBytes(6).toString('hex')}`;
  await client.query('BEGIN');
  const text = `SELECT name FROM pg_prepared_statements WHERE statement LIKE '%${name}%'`;
  const { rows } = await client.query<{ name: string }>({ name, text });
  const renamed = rows[0] !== undefined && rows[0].name !== name;
  if (!renamed) await client.query(`DEALLOCATE "${name}"`);
  await client.query('COMMIT');
  return renamed;
}

async function withClient<T>(config: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...config,
    application_name: 'plinth',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
