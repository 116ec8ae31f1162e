import type { Config } from '../config/index.ts';
import type { Db } from '../data/index.ts';

/**
 * Beside its pool, each process may have two for counting sign-ins, three to sign in and one to tell its health while the
 * pool is used up, and one to hear of changes.
 */
const SIDE_CONNECTIONS = 7;

/** Says so when the server's processes may ask PostgreSQL for more connections than it grants; undefined where not. */
export async function findConnectionShortage(
  db: Db,
  { workers, poolSize }: Pick<Config, 'workers' | 'poolSize'>,
): Promise<string | undefined> {
  const [row] = await db.query<{ granted: number }>(
    `SELECT current_setting('max_connections')::int4 - current_setting('superuser_reserved_connections')::int4
            - coalesce(current_setting('reserved_connections', true)::int4, 0) AS granted`,
  );
  const wanted = workers * (poolSize + SIDE_CONNECTIONS);
  if (!row || wanted <= row.granted) return undefined;
  return (
    `${workers} ${workers === 1 ? 'process' : 'processes'} with PLINTH_POOL_SIZE=${poolSize} may open ${wanted} connections, ` +
    `and PostgreSQL grants ${row.granted}. Lower WORKERS or PLINTH_POOL_SIZE, or raise max_connections.`
  );
}
