import { mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { messageOf } from '../../kit/message-of.ts';
import { chooseHome, reachableBinaries } from './choose-home.ts';
import { findBinaries } from './find-binaries.ts';
import { initialiseCluster, superuser } from './initialise-cluster.ts';
import {
  findFreePort,
  type LaunchPlan,
  launchServer,
  type RunningServer,
  stopServer,
} from './launch-server.ts';
import { lockDirectory } from './lock-directory.ts';
import { chooseAccount, openToTraversal } from './run-as.ts';
import { startWatchdog, type Watchdog } from './watch-over-server.ts';

export interface EmbeddedOptions {
  /** The project's `.plinth`; made when it is not there. */
  readonly directory: string;
  /** Told in one line each what takes time or goes wrong. */
  readonly log?: (line: string) => void;
  /** False gives up safety against power loss, for tests. Default true. */
  readonly durable?: boolean;
}

export interface EmbeddedServer {
  /** Connection string of the database `plinth`, password included; the same until `stop`. */
  readonly url: string;
  /** Disconnects everybody, shuts PostgreSQL down and gives the project free. Idempotent. */
  stop(): Promise<void>;
  /** Called each time PostgreSQL ends without `stop`; `final` when it could not be restarted either. */
  onExit(callback: (event: { readonly final: boolean }) => void): void;
  /** Process id of the server at this moment. */
  readonly pid: number;
}

/** How often a server that keeps dying is started again before we give up, and the pauses in between. */
const restartPauses = [0, 200, 1_000, 5_000, 15_000];
const calmAfter = 60_000;

/**
 * Starts the project's own PostgreSQL, creating it the first time. It is restarted on the same port when it crashes and
 * stops together with this process.
 * @throws DatabaseInUseError when another process has it, DatabaseVersionError when its files are of another major
 * version, EmbeddedDatabaseError when it cannot run here
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const log = options.log ?? (() => undefined);
  const directory = prepare(options.directory);
  const account = chooseAccount(join(directory, 'postgres'), dirname(directory));
  const home = chooseHome(directory, account);
  const unlock = await lockDirectory(home);
  try {
    const binaries = reachableBinaries(findBinaries(), account);
    const data = join(home, 'postgres');
    if (!statSync(data, { throwIfNoEntry: false })) log('Creating the database');
    const password = await initialiseCluster(data, binaries, account);
    const logFile = join(home, 'postgres.log');
    const plan: LaunchPlan = { binaries, account, data, logFile, durable: options.durable ?? true };
    return await superviseServer(plan, password, log, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function prepare(directory: string): string {
  if (mkdirSync(directory, { recursive: true })) openToTraversal(directory);
  return realpathSync(directory);
}

async function superviseServer(
  plan: LaunchPlan,
  password: string,
  log: (line: string) => void,
  unlock: () => void,
): Promise<EmbeddedServer> {
  const port = await findFreePort();
  const address = (database: string): string =>
    `postgresql://${superuser}:${password}@127.0.0.1:${port}/${database}`;
  const state = new Supervisor(() => launchServer(plan, port, address('postgres')), log);
  await state.start();
  await createDatabase(address('postgres'));
  let stopping: Promise<void> | undefined;
  return {
    url: address('plinth'),
    get pid() {
      return state.pid;
    },
    onExit: (callback) => void state.listeners.push(callback),
    stop: () => {
      stopping ??= state.stop().finally(unlock);
      return stopping;
    },
  };
}

/** Keeps one server running: the only object here that changes over time. */
class Supervisor {
  readonly listeners: ((event: { readonly final: boolean }) => void)[] = [];
  readonly #launch: () => Promise<RunningServer>;
  readonly #log: (line: string) => void;
  readonly #watchdog: Watchdog = startWatchdog();
  #server: RunningServer | undefined;
  #stopping = false;
  #restarting: Promise<void> | undefined;
  #crashes: number[] = [];

  constructor(launch: () => Promise<RunningServer>, log: (line: string) => void) {
    this.#launch = launch;
    this.#log = log;
  }

  get pid(): number {
    return this.#server?.pid ?? 0;
  }

  async start(): Promise<void> {
    const server = await this.#launch();
    this.#server = server;
    this.#watchdog.guard(server.pid);
    void server.exited.then(() => {
      this.#server = undefined;
      this.#watchdog.guard(0);
      if (!this.#stopping) this.#restarting = this.#restart();
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#restarting?.catch(() => undefined);
    const server = this.#server;
    if (server) {
      await stopServer(server.pid);
      await server.exited;
    }
    this.#watchdog.dismiss();
  }

  async #restart(): Promise<void> {
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < calmAfter), now];
    const pause = restartPauses[this.#crashes.length - 1];
    this.#log(
      pause === undefined ? 'PostgreSQL keeps ending; giving up' : 'PostgreSQL ended; starting it again',
    );
    for (const listener of this.listeners) listener({ final: pause === undefined });
    if (pause === undefined) return;
    await sleep(pause);
    if (this.#stopping) return;
    try {
      await this.start();
    } catch (error) {
      this.#log(messageOf(error));
      await this.#restart();
    }
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query("SELECT FROM pg_database WHERE datname = 'plinth'");
    if (found.rowCount === 0) await client.query('CREATE DATABASE plinth');
  } finally {
    await client.end();
  }
}
