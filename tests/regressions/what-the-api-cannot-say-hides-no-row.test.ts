import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, createTestApp, type TestApp } from '../support/app.ts';

const ALL = '@access(read: "true", create: "true", update: "true", delete: "true")';
const SDL = `
type Lease @model ${ALL} {
  id: ID! @id(auto: INT)
  until: DateTime!
  since: Date
  opens: Time
  rent: Decimal
  facts: JSON!
  viewings: [DateTime!]!
  rents: [Decimal!]
  notes: [JSON!]
  tally: Int! @default(value: 0)
}
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
  await app.db.execute(
    `INSERT INTO "Lease" (id, "until", facts, viewings) VALUES (1, '2026-01-01', '{}', '{}')`,
  );
});
afterAll(() => app?.close());

/** Stores a value that only SQL can store, in a row of its own. */
async function store(id: number, column: string, value: string): Promise<void> {
  await app.db.execute(
    `INSERT INTO "Lease" (id, "until", facts, viewings) VALUES (${id}, '2026-01-02', '{}', '{}') ON CONFLICT DO NOTHING`,
  );
  await app.db.execute(`UPDATE "Lease" SET "${column}" = ${value} WHERE id = ${id}`);
}

interface Said {
  readonly data: unknown;
  readonly errors: readonly unknown[];
}

async function run(source: string, compile: boolean): Promise<Said> {
  const { data, errors } = await app.graphql(source, {}, ADMIN, { compile });
  return { data, errors: errors.map(({ code, message, path }) => ({ code, message, path })) };
}

/** What the resolvers say, and what is said with the compiled path before them. */
async function bothAnswers(source: string): Promise<{ readonly resolvers: Said; readonly compiled: Said }> {
  const resolvers = await run(source, false);
  if (source.startsWith('mutation')) return { resolvers, compiled: await run(source, true) };
  const data = await app.compiled(source, {}, ADMIN);
  return { resolvers, compiled: data === undefined ? resolvers : { data, errors: [] } };
}

// Where each was null or left as it is, PostgreSQL's text of a row with a null in it was null, and the row was gone.
describe.each([
  ['until', "'infinity'"],
  ['until', "'-infinity'"],
  ['until', "'12026-01-01'"],
  ['until', "'0044-03-15 BC'"],
  ['since', "'infinity'"],
  ['since', "'12026-01-01'"],
  ['opens', "'24:00'"],
  ['rent', "'NaN'"],
  ['rent', "'Infinity'"],
  ['facts', "'null'"],
  ['viewings', "'{2026-01-01,infinity}'"],
  ['rents', "'{1,NaN}'"],
  ['notes', "ARRAY['1', 'null']::jsonb[]"],
])('%s = %s', (column, value) => {
  const isList = ['viewings', 'rents', 'notes'].includes(column);
  const hasOrder = !isList && column !== 'facts';
  const id = 2;
  beforeAll(async () => {
    await app.db.execute(`DELETE FROM "Lease" WHERE id = ${id}`);
    await store(id, column, value);
  });

  it.each([
    ['a row', `{ lease(id: ${id}) { id ${column} } }`],
    ['a list', `{ leases { id ${column} } }`],
    ['a page', `{ leasesConnection { nodes { ${column} id } } }`],
    ...(hasOrder
      ? [
          ['an extreme', `{ leasesAggregate { max { ${column} } min { ${column} } } }`],
          [
            'a group',
            `{ leasesGroups(by: [{ field: ${column} }]) { key { ${column} } aggregate { count } } }`,
          ],
        ]
      : []),
    ['a write', `mutation { updateLease(id: ${id}, input: { tally: 1 }) { id ${column} } }`],
    ['a batch', `mutation { updateLeases(where: {}, input: { tally: 1 }) { nodes { id ${column} } } }`],
  ])('%s is answered alike by both paths', async (_what, source = '') => {
    const { compiled, resolvers } = await bothAnswers(source);
    expect(compiled).toEqual(resolvers);
  });
});

it('a row that is not asked for what it cannot say is there', async () => {
  await store(2, 'until', "'infinity'");
  const { compiled } = await bothAnswers('{ leases { id } }');
  expect(compiled).toEqual({ data: { leases: [{ id: '1' }, { id: '2' }] }, errors: [] });
});

it('a date without an end that may be null is null, without asking the resolvers', async () => {
  await store(2, 'until', "'2026-01-01'");
  await store(2, 'since', "'infinity'");
  expect(await app.compiled('{ lease(id: 2) { since } }', {}, ADMIN)).toEqual({ lease: { since: null } });
});
