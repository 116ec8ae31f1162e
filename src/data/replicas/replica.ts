import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { toDatabaseError } from '../database-error.ts';
import type { Db } from '../db.ts';
import { openPool, type PoolOptions } from '../open-pool.ts';
import { detectPooler } from '../pooler/detect-pooler.ts';
import { type DatabaseIdentity, IDENTITY_COLUMNS } from './database-identity.ts';
import type { PrimaryHistory } from './primary-history.ts';
import { parseWalPosition, type WalPosition } from './wal-position.ts';

export interface ReplicaParts {
  readonly url: string;
  readonly pool: Omit<PoolOptions, 'url' | 'pooler' | 'onConnectionLost'>;
  /** Milliseconds that it may be behind the primary. */
  readonly maxLagMs: number;
  readonly history: PrimaryHistory;
  /** What it has to be a copy of; undefined until that is known. */
  readonly original: () => DatabaseIdentity | undefined;
  /** Told whenever it is taken into use or left out. */
  readonly onChange: (state: ReplicaState) => void;
}

export interface ReplicaState {
  readonly used: boolean;
  /** Why it is left out, without names of hosts. */
  readonly reason?: string;
}

const PROBE_MS = 200;
/** A replica that takes longer to say where it is cannot be relied on. */
const PATIENCE_MS = 2_000;
const RETRY_MS = 1_000;
/** A replica without a free connection is busy; the primary can be asked instead. */
const CONNECT_MS = 1_000;

const PROBE = `SELECT pg_is_in_recovery() AS standby, pg_last_wal_replay_lsn()::text AS position,
  ${IDENTITY_COLUMNS}`;

/** Why a replica is left out, in words for an operator. */
class LeftOut extends Error {}

/** One standby: watched on a connection of its own, asked over a pool while it is well. */
export class Replica {
  readonly #parts: ReplicaParts;
  readonly #stop = new AbortController();
  readonly #sockets = new Set<Socket>();
  readonly #watching: Promise<void>;
  #db: Db | undefined;
  /** What it has replayed for certain; undefined while it must not be asked. */
  #position: WalPosition | undefined;
  #state: ReplicaState = { used: false, reason: 'was not asked yet' };

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    this.#watching = this.#watch();
  }

  get state(): ReplicaState {
    return this.#state;
  }

  get position(): WalPosition | undefined {
    return this.#position;
  }

  /** Its pool, if it has replayed `position` and is well. */
  dbAt(position: WalPosition): Db | undefined {
    if (this.#position === undefined || this.#position < position) return undefined;
    return this.#db;
  }

  /** Something went wrong with it: it is not asked again before it has said where it is. */
  suspect(): void {
    this.#position = undefined;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    await this.#db?.close();
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#follow();
      } catch (error) {
        this.#leaveOut(reasonOf(error));
        if (!(error instanceof LeftOut)) this.#cut();
      }
      await this.#pause(RETRY_MS);
    }
  }

  /** Asks where it is again and again, until it fails or this is closed. */
  async #follow(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#parts.url,
      application_name: 'plinth replica watch',
      connectionTimeoutMillis: PATIENCE_MS,
      query_timeout: PATIENCE_MS,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      this.#db ??= await this.#open();
      while (!this.#stop.signal.aborted) {
        this.#judge((await client.query<Probe>(PROBE)).rows[0]);
        await this.#pause(PROBE_MS);
      }
    } finally {
      this.#position = undefined;
      // A server that does not answer does not say goodbye either.
      socketOf(client).destroy();
    }
  }

  async #open(): Promise<Db> {
    const { url, pool } = this.#parts;
    const pooler = await detectPooler(url);
    const db = openPool({
      ...pool,
      url,
      pooler,
      connectTimeoutMs: CONNECT_MS,
      // The primary is asked then, and this one is looked at.
      asksOnce: true,
      onConnectionLost: () => this.suspect(),
    });
    db.pool.on('connect', (client) => void this.#sockets.add(socketOf(client)));
    db.pool.on('remove', (client) => void this.#sockets.delete(socketOf(client)));
    return db;
  }

  /** @throws LeftOut when it is no standby of our primary */
  #judge(probe: Probe | undefined): void {
    const { history, maxLagMs } = this.#parts;
    if (probe?.standby !== true || probe.position === null) throw new LeftOut('is not a standby');
    const original = this.#parts.original();
    if (original && original.system !== probe.system)
      throw new LeftOut('is a copy of another database server');
    if (original && original.database !== probe.database)
      throw new LeftOut('is another database of the server');
    const position = parseWalPosition(probe.position);
    const delay = history.delay(position, Date.now());
    if (delay === undefined) return;
    if (delay > maxLagMs) return this.#leaveOut(`is more than ${maxLagMs / 1000} s behind`);
    this.#position = position;
    this.#become({ used: true });
  }

  #leaveOut(reason: string): void {
    this.#position = undefined;
    if (!this.#stop.signal.aborted) this.#become({ used: false, reason });
  }

  /** Ends what waits for it, so that the primary is asked instead. */
  #cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #become(state: ReplicaState): void {
    const changed = state.used !== this.#state.used || state.reason !== this.#state.reason;
    this.#state = state;
    if (changed) this.#parts.onChange(state);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

interface Probe extends DatabaseIdentity {
  readonly standby: boolean;
  readonly position: string | null;
}

function reasonOf(error: unknown): string {
  if (error instanceof LeftOut) return error.message;
  const { kind, message } = toDatabaseError(error);
  return kind === 'unavailable' || message === 'Query read timeout' ? 'does not answer' : 'cannot be used';
}

/** node-postgres keeps it, but does not declare it. */
function socketOf(client: pg.Client | pg.PoolClient): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}
