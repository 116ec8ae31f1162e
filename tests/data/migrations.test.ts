import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type DatabaseState,
  deployMigrations,
  lastState,
  MigrationError,
  MigrationFailedError,
  migrationStatus,
  planMigration,
  type Renames,
  readMigrations,
  writeMigration,
} from '../../src/data/index.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';
import { id, nameLength, start, upperName, withSchema } from './example-schemas.ts';

let project: string;
let database: TestDatabase;

beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), 'plinth-project-'));
  database = await createDatabase();
});

afterEach(async () => {
  rmSync(project, { recursive: true });
  await database.drop();
});

async function migrate(name: string, to: DatabaseState, renames?: Renames): Promise<string> {
  const plan = await planMigration(lastState(readMigrations(project)), to, renames);
  writeMigration(project, name, plan);
  return plan.sql;
}

const deploy = () => deployMigrations(database.url, project);

async function fill(): Promise<void> {
  await runSql(
    database.url,
    `INSERT INTO "Team" (id, name, labels) VALUES ('${id(1)}', 'red', '{a}'), ('${id(2)}', 'blue', '{}');
     INSERT INTO "Person" (id, email, "teamId") VALUES ('${id(3)}', 'p@x', '${id(1)}');
     INSERT INTO "Tag" (id) VALUES ('${id(4)}');
     INSERT INTO "_TagToTeam" ("A", "B") VALUES ('${id(4)}', '${id(1)}');`,
  );
}

describe('planning', () => {
  it('finds nothing to do where nothing changed, objects included', async () => {
    expect(await planMigration(start, start)).toMatchObject({ empty: true, sql: '', scripts: [] });
  });

  it('never adds or drops a generated column that the Prisma schema also declares', async () => {
    const declared = withSchema((text) => text.replace('size    Int?', 'size    Int?\n  upper   String?'));
    expect((await planMigration(start, declared)).empty).toBe(true);
    expect((await planMigration(undefined, declared)).sql.match(/"upper"/g)).toHaveLength(1);
  });

  it('drops and recreates the objects that look at a retyped column, and no others', async () => {
    const retyped = withSchema((text) => text.replace('name    String ', 'name    String @db.VarChar(80) '));
    const { sql } = await planMigration(start, retyped);
    expect(sql.indexOf(nameLength.drop)).toBeLessThan(sql.indexOf('VARCHAR(80)'));
    expect(sql.indexOf(nameLength.create)).toBeGreaterThan(sql.indexOf('VARCHAR(80)'));
    const other = await planMigration(
      start,
      withSchema((text) => text.replace('size    Int?', 'size    BigInt?')),
    );
    expect(other.sql).not.toContain('Team_name_length');
  });

  it('needs two transactions only where a new enum value is used at once', async () => {
    const added = withSchema((text) => text.replace('  OWNER', '  ADMIN\n  OWNER'));
    const plan = await planMigration(start, added);
    expect(plan.scripts).toHaveLength(1);
    expect(plan.sql).toContain(`ADD VALUE IF NOT EXISTS 'ADMIN' BEFORE 'OWNER'`);
    const used = withSchema((text) => text.replace('@default(MEMBER)', '@default(ADMIN)'), added);
    expect((await planMigration(start, used)).scripts).toHaveLength(2);
  });
});

describe('deploying', () => {
  it('applies what is pending once, and says so', async () => {
    await migrate('init', start);
    expect((await migrationStatus(database.url, project)).pending).toHaveLength(1);
    expect((await deploy()).applied).toHaveLength(1);
    expect((await deploy()).applied).toEqual([]);
    await fill();
    expect(await runSql(database.url, 'SELECT upper FROM "Team" ORDER BY 1')).toEqual([
      { upper: 'BLUE' },
      { upper: 'RED' },
    ]);
    expect(await migrationStatus(database.url, project)).toMatchObject({
      pending: [],
      failed: [],
      edited: [],
      missing: [],
    });
  });

  it('keeps the history in the form that Prisma reads', async () => {
    await migrate('First step!', start);
    const folder = join(project, 'prisma', 'migrations');
    expect(readdirSync(folder)).toEqual([
      expect.stringMatching(/^\d{14}_first_step$/),
      'migration_lock.toml',
    ]);
    expect(readFileSync(join(folder, 'migration_lock.toml'), 'utf8')).toContain('provider = "postgresql"');
  });

  it('uses a new enum value as a default', async () => {
    await migrate('init', start);
    await migrate(
      'admin',
      withSchema((text) =>
        text.replace('  OWNER', '  ADMIN\n  OWNER').replace('@default(MEMBER)', '@default(ADMIN)'),
      ),
    );
    expect((await deploy()).applied).toHaveLength(3);
    await fill();
    expect(await runSql(database.url, 'SELECT DISTINCT role FROM "Team"')).toEqual([{ role: 'ADMIN' }]);
  });

  it('lets only one of several processes apply', async () => {
    await migrate('init', start);
    await migrate(
      'more',
      withSchema((text) => text.replace('size    Int?', 'size    Int?\n  more    Int?')),
    );
    const results = await Promise.all([deploy(), deploy(), deploy(), deploy()]);
    expect(results.map((one) => one.applied.length).sort()).toEqual([0, 0, 0, 2]);
  });

  it('leaves the database as it was when a migration fails, and goes on once it is corrected', async () => {
    await migrate('init', start);
    await deploy();
    const name = 'broken';
    await migrate(
      name,
      withSchema((text) => text.replace('size    Int?', 'size    Int?\n  more    Int?')),
    );
    const file = join(
      project,
      'prisma',
      'migrations',
      readMigrations(project).at(-1)?.name ?? '',
      'migration.sql',
    );
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, `${good}\nSELECT 1 / 0;\n`);
    const failure = await deploy().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(MigrationFailedError);
    expect(failure).toMatchObject({ unchanged: true, statement: 'SELECT 1 / 0;' });
    expect(String(failure)).toMatch(/broken.*division by zero/s);
    const columns = `SELECT count(*)::int AS n FROM information_schema.columns WHERE column_name = 'more'`;
    expect(await runSql(database.url, columns)).toEqual([{ n: 0 }]);
    expect((await migrationStatus(database.url, project)).failed).toHaveLength(1);
    writeFileSync(file, good);
    expect((await deploy()).applied).toHaveLength(1);
    expect(await runSql(database.url, columns)).toEqual([{ n: 1 }]);
    expect((await migrationStatus(database.url, project)).failed).toEqual([]);
  });

  it('refuses a migration that was edited after it was applied, and one that is gone from disk', async () => {
    await migrate('init', start);
    await deploy();
    const folder = join(project, 'prisma', 'migrations', readMigrations(project)[0]?.name ?? '');
    const sql = readFileSync(join(folder, 'migration.sql'), 'utf8');
    writeFileSync(join(folder, 'migration.sql'), `${sql}\n-- changed`);
    expect((await migrationStatus(database.url, project)).edited).toHaveLength(1);
    await expect(deploy()).rejects.toThrow(/Changed after they were applied.*init/);
    rmSync(folder, { recursive: true });
    expect((await migrationStatus(database.url, project)).missing).toHaveLength(1);
    await expect(deploy()).rejects.toThrow(/not in prisma\/migrations.*init/);
  });

  it('notices that two branches have each added a migration', async () => {
    await migrate('init', start);
    const next = withSchema((text) => text.replace('size    Int?', 'size    Int?\n  more    Int?'));
    const fork = await planMigration(start, next);
    writeMigration(project, 'ours', fork);
    const theirs = readMigrations(project).at(-1);
    await migrate('later', start);
    rmSync(join(project, 'prisma', 'migrations', theirs?.name ?? ''), { recursive: true });
    expect(() => lastState(readMigrations(project))).toThrow(MigrationError);
  });
});

describe('renaming', () => {
  it('keeps the rows of a renamed table and column, and leaves nothing to do afterwards', async () => {
    await migrate('init', start);
    await deploy();
    await fill();
    const to: DatabaseState = {
      prismaSchema: start.prismaSchema
        .replaceAll('Team?', 'Group?')
        .replaceAll('Team[]', 'Group[]')
        .replace('model Team', 'model Group')
        .replace('name    String   @unique', 'title   String   @unique'),
      objects: [nameLength, upperName].map((one) => ({
        ...one,
        name: one.name.replace('Team', 'Group'),
        table: 'Group',
        create: one.create.replaceAll('Team', 'Group').replaceAll('"name"', '"title"'),
        drop: one.drop.replaceAll('Team', 'Group'),
      })),
    };
    const renames = {
      tables: [{ from: 'Team', to: 'Group' }],
      columns: [{ table: 'Group', from: 'name', to: 'title' }],
    };
    const sql = await migrate('rename', to, renames);
    expect(sql).not.toMatch(/DROP TABLE|DROP COLUMN "name"|CREATE TABLE/);
    await deploy();
    expect(await runSql(database.url, 'SELECT title, upper FROM "Group" ORDER BY 1')).toEqual([
      { title: 'blue', upper: 'BLUE' },
      { title: 'red', upper: 'RED' },
    ]);
    // "Group" sorts before "Tag", so the sides of the join table have changed.
    const joined = await runSql(database.url, 'SELECT "A", "B" FROM "_GroupToTag"');
    expect(joined).toEqual([{ A: id(1), B: id(4) }]);
    const names = await runSql(
      database.url,
      `SELECT conname AS name FROM pg_constraint WHERE conrelid IN ('"Group"'::regclass, '"Person"'::regclass) AND contype IN ('p', 'f', 'c') ORDER BY 1`,
    );
    expect(names.map((one) => one.name)).toEqual([
      'Group_name_length',
      'Group_pkey',
      'Person_pkey',
      'Person_teamId_fkey',
    ]);
    expect((await planMigration(lastState(readMigrations(project)), to, renames)).empty).toBe(true);
  });

  it('drops and creates when no rename is stated', async () => {
    const to = withSchema((text) => text.replace('email  String', 'mail   String'));
    expect((await planMigration(start, to)).sql).toContain('DROP COLUMN "email"');
    const renames = { columns: [{ table: 'Person', from: 'email', to: 'mail' }] };
    expect((await planMigration(start, to, renames)).sql).toBe(
      '-- Renames\nALTER TABLE "Person" RENAME COLUMN "email" TO "mail";',
    );
  });

  it('renames a relation column with its index and foreign key', async () => {
    const to = withSchema((text) => text.replaceAll('teamId', 'groupId'));
    const renames = { columns: [{ table: 'Person', from: 'teamId', to: 'groupId' }] };
    expect((await planMigration(start, to, renames)).sql.split('\n').slice(1)).toEqual([
      'ALTER TABLE "Person" RENAME COLUMN "teamId" TO "groupId";',
      'ALTER INDEX "Person_teamId_idx" RENAME TO "Person_groupId_idx";',
      'ALTER TABLE "Person" RENAME CONSTRAINT "Person_teamId_fkey" TO "Person_groupId_fkey";',
    ]);
  });
});
