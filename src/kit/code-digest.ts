import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageFile } from './package-file.ts';

let known: string | undefined;

/** SHA-256 of the code of this package as it runs here, with the versions of what it depends on. */
export function codeDigest(): string {
  known ??= digest();
  return known;
}

/** Programs for browsers lie beside it in directories of their own. */
const NOT_OURS: ReadonlySet<string> = new Set(['graphiql', 'client']);

function digest(): string {
  const own = fileURLToPath(import.meta.url);
  const root = packageFile('');
  const [top = ''] = relative(root, own).split(sep);
  const hash = createHash('sha256').update(readFileSync(packageFile('package.json')));
  for (const file of filesIn(join(root, top), extname(own)))
    hash.update(`\n${relative(root, file)}\n`).update(readFileSync(file));
  return hash.digest('hex');
}

function filesIn(directory: string, extension: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : filesIn(path, extension);
      return entry.name.endsWith(extension) ? [path] : [];
    });
}
