import { afterAll, beforeAll, expect, test } from 'vitest';
import { planMigration } from '../../src/data/index.ts';
import { buildText } from '../emit/golden-cases.ts';
import { createTestApp, type TestApp } from '../support/app.ts';

// Dropping a column drops whatever PostgreSQL keeps about it, without a word.
const product = (prices: string, total: string, words: string, searched = '') => `
  type Product @model @access(read: "true", create: "true") @check(expr: "this.total < 1000") {
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
