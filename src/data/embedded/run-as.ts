import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The account that PostgreSQL's programs run under; undefined means "whoever runs this process". */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root. Chosen in order: whoever owns the existing data, whoever owns the project (so that
 * nothing in it ends up foreign), the system's `postgres`, then `nobody`.
 */
export function chooseAccount(dataDirectory: string, projectDirectory: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const path of [dataDirectory, projectDirectory]) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found && found.uid !== 0) return { uid: found.uid, gid: found.gid };
  }
  return accountNamed('postgres') ?? accountNamed('nobody') ?? { uid: 65_534, gid: 65_534 };
}

/** Whether that account may enter the folder. Asked of the system itself, which knows about ACLs and mounts. */
export function canEnter(account: Account | undefined, directory: string): boolean {
  if (!account) return true;
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { ...account, cwd: '/' }).status === 0;
}

/** Gives a folder and all in it to the account. */
export function giveTo(account: Account | undefined, path: string): void {
  if (!account) return;
  chownSync(path, account.uid, account.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const entry of readdirSync(path)) giveTo(account, join(path, entry));
}

/** Lets other accounts pass through a folder of ours. */
export function openToTraversal(directory: string): void {
  chmodSync(directory, 0o755);
}

function accountNamed(name: string): Account | undefined {
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [user, , uid, gid] = line.split(':');
      if (user === name) return { uid: Number(uid), gid: Number(gid) };
    }
  } catch {
    // No such file on this system: the caller has another choice.
  }
  return undefined;
}
