import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openToTraversal } from '../../src/data/embedded/run-as.ts';
import { startEmbedded } from '../../src/data/index.ts';
import { buildPackage } from './build-package.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
    /** The command of the built package. */
    plinthMain: string;
  }
}

/** One PostgreSQL for the whole run, of which every test takes a database of its own, and one build for all processes of tests. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-tests-'));
  openToTraversal(directory);
  const server = await startEmbedded({ directory: join(directory, '.plinth'), durable: false });
  const built = await buildPackage();
  project.provide('databaseUrl', server.url);
  project.provide('plinthMain', built.main);
  project.onTestsRerun(built.build);
  return async () => {
    await server.stop();
    built.remove();
    rmSync(directory, { recursive: true, force: true });
  };
}
