import type { Db } from '../data/index.ts';
import { idempotencyTableSql } from '../query/execute-operation.ts';

/** Makes the tables that Plinth keeps for itself beside the author's, where they are not there yet. */
export async function prepareTables(db: Db): Promise<void> {
  // Asked first, so that a role without the right to create tables can serve a database that has them.
  const [found] = await db.query<{ there: boolean }>(
    `SELECT to_regclass('"_plinth_idempotency"') IS NOT NULL AS there`,
  );
  if (!found?.there) await db.query(idempotencyTableSql);
}
