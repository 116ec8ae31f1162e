/** What a database object is that Prisma's schema language cannot say. */
export type SqlObjectKind = 'extension' | 'function' | 'check' | 'generated' | 'index' | 'trigger';

/**
 * One database object that lives beside the Prisma schema. It is identified by `name`; a changed `create` under the same
 * name means "drop the old one, then create the new one".
 *
 * A generated column is such an object too. It may also stand in the Prisma schema as an optional field, so that the
 * Prisma client can read it: migrations never let Prisma create or drop the column named by `column`.
 */
export interface SqlObject {
  /** Stable key, unique in the whole schema, e.g. `Task/check/title_length`. */
  readonly name: string;
  /** Stored table name (not the model's); empty for an extension or function that serves every table. */
  readonly table: string;
  readonly kind: SqlObjectKind;
  /** SQL statements, each ended by a semicolon. */
  readonly create: string;
  /** SQL that undoes `create`; should say IF EXISTS. */
  readonly drop: string;
  /** Stored columns of `table` that the object reads: dropped and recreated around a change of any of them. */
  readonly columns?: readonly string[];
  /** For a generated column: its stored name. */
  readonly column?: string;
  /** For a check: the boolean SQL expression, used to count stored rows that break it. */
  readonly condition?: string;
}
