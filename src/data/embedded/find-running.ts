import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { passwordFile, superuser } from './initialise-cluster.ts';
import { isAlive } from './process-identity.ts';

/** The port's line in what PostgreSQL writes about itself. */
const PORT_LINE = 3;

/**
 * Connection string of the project's own PostgreSQL while another process has it running, for a look at what is stored;
 * undefined where it is not running or is not ours to read. It ends with that process.
 * @param directory the project's `.plinth`
 */
export function findRunningEmbedded(directory: string): string | undefined {
  try {
    const note = join(directory, 'database-location');
    const home = existsSync(note) ? readFileSync(note, 'utf8').trim() : directory;
    const data = join(home, 'postgres');
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    const port = Number(lines[PORT_LINE]);
    if (!isAlive(Number(lines[0])) || !Number.isInteger(port)) return undefined;
    const password = readFileSync(join(data, passwordFile), 'utf8');
    return `postgresql://${superuser}:${password}@127.0.0.1:${port}/plinth`;
  } catch {
    return undefined;
  }
}
