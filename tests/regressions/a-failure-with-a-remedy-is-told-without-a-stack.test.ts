import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { run } from '../../src/cli/run.ts';

let directory: string;
const before = process.env.DATABASE_URL;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-cli-'));
  writeFileSync(join(directory, 'schema.graphql'), 'type A @model @access(read: "true") { id: ID! }');
});
afterAll(() => {
  if (before === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = before;
  rmSync(directory, { recursive: true, force: true });
});

/** What `migrate status` says of a database that it cannot use. */
async function saidOf(url: string): Promise<string> {
  process.env.DATABASE_URL = url;
  const notes: string[] = [];
  const output = {
    result: () => undefined,
    note: (text: string) => void notes.push(text),
    style: (_: unknown, text: string) => text,
    interactive: false,
  };
  expect(await run(['migrate', 'status', '--project', directory], output)).toBe(1);
  const said = notes.join('\n');
  expect(said).not.toMatch(/ at .*\.ts:\d+|hunter2/);
  return said;
}

test('a database that does not answer', async () => {
  expect(await saidOf('postgresql://nobody:hunter2@127.0.0.1:1/none')).toContain(
    'The database does not answer',
  );
});

test('a database that is not there', async () => {
  const url = new URL(inject('databaseUrl'));
  url.pathname = '/not_there';
  expect(await saidOf(url.href)).toBe(
    'database "not_there" does not exist. Create it, or name another one in DATABASE_URL.',
  );
});

test('a user whom PostgreSQL does not let in', async () => {
  const url = new URL(inject('databaseUrl'));
  url.username = 'nobody_there';
  url.password = 'hunter2';
  expect(await saidOf(url.href)).toMatch(
    /nobody_there.*\. Check user and password in DATABASE_URL, and what PostgreSQL allows them\.$/,
  );
});
