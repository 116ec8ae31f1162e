import { DatabaseError } from './database-error.ts';

/**
 * Whether a read that failed so may succeed when it is asked again at once: its connection was lost on the way, or what it saw
 * would not have been serializable. A server that is short of memory, disk or connections is not asked twice.
 */
export function passes(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false;
  const { kind, sqlState = '' } = error;
  return kind === 'serialization' || (kind === 'unavailable' && !sqlState.startsWith('53'));
}
