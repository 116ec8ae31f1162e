import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../kit/message-of.ts';
import { packageFile } from '../../kit/package-file.ts';

/** GraphiQL's files: a folder, not there yet, or not to be had, with the reason. */
export type Bundle =
  | { readonly state: 'ready'; readonly folder: string }
  | { readonly state: 'building' }
  | { readonly state: 'failed'; readonly reason: string };

/** In the published package. */
const PUBLISHED = packageFile('dist/graphiql');
const SCRIPT = packageFile('scripts/build-graphiql.mjs');
/** What the bundle is made of, besides the packages that package-lock.json pins. */
const SOURCES = [
  SCRIPT,
  packageFile('src/serve/graphiql/page/main.js'),
  packageFile('src/serve/graphiql/page/page.css'),
  packageFile('package-lock.json'),
];

/**
 * Returns a function that tells where GraphiQL's files are. Published packages carry them. In a checkout they are made
 * at the first visit, in a process of its own (about 2.5 s), so that starting the server never waits for them.
 */
export function bundleFinder(): () => Promise<Bundle> {
  let known: Bundle | undefined;
  return async () => {
    known ??=
      (await findBuilt()) ??
      startBuilding((next) => {
        known = next;
      });
    return known;
  };
}

/** Where the files are once they have been built. */
async function builtFolder(): Promise<string> {
  if (existsSync(join(PUBLISHED, 'main.js'))) return PUBLISHED;
  return packageFile(join('node_modules/.cache/plinth-graphiql', await fingerprint()));
}

async function findBuilt(): Promise<Bundle | undefined> {
  const folder = await builtFolder();
  return existsSync(join(folder, 'main.js')) ? { state: 'ready', folder } : undefined;
}

function startBuilding(report: (bundle: Bundle) => void): Bundle {
  const building = async () => {
    const folder = await builtFolder();
    await build(folder);
    report({ state: 'ready', folder });
  };
  building().catch((error: unknown) => {
    report({ state: 'failed', reason: messageOf(error) });
  });
  return { state: 'building' };
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of SOURCES) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

function build(folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [SCRIPT, folder], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk) => {
      complaint = `${complaint}${String(chunk)}`.slice(-4_000);
    });
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(complaint || `exit code ${code}`)),
    );
  });
}
