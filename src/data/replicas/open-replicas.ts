import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseError } from '../database-error.ts';
import type { Db, Queryable, QueryOptions, Row } from '../db.ts';
import type { PoolOptions } from '../open-pool.ts';
import { type DatabaseIdentity, IDENTITY_COLUMNS } from './database-identity.ts';
import { PrimaryHistory } from './primary-history.ts';
import { Replica, type ReplicaState } from './replica.ts';
import { parseWalPosition, type WalPosition } from './wal-position.ts';

export interface ReplicasOptions {
  readonly urls: readonly string[];
  readonly primary: Db;
  /** Of the pool of each replica. */
  readonly pool: Omit<PoolOptions, 'url' | 'pooler' | 'onConnectionLost'>;
  /** A replica that is further behind is left out. Milliseconds. */
  readonly maxLagMs: number;
  /** Told when a replica is taken into use or left out; they are counted from 1, in the order of their URLs. */
  readonly onChange: (number: number, state: ReplicaState) => void;
}

/** Standbys of one primary that take reads off it. */
export interface Replicas {
  /**
   * Where to read so that everything up to `position` shows: a replica that has it, with the primary behind it for what
   * goes wrong; undefined where only the primary has it.
   */
  reader(position: WalPosition): Queryable | undefined;
  /** When the primary was last heard of, in ms since 1970. */
  readonly heardOfPrimary: number | undefined;
  /** In the order of their URLs. */
  states(): readonly ReplicaState[];
  close(): Promise<void>;
}

const SAMPLE_MS = 500;
const SAMPLE = `SELECT pg_current_wal_flush_lsn()::text AS position,
  ${IDENTITY_COLUMNS}`;

interface Sample extends DatabaseIdentity {
  readonly position: string;
}

/** Begins to watch the replicas. None is used before it has been found well, and none that fails makes a read fail. */
export function openReplicas(options: ReplicasOptions): Replicas {
  const { primary } = options;
  const history = new PrimaryHistory();
  const stop = new AbortController();
  let original: DatabaseIdentity | undefined;
  let turn = 0;
  const replicas = options.urls.map(
    (url, index) =>
      new Replica({
        url,
        pool: options.pool,
        maxLagMs: options.maxLagMs,
        history,
        original: () => original,
        onChange: (state) => options.onChange(index + 1, state),
      }),
  );
  const sampling = (async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        const [row] = await primary.query<Sample>(SAMPLE);
        if (row) {
          original = row;
          history.add(Date.now(), parseWalPosition(row.position));
          history.forgetUntil(leastOf(replicas));
        }
      } catch {
        // The primary is away. What replicas lack of it is judged by what was known last.
      }
      await sleep(SAMPLE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    reader: (position) => {
      turn += 1;
      for (let i = 0; i < replicas.length; i++) {
        const replica = replicas[(turn + i) % replicas.length];
        const db = replica?.dbAt(position);
        if (replica && db) return readerOf(replica, db, primary);
      }
      return undefined;
    },
    get heardOfPrimary() {
      return history.newest;
    },
    states: () => replicas.map(({ state }) => state),
    close: async () => {
      stop.abort();
      await Promise.all([sampling, ...replicas.map((replica) => replica.close())]);
    },
  };
}

function leastOf(replicas: readonly Replica[]): WalPosition {
  const positions = replicas.map(({ position }) => position ?? 0n);
  return positions.reduce((least, one) => (one < least ? one : least));
}

/** Reads from the replica until something goes wrong, and from then on, that statement included, from the primary. */
function readerOf(replica: Replica, db: Db, primary: Db): Queryable {
  let source: Queryable = db;
  const ask = async <T>(work: (on: Queryable) => Promise<T>): Promise<T> => {
    if (source === primary) return work(primary);
    try {
      return await work(source);
    } catch (error) {
      if (isTheCallers(error)) throw error;
      if (error instanceof DatabaseError && error.kind === 'unavailable') replica.suspect();
      source = primary;
      return work(primary);
    }
  };
  return {
    get serverVersion() {
      return source.serverVersion;
    },
    query: <R = Row>(text: string, params?: readonly unknown[], options?: QueryOptions) =>
      ask((on) => on.query<R>(text, params, options)),
    execute: (text, params, options) => ask((on) => on.execute(text, params, options)),
    readTexts: (text, params, options) => ask((on) => on.readTexts(text, params, options)),
  };
}

/**
 * What the primary would answer no better. Everything else may be the replica's own: a conflict with what it replays, a
 * table that a migration has not brought yet, its end.
 */
function isTheCallers(error: unknown): boolean {
  return error instanceof DatabaseError && ['cancelled', 'outOfRange', 'invalidText'].includes(error.kind);
}
