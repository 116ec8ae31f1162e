export type { DatabaseErrorKind } from './database-error.ts';
export { DatabaseError, toDatabaseError } from './database-error.ts';
export type {
  Db,
  IsolationLevel,
  Queryable,
  QueryOptions,
  Row,
  TransactionOptions,
  Tx,
} from './db.ts';
