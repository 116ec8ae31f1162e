import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openToTraversal } from '../../src/data/embedded/run-as.ts';
import { startEmbedded } from '../../src/data/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
  }
}

/** One PostgreSQL for the whole run; every test takes a database of its own from it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-tests-'));
  openToTraversal(directory);
  const server = await startEmbedded({ directory: join(directory, '.plinth'), durable: false });
  project.provide('databaseUrl', server.url);
  return async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}
