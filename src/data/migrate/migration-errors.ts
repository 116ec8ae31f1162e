/** Something about the migrations keeps them from being planned or applied; the message says what to do. */
export class MigrationError extends Error {
  override readonly name: string = 'MigrationError';
}

/** One migration failed on the database. */
export class MigrationFailedError extends MigrationError {
  override readonly name = 'MigrationFailedError';
  readonly migration: string;
  readonly statement: string;
  /** False when statements before the failing one have taken effect. */
  readonly unchanged: boolean;

  constructor(migration: string, statement: string, unchanged: boolean, cause: Error) {
    super(
      `Migration ${migration} failed: ${cause.message}\nin the statement:\n\n${indent(statement)}\n\n` +
        (unchanged
          ? 'Nothing of it was kept: the database is as it was before this migration. '
          : 'It runs without a transaction, so the statements before this one have taken effect: undo them or take them out of the file. ') +
        `Correct prisma/migrations/${migration}/migration.sql (or the rows that it stumbles over) and deploy again.`,
      { cause },
    );
    this.migration = migration;
    this.statement = statement;
    this.unchanged = unchanged;
  }
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
