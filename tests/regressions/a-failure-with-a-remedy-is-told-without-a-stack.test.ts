import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';

let directory: string;
const before = process.env.DATABASE_URL;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'plinth-cli-'));
  writeFileSync(join(directory, 'schema.graphql'), 'type A @model @access(read: "true") { id: ID! }');
  process.env.DATABASE_URL = 'postgresql://nobody:hunter2@127.0.0.1:1/none';
});
afterAll(() => {
  if (before === undefined) delete process.env.DATABASE_URL;
  else process.env.DATABASE_URL = before;
  rmSync(directory, { recursive: true, force: true });
});

test('a database that does not answer', async () => {
  const notes: string[] = [];
  const output = {
    result: () => undefined,
    note: (text: string) => void notes.push(text),
    style: (_: unknown, text: string) => text,
    interactive: false,
  };
  const code = await run(['migrate', 'status', '--project', directory], output);
  expect(code).toBe(1);
  expect(notes.join('\n')).toContain('The database does not answer');
  expect(notes.join('\n')).not.toMatch(/ at .*\.ts:\d+|hunter2/);
});
