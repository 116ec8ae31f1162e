import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedServer, openPool, startEmbedded, syncDevelopment } from '../../src/data/index.ts';
import { buildApp } from '../../src/pipeline.ts';
import { desiredState } from '../../src/project/desired-state.ts';
import { plinth } from '../support/cli.ts';

const SDL = `type Task @model @access(read: "this.owner == viewer.id") { id: ID!  owner: String! }
`;
const ID = '018f2d5a-0000-7000-8000-000000000001';

let directory: string;
let embedded: EmbeddedServer;
const databaseUrl = process.env.DATABASE_URL;
beforeAll(async () => {
  delete process.env.DATABASE_URL;
  directory = mkdtempSync(join(tmpdir(), 'plinth-look-'));
  writeFileSync(join(directory, 'schema.graphql'), SDL);
  mkdirSync(join(directory, '.plinth'));
  // What `plinth dev` holds while it serves.
  embedded = await startEmbedded({ directory: join(directory, '.plinth'), durable: false });
  const built = buildApp([{ file: 'schema.graphql', text: SDL }], []);
  await syncDevelopment({ url: embedded.url, projectDir: directory, ...desiredState(built) });
  const db = openPool({ url: embedded.url, max: 1 });
  await db.execute('INSERT INTO "Task" ("id", "owner") VALUES ($1, $2)', [ID, 'ann']);
  await db.close();
});
afterAll(async () => {
  if (databaseUrl !== undefined) process.env.DATABASE_URL = databaseUrl;
  await embedded?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const explain = (as: string) =>
  plinth('explain-access', '--project', directory, '--model', 'Task', '--id', ID, '--as', as);

it('explain-access looks into the database that a running server has, and leaves it running', async () => {
  expect(await explain('{"id":"ben"}')).toMatchObject({ code: 1, out: expect.stringContaining('"ann"') });
  expect(await explain('{"id":"ann"}')).toMatchObject({ code: 0, out: expect.stringContaining('allowed') });
  const db = openPool({ url: embedded.url, max: 1 });
  expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await db.close();
});

it('so does explain', async () => {
  const file = join(directory, 'tasks.graphql');
  writeFileSync(file, 'query { tasks { id } }');
  expect(await plinth('explain', file, '--project', directory, '--as', '{"id":"ann"}')).toMatchObject({
    code: 0,
  });
});
