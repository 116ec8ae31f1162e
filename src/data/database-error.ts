/** What went wrong, in words that do not depend on PostgreSQL's numbering. */
export type DatabaseErrorKind =
  | 'unique'
  | 'foreignKey'
  | 'check'
  | 'notNull'
  | 'exclusion'
  | 'outOfRange'
  | 'tooLong'
  | 'invalidText'
  | 'serialization'
  | 'deadlock'
  | 'timeout'
  | 'cancelled'
  | 'unavailable'
  | 'other';

/** A failure of the database, with the parts that a caller may act on. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly kind: DatabaseErrorKind;
  /** Five characters, or undefined when the failure happened before PostgreSQL could answer. */
  readonly sqlState: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly constraint: string | undefined;
  /** May quote stored values: for logs, never for a viewer. */
  readonly detail: string | undefined;
  /** One-based character offset into the statement, where PostgreSQL knows it. */
  readonly position: number | undefined;

  constructor(kind: DatabaseErrorKind, message: string, parts: DatabaseErrorParts = {}) {
    super(message, { cause: parts.cause });
    this.kind = kind;
    this.sqlState = parts.sqlState;
    this.table = parts.table;
    this.column = parts.column;
    this.constraint = parts.constraint;
    this.detail = parts.detail;
    this.position = parts.position;
  }
}

export interface DatabaseErrorParts {
  readonly sqlState?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly constraint?: string | undefined;
  readonly detail?: string | undefined;
  readonly position?: number | undefined;
  readonly cause?: unknown;
}

const kindOfState: Readonly<Record<string, DatabaseErrorKind>> = {
  '23505': 'unique',
  '23503': 'foreignKey',
  '23001': 'foreignKey',
  '23514': 'check',
  '23502': 'notNull',
  '23P01': 'exclusion',
  '22003': 'outOfRange',
  '22008': 'outOfRange',
  '22015': 'outOfRange',
  '22001': 'tooLong',
  '22P02': 'invalidText',
  '22P03': 'invalidText',
  '22P05': 'invalidText',
  '22007': 'invalidText',
  '22021': 'invalidText',
  '22030': 'invalidText',
  '22032': 'invalidText',
  '40001': 'serialization',
  '40P01': 'deadlock',
  '57014': 'timeout',
  '55P03': 'timeout',
  '25P03': 'timeout',
  '25P04': 'timeout',
  '57P01': 'unavailable',
  '57P02': 'unavailable',
  '57P03': 'unavailable',
  '57P05': 'unavailable',
  // The connection has lost its prepared statements, to a DISCARD ALL, say.
  '26000': 'unavailable',
  '53300': 'unavailable',
  '53200': 'unavailable',
  '53100': 'unavailable',
};

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

// node-postgres reports these without any code, so the text is all there is to go by.
const lostConnection =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Cannot use a pool after calling end|Client was closed)/;

/** Turns whatever node-postgres threw into a {@link DatabaseError}; one that already is comes back as it is. */
export function toDatabaseError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const fields: Record<string, unknown> = isRecord(error) ? error : {};
  const message = error instanceof Error && error.message !== '' ? error.message : 'The database failed';
  const code = text(fields.code);
  const driver = ofPrisma(fields);
  if (driver) return driver;
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !socketCodes.has(code)) {
    return new DatabaseError(kindOf(code), message, {
      sqlState: code,
      table: text(fields.table),
      column: text(fields.column),
      constraint: text(fields.constraint),
      detail: text(fields.detail),
      position: Number(fields.position) || undefined,
      cause: error,
    });
  }
  return new DatabaseError(isUnavailable(error, code, message) ? 'unavailable' : 'other', message, {
    cause: error,
  });
}

/** What Prisma's adapter calls failures that are the connection's. */
const unreachable = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
]);

/** Prisma wraps the server's error; inside are its code and, for constraints, the name. */
function ofPrisma(fields: Record<string, unknown>): DatabaseError | undefined {
  const meta = isRecord(fields.meta) ? fields.meta : {};
  const adapterError = isRecord(meta.driverAdapterError) ? meta.driverAdapterError : fields;
  const inner = isRecord(adapterError.cause) ? adapterError.cause : {};
  const sqlState = text(inner.originalCode);
  if (unreachable.has(text(inner.kind) ?? ''))
    return new DatabaseError('unavailable', 'The database cannot be reached', { sqlState, cause: fields });
  if (sqlState === undefined) return undefined;
  const constraint = isRecord(inner.constraint) ? text(inner.constraint.index) : undefined;
  const message = text(inner.originalMessage) ?? 'The database failed';
  const parts = { sqlState, constraint, table: text(inner.table), column: text(inner.column), cause: fields };
  return new DatabaseError(kindOf(sqlState), message, parts);
}

function kindOf(sqlState: string): DatabaseErrorKind {
  return kindOfState[sqlState] ?? (sqlState.startsWith('08') ? 'unavailable' : 'other');
}

function isUnavailable(error: unknown, code: string | undefined, message: string): boolean {
  if (code !== undefined && socketCodes.has(code)) return true;
  // Node tries every address of a host name and reports the failures together.
  if (error instanceof AggregateError)
    return error.errors.some((one) => toDatabaseError(one).kind === 'unavailable');
  return lostConnection.test(message);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
