import type pg from 'pg';
import { splitStatements } from './split-statements.ts';

/** A statement of a script failed. */
export class StatementError extends Error {
  readonly statement: string;
  override readonly cause: Error;

  constructor(statement: string, cause: Error) {
    super(cause.message, { cause });
    this.statement = statement;
    this.cause = cause;
  }
}

/** Runs a script one statement after the other, so that a failure can be pinned to one. @throws StatementError */
export async function runScript(client: pg.Client, script: string): Promise<void> {
  for (const statement of splitStatements(script)) {
    try {
      await client.query(statement);
    } catch (error) {
      throw new StatementError(statement, error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Runs `fn` in a transaction on this one connection. */
export async function inTransaction<T>(client: pg.Client, fn: () => Promise<T>): Promise<T> {
  await client.query('BEGIN');
  try {
    const value = await fn();
    await client.query('COMMIT');
    return value;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** Some statements refuse to run inside a transaction; a script that has one runs without. */
export function needsNoTransaction(script: string): boolean {
  return splitStatements(script).some((statement) =>
    /\b(INDEX\s+CONCURRENTLY|DETACH\s+PARTITION\s+\S+\s+CONCURRENTLY|^VACUUM|ALTER\s+SYSTEM)\b/im.test(
      statement,
    ),
  );
}
