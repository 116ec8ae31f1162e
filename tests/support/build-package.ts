import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

export interface BuiltPackage {
  /** The command, as it is published. */
  readonly main: string;
  /** Builds it anew. */
  build(): Promise<void>;
  remove(): void;
}

/**
 * The package without what browsers load. Processes of tests run it: it starts in a third of the time that the sources take, and is
 * what users run.
 */
export async function buildPackage(): Promise<BuiltPackage> {
  // Beneath our own node_modules, where the build finds its dependencies as an installed package would.
  const parent = join(root, 'node_modules', '.cache');
  mkdirSync(parent, { recursive: true });
  const directory = mkdtempSync(join(parent, 'plinth-tests-'));
  for (const name of ['package.json', 'templates', 'directives.graphql'])
    cpSync(join(root, name), join(directory, name), { recursive: true });
  const build = async (): Promise<void> => {
    await run(process.execPath, [join(root, 'scripts/build.mjs'), join(directory, 'dist')]);
  };
  await build();
  return {
    main: join(directory, 'dist/main.js'),
    build,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
