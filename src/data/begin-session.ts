import type pg from 'pg';
import { cutConnection } from './cut-connection.ts';
import { DatabaseError } from './database-error.ts';

/** After how many ms of waiting a connection looks for a deadlock. The one that finds it is the one that PostgreSQL ends. */
export const DEADLOCK_MS = 100;

/**
 * PostgreSQL looks for deadlocks after a second of waiting, in which everybody queues behind the two that wait for each
 * other. It lets superusers and those who were granted it look sooner; for others, and before version 15, it stays.
 */
const LOOK_SOONER = `SELECT set_config('deadlock_timeout', '${DEADLOCK_MS}ms', false)
  WHERE has_parameter_privilege('deadlock_timeout', 'SET')`;

/**
 * The C library gives what a process has freed beyond 128 kB back to the system, and fetches it again for the next statement,
 * page by page: 20 pages for an answer of 10 kB, which is 80 of 530 µs. A process that has once freed a large piece is
 * taken for one that needs as much, and keeps twice that from then on (mallopt(3), M_MMAP_THRESHOLD).
 */
const KEEP_MEMORY = "SELECT length(repeat(' ', 1048576))";

/** The network may fall silent while a session begins; then nothing would ever end the wait. */
const PATIENCE_MS = 5_000;

/**
 * What is said on each new connection that is ours alone. What the server does not allow is left as it is.
 * @param settings SQL that has to be said as well
 * @throws what refuses the settings, or that the connection does not answer; it is cut then
 */
export async function beginSession(client: pg.ClientBase, settings = ''): Promise<void> {
  let isSilent = false;
  const timer = setTimeout(() => {
    isSilent = true;
    cutConnection(client);
  }, PATIENCE_MS);
  try {
    await client.query(LOOK_SOONER).catch(() => undefined);
    await client.query(KEEP_MEMORY).catch(() => undefined);
    if (settings) await client.query(settings);
  } finally {
    clearTimeout(timer);
  }
  if (isSilent)
    throw new DatabaseError(
      'unavailable',
      `PostgreSQL has said nothing on a new connection for ${PATIENCE_MS} ms`,
    );
}
