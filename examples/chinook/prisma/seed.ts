import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SeedContext } from '../../../src/index.ts';
import { generateScript } from '../generate.ts';
import { loadChinook, readScript } from '../load.ts';

/**
 * Loads the script that CHINOOK_SQL names, or `chinook.sql.gz` beside the schema, or else a small made-up shop of the
 * same shape. Does nothing where there are artists already.
 */
export default async function seed({ db, log }: SeedContext): Promise<void> {
  const [artists] = await db.query<{ count: number }>('SELECT count(*)::int AS count FROM artist');
  if (artists && artists.count > 0) return log('The database holds artists already; nothing was loaded.');
  const beside = fileURLToPath(new URL('../chinook.sql.gz', import.meta.url));
  const path = process.env.CHINOOK_SQL ?? (existsSync(beside) ? beside : undefined);
  const { total } = await loadChinook(db.pool, path === undefined ? generateScript() : readScript(path));
  log(`Loaded ${total} rows from ${path ?? 'a made-up shop; set CHINOOK_SQL for the real one'}.`);
}
