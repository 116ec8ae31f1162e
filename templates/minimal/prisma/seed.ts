import type { SeedContext } from 'plinth';

/** Two accounts and three notes to try things out with. Does nothing where there are accounts already. */
export default async function seed({ db, log }: SeedContext): Promise<void> {
  const existing = await db.query('SELECT id FROM "User" LIMIT 1');
  if (existing.length > 0) return log('There are accounts already; nothing was added.');
  const ada = '0196f000-0000-7000-8000-000000000001';
  const ben = '0196f000-0000-7000-8000-000000000002';
  await db.transaction(async (tx) => {
    await tx.execute(
      `INSERT INTO "User" (id, name, email) VALUES ($1, 'Ada', 'ada@example.com'), ($2, 'Ben', 'ben@example.com')`,
      [ada, ben],
    );
    await tx.execute(
      `INSERT INTO "Note" (id, title, body, public, "authorId", "createdAt", "updatedAt") VALUES
        ('0196f000-0000-7000-8000-000000000011', 'Welcome', 'Everybody sees this note.', true, $1, now(), now()),
        ('0196f000-0000-7000-8000-000000000012', 'Diary', 'Only Ada sees this one.', false, $1, now(), now()),
        ('0196f000-0000-7000-8000-000000000013', 'Ideas', 'Only Ben sees this one.', false, $2, now(), now())`,
      [ada, ben],
    );
  });
  log('Added two accounts and three notes.');
}
