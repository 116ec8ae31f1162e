import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Db, PrismaClientLike } from '../data/index.ts';
import { UserError } from '../kit/user-error.ts';
import type { Project } from './find-project.ts';
import { importFresh } from './import-fresh.ts';

/** What `prisma/seed.ts` gets. */
export interface SeedContext {
  /** SQL, for bulk loading. */
  readonly db: Db;
  /** The project's Prisma client; no rules apply. */
  readonly prisma: PrismaClientLike;
  /** One line of progress for the terminal. */
  log(line: string): void;
}

/** The project's seed file; undefined when it has none. */
export function findSeed(project: Project): string | undefined {
  const path = join(project.prismaDirectory, 'seed.ts');
  return existsSync(path) ? path : undefined;
}

/**
 * Runs the default export of `prisma/seed.ts`, and has PostgreSQL look at what there is now.
 * @throws UserError when there is no such file or it exports no function
 */
export async function seedProject(project: Project, context: SeedContext): Promise<void> {
  const path = findSeed(project);
  if (path === undefined) {
    throw new UserError(
      'There is no prisma/seed.ts. Write one: export default async ({ db, prisma, log }) => { … }',
    );
  }
  const { default: seed } = await importFresh(path);
  if (typeof seed !== 'function')
    throw new UserError('prisma/seed.ts must have a default export that is a function.');
  await seed(context);
  // PostgreSQL looks at tables by itself within a minute; until then it plans for rows that it knows nothing of.
  await context.db.execute('ANALYZE');
}
