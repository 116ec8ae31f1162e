import { setTimeout as pause } from 'node:timers/promises';
import type { Queryable } from '../../src/data/index.ts';

/** Waits until so many statements of this database wait for a lock. @throws Error where they never do */
export async function blockedBackends(db: Queryable, count: number): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const [row] = await db.query<{ n: number }>(
      `SELECT count(*)::int4 AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if ((row?.n ?? 0) >= count) return;
    await pause(10);
  }
  throw new Error('No statement waits for a lock');
}
