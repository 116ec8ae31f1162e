import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseState } from './database-state.ts';
import { MigrationError } from './migration-errors.ts';
import type { MigrationPlan } from './plan-migration.ts';

/** One folder of prisma/migrations. */
export interface Migration {
  /** The folder's name: `<timestamp>_<name>`. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of `sql` in hex: what Prisma stores for it. */
  readonly checksum: string;
  /** The state that it leads to; absent for migrations that Plinth did not write, and for the first part of two. */
  readonly snapshot?: Snapshot;
}

export interface Snapshot extends DatabaseState {
  /** The migration before it when it was made; undefined for the first one. */
  readonly parent?: string;
  /** Checksum of the script as it was generated: another one means that a person has edited it. */
  readonly generated: string;
}

const snapshotFile = 'snapshot.json';

/** Reads the history from disk, oldest first. A project without one has an empty one. */
export function readMigrations(projectDir: string): Migration[] {
  const folder = join(projectDir, 'prisma', 'migrations');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'migration.sql')))
    .map((entry) => entry.name)
    .sort();
  return names.map((name) => readMigration(join(folder, name), name));
}

function readMigration(folder: string, name: string): Migration {
  const sql = readFileSync(join(folder, 'migration.sql'), 'utf8');
  const migration = { name, sql, checksum: checksumOf(sql) };
  const file = join(folder, snapshotFile);
  if (!existsSync(file)) return migration;
  try {
    return { ...migration, snapshot: JSON.parse(readFileSync(file, 'utf8')) as Snapshot };
  } catch (cause) {
    throw new MigrationError(`${file} is not readable JSON; restore it from version control`, { cause });
  }
}

/**
 * The state after the last migration on disk, which the next one starts from; undefined when there are none.
 * @throws MigrationError when two branches have each added a migration, or when the last one has no snapshot
 */
export function lastState(migrations: readonly Migration[]): DatabaseState | undefined {
  const last = migrations.at(-1);
  if (!last) return undefined;
  const { snapshot } = last;
  if (!snapshot) {
    throw new MigrationError(
      `prisma/migrations/${last.name} has no ${snapshotFile}, so the next migration cannot be worked out from it. ` +
        'It was not made by "plinth migrate new"; make the change in schema.graphql and let Plinth write the migration.',
    );
  }
  const before = migrations.at(-2)?.name;
  if (snapshot.parent !== before) {
    throw new MigrationError(
      `prisma/migrations/${last.name} was made after ${snapshot.parent ?? 'no other migration'}, but now comes after ` +
        `${before ?? 'none'}: two branches have each added a migration. Delete the one that is not deployed anywhere ` +
        'yet, and run "plinth migrate new" again.',
    );
  }
  return snapshot;
}

/** Writes a plan as one migration (two where it needs two transactions). Answers the folders' names. */
export function writeMigration(
  projectDir: string,
  name: string,
  plan: MigrationPlan,
  now = new Date(),
): string[] {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 100);
  if (slug === '') throw new MigrationError(`"${name}" has no letter or digit to name a migration by`);
  const folder = join(projectDir, 'prisma', 'migrations');
  const lastName = readMigrations(projectDir).at(-1)?.name;
  let parent = lastName;
  const written = plan.scripts.map((sql, i) => {
    const isLast = i === plan.scripts.length - 1;
    const folderName = `${nextTimestamp(parent, now)}_${slug}${isLast ? '' : '_enum_values'}`;
    mkdirSync(join(folder, folderName), { recursive: true });
    writeFileSync(join(folder, folderName, 'migration.sql'), sql);
    if (isLast) writeSnapshot(join(folder, folderName, snapshotFile), plan.to, parent, checksumOf(sql));
    parent = folderName;
    return folderName;
  });
  writeFileSync(
    join(folder, 'migration_lock.toml'),
    '# Emitted by Plinth in the form that Prisma expects; keep it in version control.\nprovider = "postgresql"\n',
  );
  return written;
}

function writeSnapshot(file: string, to: DatabaseState, parent: string | undefined, generated: string): void {
  const { prismaSchema, objects } = to;
  writeFileSync(file, `${JSON.stringify({ parent, generated, prismaSchema, objects }, null, 2)}\n`);
}

/** History runs by name, so a new migration must sort last even where a clock is behind a colleague's. */
function nextTimestamp(previous: string | undefined, now: Date): string {
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14);
  const last = /^\d{14}/.exec(previous ?? '')?.[0];
  return last !== undefined && last >= stamp ? String(BigInt(last) + 1n) : stamp;
}

/** The checksum that Prisma keeps of a script. */
export function checksumOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex');
}
