import type { SeedContext } from '../../src/index.ts';

/** Rows of one table. Every row has the same keys, which are names of columns. */
export interface TableRows {
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Inserts all rows with one statement for every thousand. The rows travel as one JSON document that PostgreSQL takes
 * apart by the table's own column types, so nothing here has to know them.
 */
export async function bulkInsert(
  db: Pick<SeedContext['db'], 'query'>,
  { table, rows }: TableRows,
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
    .map(quote)
    .join(', ');
  for (let start = 0; start < rows.length; start += 1000) {
    await db.query(
      `INSERT INTO ${quote(table)} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${quote(table)}, $1::jsonb)`,
      [JSON.stringify(rows.slice(start, start + 1000))],
    );
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
