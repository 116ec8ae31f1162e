import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type DatabaseState,
  deployMigrations,
  lastState,
  migrationStatus,
  planMigration,
  readMigrations,
  type SyncOptions,
  syncDevelopment,
  writeMigration,
} from '../../src/data/index.ts';
import type { SqlObject } from '../../src/model/sql-object.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';
import { id, nameLength, start, withSchema } from './example-schemas.ts';

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

const sync = (desired: DatabaseState, more: Partial<SyncOptions> = {}) =>
  syncDevelopment({ url: database.url, projectDir: project, desired, ...more });

const change = (find: string, replace: string, from = start) =>
  withSchema((text) => text.replace(find, replace), from);

const withField = (field: string, from = start) => change('size    Int?', `size    Int?\n  ${field}`, from);

async function migrateNew(name: string, to: DatabaseState): Promise<string> {
  writeMigration(project, name, await planMigration(lastState(readMigrations(project)), to));
  return join(project, 'prisma', 'migrations', readMigrations(project).at(-1)?.name ?? '', 'migration.sql');
}

async function fill(): Promise<void> {
  await runSql(
    database.url,
    `INSERT INTO "Team" (id, name, size, role) VALUES
       ('${id(1)}', 'red', 1, 'OWNER'), ('${id(2)}', 'blue', 1, 'MEMBER'), ('${id(5)}', 'green', NULL, 'MEMBER');
     INSERT INTO "Person" (id, email, "teamId") VALUES ('${id(3)}', 'p@x', '${id(1)}'), ('${id(4)}', 'q@x', NULL)`,
  );
}

async function columnsOfTeam(): Promise<unknown[]> {
  const rows = await runSql(
    database.url,
    `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'Team' ORDER BY ordinal_position`,
  );
  return rows.map((one) => one.name);
}

describe('a development database without any migration', () => {
  it('follows the schema, and does nothing when nothing changed', async () => {
    expect((await sync(start)).outcome).toBe('changed');
    expect((await sync(start)).outcome).toBe('unchanged');
    expect((await sync(withField('motto   String?'))).sql).toContain('"motto"');
    expect((await sync(start)).outcome).toBe('changed');
    expect(await columnsOfTeam()).not.toContain('motto');
  });

  it('uses a new enum value at once', async () => {
    await sync(start);
    const to = withSchema((text) =>
      text.replace('  OWNER', '  ADMIN\n  OWNER').replace('@default(MEMBER)', '@default(ADMIN)'),
    );
    expect((await sync(to)).outcome).toBe('changed');
  });

  it('adds a column that holds a new enum value, with the objects that look at it', async () => {
    await sync(start);
    await fill();
    const withRoles = withSchema((text) =>
      text
        .replace('  OWNER', '  ADMIN\n  OWNER')
        .replace(
          'labels  String[]',
          'labels  String[]\n  roles   Role[]   @default([ADMIN])\n\n  @@index([roles])',
        ),
    );
    const check: SqlObject = {
      name: 'Team/check/roles_required',
      table: 'Team',
      kind: 'check',
      create: `ALTER TABLE "Team" ADD CONSTRAINT "Team_roles_required" CHECK ("roles" IS NOT NULL);`,
      drop: 'ALTER TABLE "Team" DROP CONSTRAINT IF EXISTS "Team_roles_required";',
      columns: ['roles'],
      condition: '"roles" IS NOT NULL',
    };
    const result = await sync({ ...withRoles, objects: [...withRoles.objects, check] });
    expect(result).toMatchObject({ outcome: 'changed', findings: [] });
    const rows = await runSql(database.url, 'SELECT DISTINCT roles::text FROM "Team"');
    expect(rows).toEqual([{ roles: '{ADMIN}' }]);
  });

  it('loses data only when somebody accepts it', async () => {
    await sync(start);
    await fill();
    const to = change('size    Int?', '');
    expect(await sync(to)).toMatchObject({
      outcome: 'refused',
      findings: [{ table: 'Team', column: 'size', rows: 2 }],
    });
    expect(await columnsOfTeam()).toContain('size');
    expect((await sync(to, { accept: async () => true })).outcome).toBe('changed');
    expect(await columnsOfTeam()).not.toContain('size');
  });

  it('never asks about what is impossible', async () => {
    await sync(start);
    await fill();
    const result = await sync(change('size    Int?', 'size    Int'), {
      accept: () => Promise.reject(new Error('asked')),
    });
    expect(result.outcome).toBe('refused');
  });
});

describe('what stored rows have to say', () => {
  const cases: [string, DatabaseState, object][] = [
    [
      'a dropped table',
      withSchema((text) => text.replace(/model Person [^}]*\}/, '').replace('members Person[]', '')),
      { kind: 'tableDropped', severity: 'loss', table: 'Person', rows: 2 },
    ],
    [
      'a dropped column',
      change('size    Int?', ''),
      { kind: 'columnDropped', table: 'Team', column: 'size', rows: 2 },
    ],
    [
      'a column of a type that needs replacing',
      change('size    Int?', 'size    Boolean?'),
      { kind: 'columnReplaced', severity: 'loss', table: 'Team', column: 'size', rows: 2 },
    ],
    [
      'a new required column',
      withField('motto   String'),
      { kind: 'requiredWithoutValue', severity: 'impossible', table: 'Team', column: 'motto', rows: 3 },
    ],
    [
      'a column that becomes required',
      change('size    Int?', 'size    Int'),
      { kind: 'nullsStored', column: 'size', rows: 1 },
    ],
    [
      'a new unique',
      change('size    Int?', 'size    Int? @unique'),
      { kind: 'duplicates', column: 'size', rows: 2 },
    ],
    [
      'a shorter text type',
      change('name    String ', 'name    String @db.VarChar(4) '),
      { kind: 'valueDoesNotFit', column: 'name', rows: 1 },
    ],
    [
      'a removed enum value',
      change('  OWNER\n', ''),
      { kind: 'enumValueInUse', table: 'Team', column: 'role', rows: 1 },
    ],
    [
      'a new check',
      {
        ...start,
        objects: [
          ...start.objects,
          {
            ...nameLength,
            name: 'Team/check/short',
            create: 'ALTER TABLE "Team" ADD CONSTRAINT "Team_short" CHECK (char_length("name") < 4);',
            condition: 'char_length("name") < 4',
          },
        ],
      },
      { kind: 'checkViolated', table: 'Team', column: 'name', rows: 2 },
    ],
    [
      'a new reference on stored values',
      withSchema((text) =>
        text
          .replace('email  String', 'email  String\n  lead   String  @default("x")')
          .replace('model Tag {', 'model Tag {\n  code  String @unique\n  leads Lead[]')
          .concat(
            '\n\nmodel Lead {\n  id  String @id\n  tag Tag @relation(fields: [id], references: [code])\n}',
          ),
      ),
      { kind: 'danglingReference', table: 'Lead', column: 'id', rows: 1 },
    ],
  ];

  it.each(cases)('%s is reported with its rows', async (title, to, finding) => {
    const from = title.includes('reference')
      ? withSchema((text) =>
          text
            .replace('email  String', 'email  String\n  lead   String  @default("x")')
            .replace('model Tag {', 'model Tag {\n  code  String @unique')
            .concat('\n\nmodel Lead {\n  id  String @id\n}'),
        )
      : start;
    await sync(from);
    await fill();
    if (from !== start) await runSql(database.url, `INSERT INTO "Lead" VALUES ('nobody')`);
    const result = await sync(to);
    expect(result.outcome).toBe('refused');
    expect(result.findings).toEqual([expect.objectContaining(finding)]);
    expect(result.findings[0]?.message).toContain(`"${result.findings[0]?.table}"`);
    expect((await sync(from)).outcome).toBe('unchanged');
  });

  it.each(['BigInt?', 'Decimal?', 'Float?', 'Int? @db.SmallInt'])(
    'rows without a value do not keep an Int from becoming %s',
    async (type) => {
      await sync(start);
      await fill();
      expect(await sync(change('size    Int?', `size    ${type}`))).toMatchObject({
        outcome: 'changed',
        findings: [],
      });
    },
  );

  it('counts only the values that do not fit a new type, not the rows without one', async () => {
    await sync(start);
    await fill();
    await runSql(database.url, `UPDATE "Team" SET size = 100000 WHERE id = '${id(1)}'`);
    expect(await sync(change('size    Int?', 'size    Int? @db.SmallInt'))).toMatchObject({
      outcome: 'refused',
      findings: [{ kind: 'valueDoesNotFit', column: 'size', rows: 1 }],
    });
  });

  it('says nothing about empty tables', async () => {
    await sync(start);
    expect(await sync(change('size    Int?', 'size    Int\n  motto String'))).toMatchObject({
      outcome: 'changed',
      findings: [],
    });
  });
});

describe('a development database beside a history of migrations', () => {
  it('starts from the migrations', async () => {
    await migrateNew('init', start);
    expect((await sync(withField('motto   String?'))).migrations).toHaveLength(1);
    expect((await migrationStatus(database.url, project)).pending).toEqual([]);
    expect(await columnsOfTeam()).toContain('motto');
  });

  it.each(['dev', 'deploy'])('takes a migration made of its own changes as done (%s)', async (command) => {
    await migrateNew('init', start);
    const to = withField('motto   String?');
    await sync(to);
    await fill();
    await migrateNew('motto', to);
    if (command === 'dev')
      expect(await sync(to)).toMatchObject({ outcome: 'unchanged', migrations: [expect.any(String)] });
    else expect((await deployMigrations(database.url, project)).applied).toHaveLength(1);
    expect((await migrationStatus(database.url, project)).pending).toEqual([]);
    expect(await runSql(database.url, 'SELECT count(*)::int AS n FROM "Team"')).toEqual([{ n: 3 }]);
    expect((await sync(to)).outcome).toBe('unchanged');
  });

  it("takes a colleague's migration while having changes of its own", async () => {
    await migrateNew('init', start);
    await sync(withField('motto   String?'));
    await fill();
    await migrateNew('theirs', withField('anthem  String?'));
    const both = withField('motto   String?', withField('anthem  String?'));
    expect((await sync(both)).migrations).toHaveLength(1);
    expect(await columnsOfTeam()).toEqual(expect.arrayContaining(['motto', 'anthem']));
    expect((await sync(both)).outcome).toBe('unchanged');
  });

  it('really runs a migration with hand-written SQL, after setting its own changes back', async () => {
    await migrateNew('init', start);
    await sync(withField('motto   String?'));
    await fill();
    const file = await migrateNew('theirs', withField('anthem  String?'));
    writeFileSync(file, `${readFileSync(file, 'utf8')}UPDATE "Team" SET "anthem" = 'la';\n`);
    await sync(withField('motto   String?', withField('anthem  String?')));
    expect(await runSql(database.url, 'SELECT DISTINCT anthem FROM "Team"')).toEqual([{ anthem: 'la' }]);
    expect(await columnsOfTeam()).toContain('motto');
  });

  it('is not deployed to while it has changes that are in no migration', async () => {
    await migrateNew('init', start);
    await sync(withField('motto   String?'));
    await migrateNew('theirs', withField('anthem  String?'));
    await expect(deployMigrations(database.url, project)).rejects.toThrow(/kept in step by "plinth dev"/);
  });
});
