import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { developProject } from '../../src/project/develop-project.ts';
import { findProject } from '../../src/project/find-project.ts';
import { createDatabase } from '../support/database.ts';

let finishTypes = (): void => undefined;

test('the API follows although types are still being written', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-watch-'));
  const database = await createDatabase();
  const save = (fields: string): void =>
    writeFileSync(
      join(directory, 'schema.graphql'),
      `type Item @model @access(read: "true") { id: ID! ${fields} }`,
    );
  save('');
  const notes: string[] = [];
  const session = await developProject({
    project: findProject(directory),
    config: readConfig(
      {},
      { mode: 'development', commandLine: { port: 0, logLevel: 'silent', databaseUrl: database.url } },
    ),
    watch: true,
    // The generator takes seconds of its own; here it takes until the test says so.
    writeTypes: () => new Promise((resolve) => (finishTypes = resolve)),
    note: (line) => void notes.push(line),
    showProblems: () => undefined,
  });
  const has = async (field: string): Promise<boolean> => {
    const response = await fetch(`${session.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ items { ${field} } }` }),
    });
    return ((await response.json()) as { errors?: unknown }).errors === undefined;
  };
  try {
    await sleep(300);
    save('one: Int');
    await expect.poll(() => has('one'), { timeout: 10_000 }).toBe(true);
    save('one: Int two: Int');
    await expect.poll(() => has('two'), { timeout: 10_000 }).toBe(true);
  } finally {
    const stopped = session.stop();
    const ending = setInterval(() => finishTypes(), 20);
    await stopped;
    clearInterval(ending);
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  }
});
