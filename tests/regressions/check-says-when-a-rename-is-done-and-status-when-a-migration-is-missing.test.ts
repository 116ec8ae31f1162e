import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

const ACCESS = '@access(read: "true")';
const OLD = `type Item @model ${ACCESS} { id: ID! name: String note: String }`;
const NEW = `type Thing @model @renamedFrom(name: "Item") ${ACCESS} {
  id: ID!
  title: String @renamedFrom(name: "name")
  note: String
}`;

let directory: string;
let database: TestDatabase;
const before = process.env.DATABASE_URL;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-cli-'));
  database = await createDatabase();
  process.env.DATABASE_URL = database.url;
});
afterAll(async () => {
  if (before === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = before;
  await database.drop();
  rmSync(directory, { recursive: true, force: true });
});

async function plinth(...args: string[]) {
  const said: string[] = [];
  const output = {
    result: (text: string) => void said.push(text),
    note: (text: string) => void said.push(text),
    style: (_: unknown, text: string) => text,
    interactive: false,
  };
  const code = await run([...args, '--project', directory], output);
  return { code, said: said.join('\n') };
}

const write = (schema: string): void => writeFileSync(join(directory, 'schema.graphql'), schema);

test('status is not content with a schema that no migration has', async () => {
  write(OLD);
  expect(await plinth('migrate', 'status')).toMatchObject({
    code: 1,
    said: expect.stringContaining('no migration has'),
  });
  await plinth('migrate', 'new', 'init');
  await plinth('migrate', 'deploy');
  expect((await plinth('migrate', 'status')).code).toBe(0);
  write(NEW);
  expect((await plinth('migrate', 'status')).code).toBe(1);
});

test('check is silent about a rename to come and says where one is done, without failing', async () => {
  expect((await plinth('check')).said).not.toContain('@renamedFrom');
  await plinth('migrate', 'new', 'rename');
  const { code, said } = await plinth('check');
  expect(code).toBe(0);
  expect(said).toMatch(/^schema\.graphql:1:6 warning: Thing has been renamed from Item/m);
  expect(said).toMatch(/^schema\.graphql:3:3 warning: title has been renamed from name/m);
  expect(said).toContain('2 warnings');
});
