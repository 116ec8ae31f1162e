import type { Config } from '../../config/index.ts';
import { type Db, expressLinesOf, openReplicas, type Replicas } from '../../data/index.ts';
import type { Log } from '../../serve/index.ts';
import type { DatabaseLink } from '../open-database.ts';
import { keptFor } from './route-reads.ts';
import { WrittenPositions } from './written-positions.ts';

/** Replicas, and who has written what they may not have yet: one for a process, whatever version of the API it serves. */
export interface Reads {
  readonly replicas: Replicas;
  readonly written: WrittenPositions;
}

/** Undefined where DATABASE_REPLICA_URLS is not set. */
export function openReads(
  { db }: DatabaseLink & { readonly db: Db },
  config: Config,
  log: Pick<Log, 'info' | 'warn'>,
): Reads | undefined {
  const { replicaUrls: urls, poolSize, prepare, coalesce, limits, replicaLagMs } = config;
  if (urls.length === 0) return undefined;
  const replicas = openReplicas({
    urls,
    primary: db,
    pool: {
      max: poolSize,
      expressLines: expressLinesOf(poolSize),
      prepare,
      coalesce,
      statementTimeoutMs: limits.requestMs,
    },
    maxLagMs: replicaLagMs,
    onChange: (replica, { used, reason }) => {
      if (used) log.info({ replica }, 'a replica takes reads');
      else log.warn({ replica, reason }, 'a replica is left out');
    },
  });
  return { replicas, written: new WrittenPositions(keptFor(config)) };
}
