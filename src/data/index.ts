export type { DatabaseErrorKind } from './database-error.ts';
export { DatabaseError, toDatabaseError } from './database-error.ts';
export type {
  Db,
  IsolationLevel,
  Queryable,
  QueryOptions,
  Row,
  Shares,
  Texts,
  TransactionOptions,
  Tx,
} from './db.ts';
export {
  DatabaseInUseError,
  DatabaseVersionError,
  EmbeddedDatabaseError,
} from './embedded/embedded-errors.ts';
export { findRunningEmbedded } from './embedded/find-running.ts';
export type { EmbeddedOptions, EmbeddedServer } from './embedded/start-embedded.ts';
export { startEmbedded } from './embedded/start-embedded.ts';
export { expressLinesOf } from './express/express-lane.ts';
export type { Listener, ListenOptions } from './listen.ts';
export { listen } from './listen.ts';
export type { Renames } from './migrate/apply-renames.ts';
export type { DataFinding } from './migrate/data-finding.ts';
export type { DatabaseState } from './migrate/database-state.ts';
export { isSameState } from './migrate/database-state.ts';
export { deployMigrations } from './migrate/deploy-migrations.ts';
export { findDataLoss } from './migrate/find-data-loss.ts';
export { MigrationError, MigrationFailedError } from './migrate/migration-errors.ts';
export type { Migration, Snapshot } from './migrate/migration-files.ts';
export { lastState, readMigrations, writeMigration } from './migrate/migration-files.ts';
export type { MigrationStatus } from './migrate/migration-status.ts';
export { migrationStatus } from './migrate/migration-status.ts';
export type { MigrationPlan } from './migrate/plan-migration.ts';
export { planMigration } from './migrate/plan-migration.ts';
export { diffSchemas } from './migrate/schema-engine.ts';
export type { SyncOptions, SyncResult } from './migrate/sync-development.ts';
export { syncDevelopment } from './migrate/sync-development.ts';
export { tablesOf } from './migrate/tables-of.ts';
export type { PoolOptions } from './open-pool.ts';
export { openPool } from './open-pool.ts';
export type { Pooler } from './pooler/detect-pooler.ts';
export { detectPooler } from './pooler/detect-pooler.ts';
export type {
  PrismaClientLike,
  PrismaClientOptions,
  PrismaModelLike,
} from './prisma/create-prisma-client.ts';
export { createPrismaClient } from './prisma/create-prisma-client.ts';
export type { GenerateTypesOptions } from './prisma/generate-client-types.ts';
export { generatePrismaClientTypes } from './prisma/generate-client-types.ts';
export type { Replicas, ReplicasOptions } from './replicas/open-replicas.ts';
export { openReplicas } from './replicas/open-replicas.ts';
export type { ReplicaState } from './replicas/replica.ts';
export { parseWalPosition, type WalPosition } from './replicas/wal-position.ts';
export type { RowStep, RowsForm, RowsPart } from './rows/rows-form.ts';
export { outsideTransaction } from './transaction-context.ts';
export type { ReservedDb } from './with-reserve.ts';
export { withReserve } from './with-reserve.ts';
