import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Binaries, programOf } from './find-binaries.ts';
import { type Account, canEnter, openToTraversal } from './run-as.ts';

/** Where root keeps what another account must reach when the project itself is closed to it. */
const systemHome = '/var/lib/plinth';

/**
 * Answers the folder that holds the data: the project's own where PostgreSQL's account can enter it; else (a project
 * below /root, say) one under /var/lib/plinth, remembered in the project by a note.
 */
export function chooseHome(directory: string, account: Account | undefined): string {
  const note = join(directory, 'database-location');
  if (!existsSync(note) && canEnter(account, directory)) return directory;
  if (!account) return directory;
  const known = existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined;
  if (known && existsSync(known) && belongsHere(known, directory)) {
    writeFileSync(join(known, 'project'), directory);
    return known;
  }
  const home = join(systemHome, randomUUID());
  mkdirSync(home, { recursive: true });
  openToTraversal(systemHome);
  openToTraversal(home);
  writeFileSync(join(home, 'project'), directory);
  writeFileSync(note, home);
  return home;
}

/** A copied project brings the note along but must not share the original's data; a moved one must keep them. */
function belongsHere(home: string, directory: string): boolean {
  const project = join(home, 'project');
  const owner = existsSync(project) ? readFileSync(project, 'utf8') : directory;
  if (owner === directory) return true;
  const note = join(owner, 'database-location');
  return !(existsSync(note) && readFileSync(note, 'utf8').trim() === home);
}

/** Answers the installation, or a copy of it when the account cannot enter the folder that npm put it into. */
export function reachableBinaries(binaries: Binaries, account: Account | undefined): Binaries {
  if (canEnter(account, join(binaries.root, 'bin'))) return binaries;
  const root = join(systemHome, 'postgresql', binaries.build);
  const copy = { ...binaries, root };
  if (existsSync(programOf(copy, 'postgres'))) return copy;
  mkdirSync(join(systemHome, 'postgresql'), { recursive: true });
  openToTraversal(systemHome);
  openToTraversal(join(systemHome, 'postgresql'));
  const draft = `${root}.${randomUUID()}`;
  cpSync(binaries.root, draft, { recursive: true, verbatimSymlinks: true });
  openToTraversal(draft);
  try {
    renameSync(draft, root);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Two projects may copy at once: whoever comes second uses the first one's.
    if (!existsSync(programOf(copy, 'postgres'))) throw error;
  }
  return copy;
}
