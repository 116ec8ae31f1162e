import { ConfigError } from '../config/index.ts';
import { DatabaseError, EmbeddedDatabaseError, MigrationError } from '../data/index.ts';
import { UserError } from '../kit/user-error.ts';

const FAILURES_IN_WORDS = [UserError, ConfigError, EmbeddedDatabaseError, MigrationError];

/** What a person at the terminal is told: the message alone where it was made for people, else what a bug report needs. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (FAILURES_IN_WORDS.some((kind) => error instanceof kind)) return error.message;
  if (error instanceof DatabaseError && error.kind === 'unavailable')
    return `The database does not answer: ${error.message}. Check DATABASE_URL.`;
  return error.stack ?? error.message;
}
