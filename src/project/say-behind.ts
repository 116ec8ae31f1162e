import { DatabaseError } from '../data/index.ts';
import { UserError } from '../kit/user-error.ts';

/** Does what asks the database; where tables or columns are not there, it says what to do about it. @throws UserError */
export async function sayBehind<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw asBehind(error) ?? error;
  }
}

/** The remedy, where `error` is of tables or columns that are not there. */
export function asBehind(error: unknown): UserError | undefined {
  const isBehind = error instanceof DatabaseError && ['42P01', '42703'].includes(error.sqlState ?? '');
  return isBehind
    ? new UserError(
        `The database is behind schema.graphql (${error.message}). Run "plinth dev", or "plinth migrate deploy".`,
      )
    : undefined;
}
