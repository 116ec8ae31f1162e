import { describe, expect, it } from 'vitest';
import { planMigration } from '../../src/data/index.ts';
import { CONSTRAINT_FORMATS, constraintRegExp } from '../../src/model/constraint-formats.ts';
import { findConstraint } from '../../src/model/constraint-names.ts';
import type { BuiltApp } from '../../src/pipeline.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';
import { buildCase, goldenCases } from './golden-cases.ts';

async function withDatabase(built: BuiltApp, use: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createDatabase();
  try {
    const state = { prismaSchema: built.prismaSchema, objects: built.sqlObjects };
    const plan = await planMigration(undefined, state);
    for (const script of plan.scripts) await runSql(database.url, script);
    expect((await planMigration(state, state)).empty).toBe(true);
    await use(database);
  } finally {
    await database.drop();
  }
}

/** Name of the constraint that the statement breaks; undefined if it breaks none. */
async function violated(url: string, sql: string): Promise<string | undefined> {
  try {
    await runSql(url, sql);
    return undefined;
  } catch (error) {
    const constraint = (error as { constraint?: string }).constraint;
    if (constraint === undefined) throw error;
    return constraint;
  }
}

describe.each(goldenCases)('the database of %s', (name) => {
  it('is made by PostgreSQL, and every constraint of its tables can be told by its name', async () => {
    const built = buildCase(name);
    await withDatabase(built, async ({ url }) => {
      const rows = await runSql(
        url,
        `SELECT conname AS name FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
         WHERE conrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
           AND contype IN ('c', 'f', 'p', 'u') AND left(relname, 1) <> '_'
         UNION ALL
         SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
         WHERE indisunique AND relnamespace = 'public'::regnamespace AND left(relname, 1) <> '_'`,
      );
      const unknown = rows.map((row) => String(row.name)).filter((each) => !findConstraint(built.app, each));
      expect(rows.length).toBeGreaterThan(0);
      expect(unknown).toEqual([]);
    });
  });
});

describe('a CHECK', () => {
  const valid = {
    id: "'018f3b5e-7a2c-7d11-9c3e-0123456789ab'",
    name: "'Pan'",
    kind: "'a'",
    price: '5',
    cost: '10',
    tags: "'{x}'",
  };
  const insert = (changes: Record<string, string>): string => {
    const row = { ...valid, ...changes };
    const columns = Object.keys(row).map((column) => `"${column}"`);
    return `BEGIN; INSERT INTO "Product" (${columns.join(', ')}) VALUES (${Object.values(row).join(', ')}); ROLLBACK`;
  };

  it('refuses what the argument or the expression forbids, under a name that leads back to it', async () => {
    const built = buildCase('constraints');
    const rows: readonly (readonly [Record<string, string>, string | number | undefined])[] = [
      [{}, undefined],
      [{ name: "'P'" }, 'minLength'],
      [{ name: "'ÄÖ'" }, 'pattern'],
      [{ name: `'P${'a'.repeat(80)}'` }, 'maxLength'],
      [{ name: `'P${'a'.repeat(77)}''s'` }, undefined],
      [{ price: '-6', cost: '-100' }, 'min'],
      [{ price: '101' }, 'max'],
      [{ weight: '0.0001' }, 'min'],
      [{ weight: '0.001' }, undefined],
      [{ stock: '-1' }, 'min'],
      [{ ratio: '1.5' }, 'max'],
      [{ tags: "'{}'" }, 'minItems'],
      [{ tags: "'{1,2,3,4,5,6}'" }, 'maxItems'],
      [{ tags: 'NULL' }, 'required'],
      [{ tags: "'{a,NULL}'" }, 'items'],
      [{ email: "'a@b'" }, 'format'],
      [{ email: "'a@b.example'" }, undefined],
      [{ day: "'2024-02-29'" }, undefined],
      [{ day: "'2023-02-29'" }, 'format'],
      [{ startsAt: "'2026-01-02'", endsAt: "'2026-01-01'" }, 0],
      [{ startsAt: "'2026-01-02'" }, undefined],
      [{ price: '4' }, 1],
      [{ kind: "'c'" }, 1],
    ];
    await withDatabase(built, async ({ url }) => {
      for (const [changes, expected] of rows) {
        const name = await violated(url, insert(changes));
        const found = name === undefined ? undefined : findConstraint(built.app, name);
        const told =
          found?.kind === 'field' ? found.argument : found?.kind === 'check' ? found.index : undefined;
        expect(told, `${JSON.stringify(changes)} broke ${name}`).toBe(expected);
      }
    });
  });
});

describe('a default', () => {
  it('is what PostgreSQL stores for a row that leaves everything out', async () => {
    await withDatabase(buildCase('scalars'), async ({ url }) => {
      const [row] = await runSql(
        url,
        `INSERT INTO "Everything" ("id") VALUES (gen_random_uuid()) RETURNING "text", "number", "real",
           "big"::text, "money"::text, "day"::text, "clock"::text, "json"::text, convert_from("bytes", 'UTF8') AS bytes,
           to_char("instant" AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS instant, "colours"::text, "texts",
           "instants"::text, "moneys"::text`,
      );
      expect(row).toEqual({
        text: 'say "hi" \\ it\'s\n\ttabbed',
        number: -7,
        real: 1.5e-7,
        big: '9007199254740993',
        money: '-12345678901234567890.10',
        day: '2026-02-28',
        clock: '09:30:00',
        json: '{"a": [1, "it\'s \\"quoted\\""], "b": null}',
        bytes: 'hello',
        instant: '2026-01-02 03:04:05.678',
        colours: '{RED,GREEN}',
        texts: ['a', 'b "c"'],
        instants: '{}',
        moneys: '{1.5}',
      });
    });
  });
});

describe('a format', () => {
  const samples: Record<keyof typeof CONSTRAINT_FORMATS, { good: string[]; bad: string[] }> = {
    EMAIL: {
      good: ['a@b.co', "o'neil+x@a-b.example"],
      bad: ['a@b', '@b.co', 'a b@c.de', 'a@-b.co', 'a@b.co\n'],
    },
    URL: {
      good: ['http://a', 'ftp://x/y?z=%20#f', 'HTTPS://ä.example/'],
      bad: ['a.example', 'http://a b', 'http://'],
    },
    UUID: {
      good: ['018f3b5e-7a2c-7d11-9c3e-0123456789ab', '018F3B5E-7A2C-7D11-9C3E-0123456789AB'],
      bad: ['018f3b5e7a2c7d119c3e0123456789ab', '018f3b5e-7a2c-7d11-9c3e-0123456789ag'],
    },
    SLUG: { good: ['a', 'a-b-2'], bad: ['', '-a', 'a--b', 'A', 'a_b'] },
    IPV4: { good: ['0.0.0.0', '255.255.255.255'], bad: ['256.1.1.1', '1.1.1', '01.1.1.1', '1.1.1.1.'] },
    IPV6: {
      good: [
        '::',
        '::1',
        '1::',
        'fe80::1:2',
        '1:2:3:4:5:6:7:8',
        '1::3:4:5:6:7:8',
        '::ffff:1.2.3.4',
        '1:2:3:4:5:6:1.2.3.4',
      ],
      bad: [':', '1:2:3:4:5:6:7', '1::2::3', '1:2:3:4:5:6:7:8:9', '12345::', '::1.2.3', '1:2:3:4:5:6:7::8:9'],
    },
    HOSTNAME: {
      good: ['a', 'a-b.example', '1.2'],
      bad: ['', '-a', 'a-', 'a..b', 'a_b', `${'a'.repeat(64)}.b`],
    },
    DATE: {
      good: ['2024-02-29', '2000-02-29', '0001-01-01', '9999-12-31'],
      bad: ['2023-02-29', '1900-02-29', '2024-13-01', '2024-04-31', '0000-01-01', '0000-02-29', '24-01-01'],
    },
    DATETIME: {
      good: ['2024-02-29T00:00:00Z', '2024-01-01t23:59z', '2024-01-01T00:00:00.123+05:30'],
      bad: ['2024-02-30T00:00:00Z', '2024-01-01T24:00:00Z', '2024-01-01T00:00:00', '2024-01-01 00:00:00Z'],
    },
  };

  it('means the same to the check before the write and to the database', async () => {
    const database = await createDatabase();
    try {
      for (const [format, { good, bad }] of Object.entries(samples)) {
        const pattern = CONSTRAINT_FORMATS[format as keyof typeof CONSTRAINT_FORMATS];
        for (const text of [...good, ...bad]) {
          const expected = good.includes(text);
          expect(
            constraintRegExp(pattern).test(text),
            `${format} ${JSON.stringify(text)} in JavaScript`,
          ).toBe(expected);
          const quote = (value: string) => `'${value.replaceAll("'", "''")}'`;
          const [row] = await runSql(database.url, `SELECT ${quote(text)} ~ ${quote(pattern)} AS holds`);
          expect(row?.holds, `${format} ${JSON.stringify(text)} in PostgreSQL`).toBe(expected);
        }
      }
    } finally {
      await database.drop();
    }
  });
});
