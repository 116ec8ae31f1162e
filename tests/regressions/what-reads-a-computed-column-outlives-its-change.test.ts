import { afterAll, beforeAll, expect, test } from 'vitest';
import { planMigration } from '../../src/data/index.ts';
import { buildText } from '../emit/golden-cases.ts';
import { createTestApp, type TestApp } from '../support/app.ts';

// Dropping a column drops whatever PostgreSQL keeps about it, without a word.
const product = (prices: string, total: string, words: string, searched = '') => `
  type Product @model @access(read: "true", create: "true") @check(expr: "this.total < 1000")
    @index(fields: ["amount"], where: "plinth_search IS NOT NULL") {
    id: ID!
    name: String! @search
    note: String ${searched}
    ${prices}
    amount: Int!
    total: Int! @computed(sql: "${total}")
    words: [String!]! @computed(sql: "${words}")
    size: PositiveInt @computed(sql: "amount + 1")
  }`;
const START = product('price: Int!', 'price * amount', "string_to_array(name, ' ')");

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(START);
});
afterAll(() => app?.close());

const stateOf = (sdl: string) => {
  const { prismaSchema, sqlObjects } = buildText(sdl);
  return { prismaSchema, objects: sqlObjects };
};

/** What PostgreSQL keeps about the table besides its columns. */
async function kept(): Promise<readonly string[]> {
  const rows = await app.db.query<{ what: string }>(
    `SELECT indexdef AS what FROM pg_indexes WHERE tablename = 'Product'
     UNION ALL SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '"Product"'::regclass ORDER BY 1`,
  );
  return rows.map(({ what }) => what);
}

test.each([
  ['its SQL', product('price: Int!', 'price * amount + 1', "string_to_array(name, ' ')")],
  ['the SQL of a list', product('price: Int!', 'price * amount', "string_to_array(name, '-')")],
  [
    'the type of a column that it reads',
    product('price: BigInt!', '(price * amount)::int4', "string_to_array(name, ' ')"),
  ],
  ['what is searched', product('price: Int!', 'price * amount', "string_to_array(name, ' ')", '@search')],
])('%s', async (_what, changed) => {
  const before = await kept();
  expect(before.length).toBeGreaterThan(3);
  for (const [from, to] of [
    [START, changed],
    [changed, START],
  ]) {
    const plan = await planMigration(stateOf(from ?? ''), stateOf(to ?? ''));
    expect(plan.empty).toBe(false);
    await app.db.execute(plan.sql);
    expect(await kept()).toEqual(before);
  }
});

test('what reads a column does not follow it to another name that a new one takes over', async () => {
  const of = (checked: string, columns: string) => `
    type Place @model @access(read: "true") @check(expr: "this.${checked} < 100") {
      id: ID! @id(auto: INT)
      ${columns}
      twice: Int @computed(sql: "a * 2")
    }`;
  const from = stateOf(of('a', 'a: Int'));
  const to = stateOf(of('c', 'b: Int c: Int @column(name: "a")'));
  for (const script of (await planMigration(undefined, from)).scripts) await app.db.execute(script);
  const columns = [{ table: 'Place', from: 'a', to: 'b' }];
  for (const script of (await planMigration(from, to, { columns })).scripts) await app.db.execute(script);
  const found = await app.db.query<{ what: string }>(
    `SELECT pg_get_constraintdef(oid) AS what FROM pg_constraint WHERE conrelid = '"Place"'::regclass AND contype = 'c'
     UNION ALL SELECT generation_expression FROM information_schema.columns WHERE table_name = 'Place' AND column_name = 'twice'`,
  );
  expect(found.map(({ what }) => what)).toEqual(['CHECK ((a < 100))', '(a * 2)']);
  expect((await planMigration(to, to, { columns })).empty).toBe(true);
});
