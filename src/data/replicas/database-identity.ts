/** Which database of which cluster: a physical copy of it has the same of both. */
export interface DatabaseIdentity {
  /** What PostgreSQL calls the cluster. */
  readonly system: string;
  /** Its number in there. A name can be given to another database. */
  readonly database: string;
}

/** Columns of a SELECT that make a `DatabaseIdentity`. */
export const IDENTITY_COLUMNS = `(SELECT system_identifier::text FROM pg_control_system()) AS system,
  (SELECT oid::text FROM pg_database WHERE datname = current_database()) AS database`;
