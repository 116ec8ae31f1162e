import { mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseInUseError } from './embedded-errors.ts';
import { isAlive, startedAt } from './process-identity.ts';

interface Owner {
  readonly pid: number;
  readonly startedAt?: string | undefined;
}

/** Nobody holds the inner gate longer than a few system calls, so an older one was left by a killed process. */
const gateIsStaleAfter = 5_000;

/**
 * Makes this process the one owner of `directory` until the returned function is called. A lock left by a process that
 * is gone is taken over.
 * @throws DatabaseInUseError when a living process owns it
 */
export async function lockDirectory(directory: string): Promise<() => void> {
  const file = join(directory, 'owner.json');
  const gate = join(directory, 'owner.gate');
  const me: Owner = { pid: process.pid, startedAt: startedAt(process.pid) };
  await enterGate(gate);
  try {
    const owner = readOwner(file);
    if (owner && isSameProcess(owner)) throw new DatabaseInUseError(directory, owner.pid);
    writeFileSync(`${file}.new`, JSON.stringify(me), { mode: 0o644 });
    renameSync(`${file}.new`, file);
  } finally {
    rmdirSync(gate);
  }
  return () => {
    const owner = readOwner(file);
    if (owner?.pid === me.pid && owner.startedAt === me.startedAt) rmSync(file, { force: true });
  };
}

/** Creating a folder either succeeds for exactly one process or fails: that makes "look, then take" one step. */
async function enterGate(gate: string): Promise<void> {
  for (;;) {
    try {
      mkdirSync(gate);
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (ageOf(gate) > gateIsStaleAfter) {
      try {
        rmdirSync(gate);
      } catch {
        // Somebody else removed it first, which serves as well.
      }
    } else await sleep(20);
  }
}

function ageOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? Date.now() - found.mtimeMs : 0;
}

function readOwner(file: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || typeof owner.pid !== 'number')
      return;
    const started = 'startedAt' in owner && typeof owner.startedAt === 'string' ? owner.startedAt : undefined;
    return { pid: owner.pid, startedAt: started };
  } catch {
    return undefined;
  }
}

function isSameProcess(owner: Owner): boolean {
  return isAlive(owner.pid) && startedAt(owner.pid) === owner.startedAt;
}
