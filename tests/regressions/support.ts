import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startTestServer, type TestServer } from '../../src/testing/index.ts';
import { createDatabase } from '../support/database.ts';

/** Serves a project that consists of these files, as `plinth dev` would. */
export async function serveFiles(
  files: Readonly<Record<string, string>>,
): Promise<TestServer & { readonly databaseUrl: string }> {
  const project = mkdtempSync(join(tmpdir(), 'plinth-regression-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, name)), { recursive: true });
    writeFileSync(join(project, name), text);
  }
  const database = await createDatabase();
  const server = await startTestServer({ project, databaseUrl: database.url });
  return {
    ...server,
    databaseUrl: database.url,
    stop: async () => {
      await server.stop();
      await database.drop();
      rmSync(project, { recursive: true, force: true });
    },
  };
}
