import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { developProject } from '../../src/project/develop-project.ts';
import { findProject } from '../../src/project/find-project.ts';
import { createDatabase } from '../support/database.ts';

const OPERATIONS = [
  'mutation ($name: String!) { createItem(input: { name: $name }) { id name } }',
  'mutation ($name: String!) { createItem(input: { name: $name }) { id } items: add(name: $name) }',
  '{ items { id name } }',
];

test('requests wait while the database is changed, and are answered from the new one', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-watch-'));
  const database = await createDatabase();
  const save = (fields: string): void =>
    writeFileSync(
      join(directory, 'schema.graphql'),
      `type Item @model @access(read: "true", create: "true") { id: ID!  name: String! ${fields} }
       extend type Mutation { add(name: String!): Int @access(call: "true") }`,
    );
  save('more: Int');
  mkdirSync(join(directory, 'resolvers'));
  writeFileSync(
    join(directory, 'resolvers/add.ts'),
    'export const Mutation = { add: async (_p, { name }, ctx) => { await ctx.db.item.create({ data: { name } }); } };',
  );
  const notes: string[] = [];
  const commandLine = { port: 0, logLevel: 'silent' as const, databaseUrl: database.url };
  const session = await developProject({
    project: findProject(directory),
    config: readConfig({}, { mode: 'development', commandLine }),
    watch: true,
    note: (line) => void notes.push(line),
    showProblems: () => undefined,
    accept: async () => true,
  });
  const reloads = (): number => notes.filter((note) => note.startsWith('Reloaded')).length;
  const codes = new Map<string, number>();
  let isDone = false;
  const ask = async (query: string): Promise<void> => {
    const response = await fetch(`${session.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { name: 'n' } }),
    });
    const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
    const code = errors?.[0]?.extensions.code ?? 'answered';
    codes.set(code, (codes.get(code) ?? 0) + 1);
  };
  const clients = [...OPERATIONS, ...OPERATIONS].map(async (query) => {
    while (!isDone) await ask(query);
  });
  try {
    for (const fields of ['', 'more: String', 'more: Float']) {
      const before = reloads();
      // The watcher may not look yet: the file is saved until it does.
      const saving = setInterval(() => save(fields), 500);
      await expect.poll(reloads, { timeout: 20_000, interval: 100 }).toBeGreaterThan(before);
      clearInterval(saving);
    }
  } finally {
    isDone = true;
    await Promise.all(clients);
    await session.stop();
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  }
  expect([...codes.keys()]).toEqual(['answered']);
});
