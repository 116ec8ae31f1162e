import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseVersionError, EmbeddedDatabaseError } from './embedded-errors.ts';
import { type Binaries, programOf } from './find-binaries.ts';
import { type Account, giveTo } from './run-as.ts';

export const superuser = 'plinth';
export const passwordFile = 'plinth-password';

/** Answers the password of an existing data directory, creating the directory first where there is none. */
export async function initialiseCluster(
  data: string,
  binaries: Binaries,
  account: Account | undefined,
): Promise<string> {
  if (!existsSync(data)) await create(data, binaries, account);
  const version = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (version !== binaries.major) throw new DatabaseVersionError(data, version, binaries.major);
  return readFileSync(join(data, passwordFile), 'utf8');
}

/** Builds under another name and renames at the end, so that a directory of the final name is always complete. */
async function create(data: string, binaries: Binaries, account: Account | undefined): Promise<void> {
  const draft = `${data}.new`;
  const secret = `${data}.secret`;
  rmSync(draft, { recursive: true, force: true });
  const password = randomBytes(24).toString('base64url');
  writeFileSync(secret, password, { mode: 0o600 });
  mkdirSync(draft, { mode: 0o700 });
  giveTo(account, secret);
  giveTo(account, draft);
  try {
    await runInitdb(draft, secret, binaries, account);
    renameSync(secret, join(draft, passwordFile));
    renameSync(draft, data);
  } finally {
    rmSync(secret, { force: true });
  }
}

/** Text is ordered by code point on every machine, whatever its own locale: pages and cursors must not depend on it. */
const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];

function runInitdb(
  draft: string,
  secret: string,
  binaries: Binaries,
  account: Account | undefined,
): Promise<void> {
  const args = [
    '-D',
    draft,
    '-U',
    superuser,
    `--pwfile=${secret}`,
    '--auth=scram-sha-256',
    '--data-checksums',
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(programOf(binaries, 'initdb'), [...args, ...locale, '--no-instructions'], {
      ...account,
      cwd: '/',
      ...serverEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (cause) => reject(new EmbeddedDatabaseError(explainSpawn(cause), { cause })));
    child.on('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new EmbeddedDatabaseError(`PostgreSQL could not create its files (initdb, ${code}):\n${output}`),
        );
    });
  });
}

/** What PostgreSQL's own programs see of the environment: nothing that could change how they behave. */
export function serverEnvironment(): { env?: NodeJS.ProcessEnv } {
  // Windows programs need the system's own variables to load at all.
  return process.platform === 'win32' ? {} : { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } };
}

/** Says why a program of PostgreSQL could not be started at all. */
export function explainSpawn(error: Error): string {
  const denied = 'code' in error && error.code === 'EPERM';
  return denied
    ? 'PostgreSQL refuses to run as root and this process may not switch to another account. ' +
        'Run as a normal user, or set DATABASE_URL.'
    : `PostgreSQL could not be started: ${error.message}`;
}
