import type { SeedContext } from '../src/index.ts';
import { bulkInsert } from './seed/bulk-insert.ts';
import { loadFaker } from './seed/load-faker.ts';
import { makeRows } from './seed/make-rows.ts';

/**
 * Fills an empty database with the same sample data every time: 6 organizations, 60 people, 2,400 tasks, 12,000 comments.
 * Does nothing where there are people already.
 */
export default async function seed({ db, log }: SeedContext): Promise<void> {
  const [people] = await db.query<{ count: number }>('SELECT count(*)::int AS count FROM "Person"');
  if (people && people.count > 0) {
    log('The database holds people already; the sample data was left out');
    return;
  }
  const tables = makeRows(await loadFaker());
  log('Making sample data: 6 organizations with 60 people, 2,400 tasks and 12,000 comments.');
  await db.transaction(async (tx) => {
    for (const table of tables) await bulkInsert(tx, table);
  });
}
