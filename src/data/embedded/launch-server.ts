import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EmbeddedDatabaseError } from './embedded-errors.ts';
import { type Binaries, programOf } from './find-binaries.ts';
import { explainSpawn, serverEnvironment } from './initialise-cluster.ts';
import { isServerOf, processesOf, waitUntilGone } from './process-identity.ts';
import { type Account, giveTo } from './run-as.ts';

export interface LaunchPlan {
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  readonly data: string;
  readonly logFile: string;
  /** False only for throw-away databases: faster, and lost with the machine's power. */
  readonly durable: boolean;
}

export interface RunningServer {
  readonly pid: number;
  /** Resolves when the server process has ended, for whatever reason. */
  readonly exited: Promise<void>;
}

const logLimit = 5_000_000;
const crashRecoveryLimit = 300_000;

/**
 * Starts the server on 127.0.0.1 and waits until it answers.
 * @throws EmbeddedDatabaseError with the end of its log when it ends instead
 */
export async function launchServer(plan: LaunchPlan, port: number, url: string): Promise<RunningServer> {
  await clearLeftovers(plan.data);
  rotate(plan.logFile);
  const log = openSync(plan.logFile, 'a', 0o600);
  // A normal user who opens the project after root has to be able to go on writing it.
  giveTo(plan.account, plan.logFile);
  const begin = statSync(plan.logFile).size;
  // A process group of its own, so that Ctrl-C reaches only us and we can drain before the database goes.
  const child = spawn(programOf(plan.binaries, 'postgres'), settings(plan, port), {
    ...plan.account,
    ...serverEnvironment(),
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const exited = whenExited(child);
  let ended: { cause?: unknown } | undefined;
  exited.then(
    () => {
      ended = {};
    },
    (cause: unknown) => {
      ended = { cause };
    },
  );
  const deadline = Date.now() + crashRecoveryLimit;
  while (!(await answers(url))) {
    if (ended) throw new EmbeddedDatabaseError(explainEnd(ended.cause, plan.logFile, begin), ended);
    if (Date.now() > deadline) {
      child.kill('SIGINT');
      throw new EmbeddedDatabaseError(`PostgreSQL did not become ready; see ${plan.logFile}`);
    }
    await sleep(15);
  }
  return { pid: child.pid ?? 0, exited: exited.catch(() => undefined) };
}

/** A free port of 127.0.0.1, as the system hands them out. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** Ends a server process: kindly, then not. Resolves when it is gone. */
export async function stopServer(pid: number): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', 10_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await waitUntilGone(pid, patience)) return;
  }
}

/**
 * A server whose Node process was killed may still run, or, killed itself, have left children and its note behind. They
 * hold the files, so they go first. Called by the owner of the directory only.
 */
async function clearLeftovers(data: string): Promise<void> {
  const note = join(data, 'postmaster.pid');
  const pid = existsSync(note) ? Number(readFileSync(note, 'utf8').split('\n')[0]) : 0;
  if (pid > 0 && isServerOf(pid, data)) await stopServer(pid);
  for (const child of processesOf(data)) {
    if (!(await waitUntilGone(child, 5_000))) await stopServer(child);
  }
  // PostgreSQL would believe the note while its number exists, be it as a zombie that a container's first process never
  // collects, or as another program by now. Windows cannot tell us, so there the note stays.
  if (process.platform !== 'win32') rmSync(note, { force: true });
}

function settings(plan: LaunchPlan, port: number): string[] {
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    password_encryption: 'scram-sha-256',
    log_checkpoints: 'off',
  };
  // What a loss of power could cost is no matter to a database that is deleted after the test.
  if (!plan.durable)
    Object.assign(values, { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' });
  return ['-D', plan.data, ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

function whenExited(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('exit', () => resolve());
    child.on('error', reject);
  });
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    // Anything but "not yet" (refused, or starting up) means that a server speaks.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === '28P01')
      throw new EmbeddedDatabaseError('The stored password of the database is wrong', { cause: error });
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function explainEnd(cause: unknown, logFile: string, begin: number): string {
  if (cause instanceof Error) return explainSpawn(cause);
  const log = readFileSync(logFile).subarray(begin).toString().trim().split('\n').slice(-12).join('\n');
  return `PostgreSQL ended while starting. Its log (${logFile}) says:\n${log}`;
}

function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logLimit) renameSync(file, `${file}.old`);
}
