import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../support/app.ts';
import { plinth } from '../support/cli.ts';

const SDL = /* GraphQL */ `
  type Country @model @access(read: "true", create: "true", update: "true") {
    id: ID! @id(auto: NONE) @column(type: "char(4)")
    code: String! @unique @column(type: "character(6)")
    towns: [Town!]!
  }
  type Town @model @access(read: "true", create: "true") {
    id: ID! @id(auto: INT)
    name: String! @column(type: "char(20)") @index
    country: Country
  }
`;

let app: TestApp;
let project: string;
const databaseUrl = process.env.DATABASE_URL;

beforeAll(async () => {
  app = await createTestApp(SDL, {});
  project = mkdtempSync(join(tmpdir(), 'plinth-char-'));
  writeFileSync(join(project, 'schema.graphql'), SDL);
  await app.db.execute(
    `INSERT INTO "Country" (id, code) SELECT lpad(n::text, 4, '0'), 'c' || n FROM generate_series(1, 5000) n`,
  );
  await app.db.execute(
    `INSERT INTO "Town" (name, "countryId") SELECT 't"' || n, lpad(n::text, 4, '0') FROM generate_series(1, 5000) n`,
  );
  await app.db.execute('ANALYZE');
  process.env.DATABASE_URL = app.database.url;
});
afterAll(async () => {
  if (databaseUrl === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = databaseUrl;
  await app.close();
  rmSync(project, { recursive: true, force: true });
});

const FULL = { id: '0042', code: 'c42   ', towns: [{ name: 't"42                ' }] };

// Compared with a text, a char is made one, which no index of it serves.
test.each([
  ['its id', '{ country(id: "0042") { id code towns { name } } }', { country: FULL }],
  [
    'a list of ids',
    '{ countries(where: { id: { in: ["0042", "none"] } }) { id code towns { name } } }',
    { countries: [FULL] },
  ],
  ['a unique', '{ countryByCode(code: "c42") { id } }', { countryByCode: { id: '0042' } }],
  ['a unique as it is shown', '{ countryByCode(code: "c42   ") { id } }', { countryByCode: { id: '0042' } }],
  [
    'a relation to one',
    '{ towns(where: { name: { eq: "t\\"42" } }) { country { id } } }',
    { towns: [{ country: { id: '0042' } }] },
  ],
  ['node', '{ node(id: "0042") { id } }', { node: { id: '0042' } }],
])('by %s', async (_way, query, data) => {
  expect(await app.data(query)).toEqual(data);
  const { out } = await plinth('explain', '--project', project, '--text', query, '--plan');
  expect(out).toMatch(/Index (Only )?Scan|Bitmap Index Scan/);
  expect(out).not.toContain('Seq Scan');
});

test('pages by such a column are whole', async () => {
  const names: string[] = [];
  let after = '';
  for (let page = 0; page < 6; page++) {
    const { countriesConnection } = (await app.data(
      `{ countriesConnection(first: 1000, orderBy: [{ code: DESC }]${after}) { nodes { id } pageInfo { endCursor } } }`,
    )) as { countriesConnection: { nodes: { id: string }[]; pageInfo: { endCursor: string | null } } };
    names.push(...countriesConnection.nodes.map(({ id }) => id));
    after = `, after: ${JSON.stringify(countriesConnection.pageInfo.endCursor)}`;
    if (countriesConnection.nodes.length < 1000) break;
  }
  expect([names.length, new Set(names).size]).toEqual([5000, 5000]);
});

test('rows are written, connected and updated by such keys', async () => {
  const created = 'createTown(input: { name: "x", country: { connect: { code: "c7" } } }) { country { id } }';
  expect(await app.data(`mutation { ${created} }`)).toEqual({ createTown: { country: { id: '0007' } } });
  const id = `a'b"`;
  const upsert = `upsertCountry(by: { id: ${JSON.stringify(id)} }, create: { id: ${JSON.stringify(id)}, code: "q'\\"" }, update: { code: "u" }) { id code }`;
  for (const code of [`q'"   `, 'u     '])
    expect(await app.data(`mutation { ${upsert} }`)).toEqual({ upsertCountry: { id, code } });
  expect(await app.data(`{ country(id: ${JSON.stringify(id)}) { id towns { id } } }`)).toEqual({
    country: { id, towns: [] },
  });
});
