/** The embedded database could not be prepared or started. */
export class EmbeddedDatabaseError extends Error {
  override readonly name: string = 'EmbeddedDatabaseError';
}

/** Another living process serves the same project. */
export class DatabaseInUseError extends EmbeddedDatabaseError {
  override readonly name = 'DatabaseInUseError';
  /** Process id of the owner. */
  readonly pid: number;

  constructor(directory: string, pid: number) {
    super(
      `The database in ${directory} is in use by process ${pid}. ` +
        (pid === process.pid
          ? 'This process has opened it already.'
          : `Stop that process first (kill ${pid}), or give this one a database of its own with DATABASE_URL.`),
    );
    this.pid = pid;
  }
}

/** The files were written by another major version of PostgreSQL, which this one cannot read. */
export class DatabaseVersionError extends EmbeddedDatabaseError {
  override readonly name = 'DatabaseVersionError';

  constructor(directory: string, found: string, expected: string) {
    super(
      `The database in ${directory} was made by PostgreSQL ${found}; this installation brings PostgreSQL ${expected}. ` +
        `Dump it with the version that made it (pg_dump) and restore it into a new one, or, if its data can be made ` +
        `again, move ${directory} away and start anew.`,
    );
  }
}
