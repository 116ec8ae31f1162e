import cluster, { type Worker } from 'node:cluster';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../kit/user-error.ts';
import type { Log } from '../../serve/index.ts';
import type { DatabaseLink } from '../open-database.ts';
import { isWorkerMessage, type WorkerMessage } from './messages.ts';
import { watchHandovers } from './unconfirmed-connection.ts';

export interface SuperviseParts {
  readonly count: number;
  readonly database: DatabaseLink;
  readonly log: Pick<Log, 'info' | 'error'>;
  /** Told once, when all workers answer. */
  readonly onServing: (url: string) => void;
}

export interface Workers {
  /** Rejects when a worker cannot start: the next one could not either. Pending as long as the server is well. */
  readonly failed: Promise<never>;
  /** Asks all workers to answer what is under way and to end, and waits for them. Idempotent. */
  stop(): Promise<void>;
}

/** A server has 10 s for requests under way; whoever takes longer is stuck. */
const LONGEST_STOP_MS = 15_000;
/** How long to wait before a worker that crashed is replaced: doubled with each crash until a minute was calm. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 15_000;
const CALM_MS = 60_000;
/** How long to wait for the last messages of a worker that has ended, if something that it has started holds its channel. */
const LAST_WORDS_MS = 1_000;

/** Starts `count` workers on one port and replaces those that crash, until `stop`. */
export function superviseWorkers(parts: SuperviseParts): Workers {
  const supervisor = new Supervisor(parts);
  return { failed: supervisor.failed, stop: () => supervisor.stop() };
}

class Supervisor {
  readonly failed: Promise<never>;
  readonly #parts: SuperviseParts;
  readonly #alive = new Map<Worker, Promise<void>>();
  readonly #serving = new Set<Worker>();
  readonly #stopSignal = new AbortController();
  #fail: (reason: Error) => void = () => undefined;
  #crashes: number[] = [];
  #announced = false;
  #url: string | undefined;
  #stopping: Promise<void> | undefined;

  constructor(parts: SuperviseParts) {
    this.#parts = parts;
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
    for (let i = 0; i < parts.count; i++) this.#fork();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#stopSignal.abort();
    for (const worker of this.#alive.keys()) this.#send(worker, { plinth: 'stop' });
    const timer = setTimeout(() => this.#killAll(), LONGEST_STOP_MS);
    await Promise.all(this.#alive.values());
    clearTimeout(timer);
  }

  /** A worker that is ending does not hear us any more, and need not. */
  #send(worker: Worker, message: WorkerMessage): void {
    if (worker.isConnected()) worker.send(message, () => undefined);
  }

  #killAll(): void {
    const pids = [...this.#alive.keys()].map(({ process: child }) => child.pid);
    this.#parts.log.error({ pids }, 'workers did not end when they were asked to; killing them');
    for (const worker of this.#alive.keys()) worker.process.kill('SIGKILL');
  }

  #fork(): void {
    if (this.#alive.size === 0 && this.#url !== undefined) keepPort(this.#url);
    const worker = cluster.fork();
    worker.on('message', (message: unknown) => {
      if (!isWorkerMessage(message)) return;
      if (message.plinth === 'listening') this.#onListening(worker);
      if (message.plinth === 'serving') this.#onServing(worker, message.url);
      if (message.plinth === 'wrote') this.#passOn(worker, message);
      if (message.plinth === 'failed') this.#fail(new UserError(message.reason));
    });
    worker.on('error', () => undefined);
    this.#alive.set(worker, this.#outlive(worker));
  }

  /** Until the worker has ended and its last message has been read: why it could not start, say. */
  async #outlive(worker: Worker): Promise<void> {
    const unconfirmed = watchHandovers(worker);
    await endOf(worker);
    this.#alive.delete(worker);
    unconfirmed.close();
    // node:cluster has not noticed if no `disconnect` came. It would keep the port for this worker, also from the next one.
    if (cluster.workers?.[worker.id]) worker.disconnect();
    this.#onExit(worker, worker.process.exitCode, worker.process.signalCode);
  }

  #onListening(worker: Worker): void {
    this.#send(worker, { plinth: 'begin', database: this.#parts.database });
    if (this.#stopSignal.signal.aborted) this.#send(worker, { plinth: 'stop' });
  }

  #passOn(from: Worker, message: WorkerMessage): void {
    for (const worker of this.#serving) if (worker !== from) this.#send(worker, message);
  }

  #onServing(worker: Worker, url: string): void {
    this.#serving.add(worker);
    this.#url ??= url;
    if (this.#announced || this.#serving.size < this.#parts.count) return;
    this.#announced = true;
    this.#parts.onServing(url);
  }

  #onExit(worker: Worker, code: number | null, signal: string | null): void {
    this.#serving.delete(worker);
    if (this.#stopSignal.signal.aborted) return;
    const how = signal ? `by ${signal}` : `with exit code ${code}`;
    if (!this.#announced) {
      this.#fail(new UserError(`A worker ended ${how} before all of them served.`));
      return;
    }
    const pause = this.#nextPause();
    this.#parts.log.error({ pid: worker.process.pid, code, signal, pause }, 'a worker ended; replacing it');
    void this.#replace(pause);
  }

  async #replace(pause: number): Promise<void> {
    const { signal } = this.#stopSignal;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) this.#fork();
  }

  #nextPause(): number {
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < CALM_MS), now];
    return Math.min(FIRST_PAUSE_MS * 2 ** (this.#crashes.length - 1), LONGEST_PAUSE_MS);
  }
}

/**
 * Not the `disconnect` of node:cluster: it never comes from a worker that dies before it has confirmed a connection. `close`
 * always comes, also from a process that could not be started, once it has ended and all that it said has been read.
 */
function endOf({ process: child }: Worker): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve());
    child.once('exit', () => {
      const timer = setTimeout(resolve, LAST_WORDS_MS);
      child.once('close', () => clearTimeout(timer));
    });
  });
}

/** With port 0 the system chose one, which it would not choose again after the last worker has let go of it. */
function keepPort(url: string): void {
  const { args = [] } = cluster.settings;
  cluster.setupPrimary({ args: [...args, '--port', new URL(url).port] });
}
