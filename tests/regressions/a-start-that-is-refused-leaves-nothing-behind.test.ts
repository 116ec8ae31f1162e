import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { makeProject, spawnPlinth } from '../workers/support.ts';

// What was begun for the server (a connection that hears of changes, where answers are kept) went on after the refusal, met
// the closed pool, and told that, with a stack, below the reason. Workers lived on until they were killed, which would be told.

const FILES = {
  'schema.graphql': `
    type Item @model @access(read: "true") @cacheControl(maxAge: 60) { id: ID! name: String! parent: Item items: [Item!]! }`,
  'operations/deep.graphql': `query Deep { items { ${'parent { '.repeat(16)}id${' }'.repeat(16)} } }`,
};

/** Everything that a start says that is refused. */
async function refusal(environment: Readonly<Record<string, string>>, port = 0): Promise<string> {
  const database = await createDatabase();
  onTestFinished(() => database.drop());
  const directory = await makeProject(database.url, FILES);
  const started = spawnPlinth(['start', '--project', directory, '--port', String(port)], {
    DATABASE_URL: database.url,
    PLINTH_SECRET: 'kJ8sQ2mZx0Vb7Lp4Tn6Yw1Rc9Hd5Gf3A',
    ...environment,
  });
  expect(await started.ended).toEqual([1, null]);
  return started.said();
}

const TOO_DEEP =
  'operations/deep.graphql:1:7 The operation has 18 levels of fields; the limit is 15. Ask for less in one operation, or raise this limit in the settings.';

test('where a trusted document is too large, the reason is all that is said', async () => {
  expect(await refusal({ PLINTH_DOCUMENTS: 'trusted' })).toBe(`${TOO_DEEP}\n1 error\n`);
}, 60_000);

test('so it is with workers', async () => {
  const said = await refusal({ PLINTH_DOCUMENTS: 'trusted', WORKERS: '2' });
  expect(said).toBe(`${TOO_DEEP}\n`);
}, 60_000);

test.each(['1', '2'])(
  'where the port is in use, too, with WORKERS=%s',
  async (workers) => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '0.0.0.0', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    expect(await refusal({ WORKERS: workers }, port)).toBe(
      `Port ${port} is in use by another process. Stop that one, or choose another port with PORT or --port.\n`,
    );
  },
  60_000,
);
