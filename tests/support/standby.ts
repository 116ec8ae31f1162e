import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import pg from 'pg';
import { reachableBinaries } from '../../src/data/embedded/choose-home.ts';
import { findBinaries } from '../../src/data/embedded/find-binaries.ts';
import {
  findFreePort,
  type LaunchPlan,
  launchServer,
  stopServer,
} from '../../src/data/embedded/launch-server.ts';
import { processesOf } from '../../src/data/embedded/process-identity.ts';
import { chooseAccount, giveTo, openToTraversal } from '../../src/data/embedded/run-as.ts';
import { startEmbedded } from '../../src/data/index.ts';
import { runSql } from './database.ts';

/** A PostgreSQL of its own with a real streaming standby. */
export interface Cluster {
  readonly primaryUrl: string;
  readonly standbyUrl: string;
  /** Stops and goes on with the replay of what the primary has written. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** kill -9 of the standby, and its start. */
  killStandby(): Promise<void>;
  startStandby(): Promise<void>;
  /** Stops or continues every process of the standby: it takes connections, and says nothing. */
  freezeStandby(frozen: boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster(): Promise<Cluster> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-cluster-'));
  openToTraversal(directory);
  const primary = await startEmbedded({ directory: join(directory, 'primary') });
  const account = chooseAccount(directory, directory);
  const data = join(directory, 'standby');
  await copyRunning(primary.url, join(directory, 'primary/postgres'), data);
  giveTo(account, data);
  const binaries = reachableBinaries(findBinaries(), account);
  const logFile = join(directory, 'standby.log');
  const plan: LaunchPlan = { binaries, account, data, logFile, durable: true };
  const port = await findFreePort();
  const standbyUrl = Object.assign(new URL(primary.url), { port: String(port) }).href;
  let standby = await launchServer(plan, port, standbyUrl);
  return {
    primaryUrl: primary.url,
    standbyUrl,
    pause: async () => void (await runSql(standbyUrl, 'SELECT pg_wal_replay_pause()')),
    resume: async () => void (await runSql(standbyUrl, 'SELECT pg_wal_replay_resume()')),
    killStandby: async () => {
      process.kill(standby.pid, 'SIGKILL');
      await standby.exited;
    },
    startStandby: async () => {
      standby = await launchServer(plan, port, standbyUrl);
    },
    freezeStandby: async (frozen) => {
      for (const pid of processesOf(data)) process.kill(pid, frozen ? 'SIGSTOP' : 'SIGCONT');
    },
    stop: async () => {
      await stopServer(standby.pid);
      await primary.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What pg_basebackup does, which the packages do not have. */
async function copyRunning(url: string, from: string, to: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("SELECT pg_backup_start('standby', true)");
    const own = ['postmaster.pid', 'postmaster.opts'];
    cpSync(from, to, { recursive: true, filter: (path) => !own.includes(basename(path)) });
    const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
    writeFileSync(join(to, 'backup_label'), rows[0]?.labelfile ?? '');
  } finally {
    await client.end();
  }
  const { hostname, port, username, password } = new URL(url);
  const source = `host=${hostname} port=${port} user=${username} password=${password}`;
  writeFileSync(join(to, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  writeFileSync(join(to, 'standby.signal'), '');
}
