import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inject } from 'vitest';
import { findFreePort } from '../../src/data/embedded/launch-server.ts';
import { chooseAccount, giveTo } from '../../src/data/embedded/run-as.ts';

/** Why tests of PgBouncer are skipped here; undefined where it is installed. */
export const withoutPgBouncer: string | undefined = spawnSync('pgbouncer', ['--version']).error
  ? 'skipped: pgbouncer is not installed'
  : undefined;

export interface PgBouncer {
  /** The same database through the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** Starts PgBouncer in transaction mode before the run's PostgreSQL. It hands out its server connections in turn. */
export async function startPgBouncer(settings: Readonly<Record<string, string>> = {}): Promise<PgBouncer> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-pgbouncer-'));
  const account = chooseAccount(directory, directory);
  const port = await findFreePort();
  const file = join(directory, 'pgbouncer.ini');
  writeFileSync(file, configuration(port, settings));
  giveTo(account, directory);
  const child = spawn('pgbouncer', [file], { ...account, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += String(chunk);
  });
  const ended = once(child, 'exit');
  const through = (url: string): string => Object.assign(new URL(url), { port: String(port) }).href;
  while (!(await answers(through(inject('databaseUrl'))))) {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${said}`);
    await sleep(20);
  }
  return {
    through,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function configuration(port: number, settings: Readonly<Record<string, string>>): string {
  const server = new URL(inject('databaseUrl'));
  const values = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: 4,
    server_round_robin: 1,
    max_client_conn: 200,
    ...settings,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
  const target = `host=127.0.0.1 port=${server.port} user=${server.username} password=${server.password}`;
  return ['[databases]', `* = ${target}`, '[pgbouncer]', ...lines, ''].join('\n');
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
