import type { Queryable } from '../../data/index.ts';

const EVERY_MS = 10 * 60_000;
/** What is over, and so means the same as no row; failures at an account count for an hour. */
const OVER = [
  `DELETE FROM plinth_session WHERE "expiresAt" < now()`,
  `DELETE FROM plinth_verification WHERE "expiresAt" < now()`,
  `DELETE FROM plinth_throttle WHERE "until" < now() - interval '1 hour'`,
] as const;

/** Removes what has expired, so that nobody can fill the tables by trying. */
export async function sweepExpired(db: Queryable): Promise<void> {
  for (const text of OVER) await db.execute(text);
}

/** Sweeps now and then, beside requests. Answers how to stop. */
export function sweepSometimes(db: Queryable, failed: (err: unknown) => void): () => void {
  const timer = setInterval(() => void sweepExpired(db).catch(failed), EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
