import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Where this module lies in the package, the build decides.
const root = findRoot(dirname(fileURLToPath(import.meta.url)));

/** A file that comes with this package, by its path in it. */
export function packageFile(path: string): string {
  return join(root, path);
}

function findRoot(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('The package has lost its package.json');
  return findRoot(parent);
}
