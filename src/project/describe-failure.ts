import { ConfigError } from '../config/index.ts';
import { DatabaseError, EmbeddedDatabaseError, MigrationError } from '../data/index.ts';
import { ProblemsError } from '../kit/problem.ts';
import { UserError } from '../kit/user-error.ts';

const FAILURES_IN_WORDS = [UserError, ProblemsError, ConfigError, EmbeddedDatabaseError, MigrationError];

/** What a person at the terminal is told: the message alone where it was made for people, else what a bug report needs. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (FAILURES_IN_WORDS.some((kind) => error instanceof kind)) return error.message;
  const told = error instanceof DatabaseError ? describeRefusal(error) : undefined;
  return told ?? error.stack ?? error.message;
}

/** Of a database that refuses to be used; the codes are in PostgreSQL's appendix A, "Error Codes". */
function describeRefusal({ kind, message, sqlState }: DatabaseError): string | undefined {
  if (kind === 'unavailable') return `The database does not answer: ${message}. Check DATABASE_URL.`;
  if (sqlState === '3D000') return `${message}. Create it, or name another one in DATABASE_URL.`;
  if (sqlState?.startsWith('28'))
    return `${message}. Check user and password in DATABASE_URL, and what PostgreSQL allows them.`;
  return undefined;
}
