import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plinth } from '../support/cli.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

// It was told with the statement that failed, which the author has never seen, and without file, line and column.

const RULES = '@access(read: "true", create: "true")';

let directory: string;
let database: TestDatabase;
let before: string | undefined;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-sql-'));
  database = await createDatabase();
  before = process.env.DATABASE_URL;
  process.env.DATABASE_URL = database.url;
});

afterEach(async () => {
  delete process.env.DATABASE_URL;
  if (before !== undefined) process.env.DATABASE_URL = before;
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

async function develop(schema: string) {
  writeFileSync(join(directory, 'schema.graphql'), schema);
  return plinth('dev', '--no-watch', '--port', '0', '--project', directory);
}

test.each([
  [
    'a computed field, at the word',
    `type Task @model ${RULES} {\n  id: ID!\n  title: String!\n  size: Int! @computed(sql: "length(titel)")\n}`,
    /^schema\.graphql:4:37 PostgreSQL refuses the SQL of Task\.size: column "titel" does not exist\. Correct it/m,
  ],
  [
    'a block of lines',
    `type Task @model ${RULES} {\n  id: ID!\n  title: String!\n  size: Int! @computed(sql: """\n    length(title)\n      + nothing\n  """)\n}`,
    /^schema\.graphql:6:9 PostgreSQL refuses the SQL of Task\.size: column "nothing" does not exist/m,
  ],
  [
    'what is no expression',
    `type Task @model ${RULES} {\n  id: ID!\n  size: Int! @computed(sql: "1 +")\n}`,
    /^schema\.graphql:3:\d+ PostgreSQL refuses the SQL of Task\.size: syntax error/m,
  ],
  [
    'a partial index',
    `type Task @model ${RULES}\n  @index(fields: ["title"], where: "done IS TRUE") {\n  id: ID!\n  title: String!\n}`,
    /^schema\.graphql:2:3 PostgreSQL refuses the SQL of the index of Task on title: column "done" does not exist/m,
  ],
])('%s', async (_what, schema, message) => {
  const { code, err } = await develop(schema);
  expect(err).toMatch(message);
  expect(code).toBe(1);
  expect(err).not.toContain('    at ');
});
