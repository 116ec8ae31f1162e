import { afterEach, beforeEach, expect, test } from 'vitest';
import { planMigration } from '../../src/data/index.ts';
import { buildApp } from '../../src/pipeline.ts';
import { createDatabase, runSql, type TestDatabase } from '../support/database.ts';

// Prisma's script takes the value away first, from columns that are not there yet or are there no more.
let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const one = (fields: string) => `type One @model @access(read: "true") { id: ID! @id(auto: INT) ${fields} }`;
const two = (fields: string) => `type Two @model @access(read: "true") { id: ID! @id(auto: INT) ${fields} }`;
const MANY = 'enum E { A B C }';
const FEW = 'enum E { A C }';
const IS_A = `computed(sql: "CASE WHEN n > 1 THEN 'A'::\\"E\\" ELSE 'C'::\\"E\\" END")`;

const stateOf = (text: string) => {
  const { prismaSchema, sqlObjects } = buildApp([{ file: 'schema.graphql', text }], []);
  return { prismaSchema, objects: sqlObjects };
};

/** What PostgreSQL has: columns, checks and indexes. */
async function catalog(url: string): Promise<unknown> {
  return runSql(
    url,
    `SELECT table_name AS "table", column_name || ' ' || udt_name || ' ' || is_nullable || ' ' || coalesce(column_default, generation_expression, '') AS what
       FROM information_schema.columns WHERE table_schema = 'public'
     UNION ALL SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL SELECT conrelid::regclass::text, conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0
     UNION ALL SELECT enumtypid::regtype::text, string_agg(enumlabel, ',' ORDER BY enumsortorder) FROM pg_enum GROUP BY 1
     ORDER BY 1, 2`,
  );
}

test.each([
  ['a column is added', one('n: Int'), one('n: Int b: E')],
  ['a column is added to others', one('e: E'), one('e: E b: E! @default(value: A)')],
  ['a column is dropped', one('e: E b: E'), one('e: E')],
  ['a list is dropped', one('e: E b: [E!]'), one('e: E')],
  ['a column becomes a computed one', one('e: E b: E'), one('e: E b: E @computed(sql: "e")')],
  ['a computed one becomes a column', one('e: E b: Int @computed(sql: "1")'), one('b: E e: E')],
  ['a table is dropped', one('e: E') + two('e: E'), one('e: E')],
  ['a table is added', one('e: E'), one('e: E') + two('e: E @default(value: C)')],
  ['a default changes', one('e: E! @default(value: B)'), one('e: E! @default(value: C)')],
  ['nothing else', one('e: E! @default(value: A) @index'), one('e: E! @default(value: A) @index')],
  ['it is the type of a computed column', one(`n: Int e: E @${IS_A}`), one(`n: Int e: E @${IS_A}`)],
  [
    'it is the type of a computed list',
    one(`n: Int e: [E!] @computed(sql: "ARRAY['A'::\\"E\\"]")`),
    one(`n: Int e: [E!] @computed(sql: "ARRAY['A'::\\"E\\"]")`),
  ],
])('where %s', async (_what, before, after) => {
  const [from, to] = [stateOf(`${before} ${MANY}`), stateOf(`${after} ${FEW}`)];
  const start = await planMigration(undefined, from);
  for (const script of start.scripts) await runSql(database.url, script);
  const plan = await planMigration(from, to);
  for (const script of plan.scripts) await runSql(database.url, script);
  const fresh = await createDatabase();
  try {
    for (const script of (await planMigration(undefined, to)).scripts) await runSql(fresh.url, script);
    expect(await catalog(database.url)).toEqual(await catalog(fresh.url));
  } finally {
    await fresh.drop();
  }
  expect((await planMigration(to, to)).empty).toBe(true);
});

test('and others are added at the same time', async () => {
  const from = stateOf(`${one('e: E')} ${MANY}`);
  const to = stateOf(`${one('e: E! @default(value: D)')} enum E { A D C }`);
  for (const script of (await planMigration(undefined, from)).scripts) await runSql(database.url, script);
  await runSql(database.url, `INSERT INTO "One" (e) VALUES ('A'), ('C')`);
  for (const script of (await planMigration(from, to)).scripts) await runSql(database.url, script);
  await runSql(database.url, 'INSERT INTO "One" DEFAULT VALUES');
  expect(await runSql(database.url, 'SELECT e::text FROM "One" ORDER BY "One".e')).toEqual([
    { e: 'A' },
    { e: 'D' },
    { e: 'C' },
  ]);
});
