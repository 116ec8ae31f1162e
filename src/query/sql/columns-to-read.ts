import { columnsMentioned } from './columns-mentioned.ts';
import type { SortOperand } from './keyset.ts';
import { columnOf, ident, join, type Sql, sql } from './sql.ts';

/** What is read of rows before anything else is said of them. */
export interface ColumnsToRead {
  readonly columns: Sql;
  /** The keys by the names that they are read under, so that what was read can be put in order again. */
  readonly keys: readonly SortOperand[];
}

/** The columns of `alias` that `mentioned` speaks of, as they are, and the keys of the order. */
export function columnsToRead(alias: string, mentioned: Sql, keys: readonly SortOperand[]): ColumnsToRead {
  const needed = columnsMentioned(alias, mentioned);
  const named = keys.map((key, index) => ({ key, name: nameApartFrom(needed, `key${index}`) }));
  const columns = join([
    ...needed.map((column) => columnOf(alias, column)),
    ...named.map(({ key, name }) => sql`${key.sql} AS ${ident(name)}`),
  ]);
  return { columns, keys: named.map(({ key, name }) => ({ ...key, sql: columnOf(alias, name) })) };
}

function nameApartFrom(names: readonly string[], wish: string): string {
  return names.includes(wish) ? nameApartFrom(names, `_${wish}`) : wish;
}
