import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';

/** Rows that were loaded: by source table, and all together. */
export interface LoadReport {
  readonly tables: Readonly<Record<string, number>>;
  readonly total: number;
}

export interface LoadOptions {
  /** Leaves the original tables in the schema `chinook_source`, to compare with. Default: they are dropped. */
  readonly keepSource?: boolean;
}

const source = 'chinook_source';

/**
 * How the project's tables are filled from the original ones, in an order in which every key finds its target.
 * Columns that need no word are of the same name on both sides. Chinook's times have no zone and count as UTC here.
 */
const tables = [
  { from: 'artist', columns: ['artist_id', 'name'] },
  { from: 'genre', columns: ['genre_id', 'name'] },
  { from: 'media_type', columns: ['media_type_id', 'name'] },
  { from: 'album', columns: ['album_id', 'title', 'artist_id'] },
  {
    from: 'track',
    columns: [
      'track_id',
      'name',
      'album_id',
      'media_type_id',
      'genre_id',
      'composer',
      'milliseconds',
      'bytes',
      'unit_price',
    ],
  },
  {
    from: 'employee',
    columns: [
      'employee_id',
      'last_name',
      'first_name',
      'title',
      'reports_to',
      'address',
      'city',
      'state',
      'country',
      'postal_code',
      'phone',
      'fax',
      'email',
    ],
    times: ['birth_date', 'hire_date'],
  },
  {
    from: 'customer',
    columns: [
      'customer_id',
      'first_name',
      'last_name',
      'company',
      'address',
      'city',
      'state',
      'country',
      'postal_code',
      'phone',
      'fax',
      'email',
      'support_rep_id',
    ],
  },
  {
    from: 'invoice',
    columns: [
      'invoice_id',
      'customer_id',
      'billing_address',
      'billing_city',
      'billing_state',
      'billing_country',
      'billing_postal_code',
      'total',
    ],
    times: ['invoice_date'],
  },
  { from: 'invoice_line', columns: ['invoice_line_id', 'invoice_id', 'track_id', 'unit_price', 'quantity'] },
  { from: 'playlist', columns: ['playlist_id', 'name'] },
  { from: 'playlist_track', columns: ['playlist_id', 'track_id'], to: '_PlaylistToTrack', into: ['A', 'B'] },
] as const satisfies readonly Table[];

interface Table {
  readonly from: string;
  /** The first one is the key, unless `to` is given. */
  readonly columns: readonly string[];
  readonly times?: readonly string[];
  /** Table and columns of the project where they are not those of the source. */
  readonly to?: string;
  readonly into?: readonly string[];
}

/** The text of a `.sql` or `.sql.gz` file. */
export function readScript(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/**
 * Runs a Chinook script in a schema of its own, copies its rows into the project's empty tables, sets the sequences
 * behind the last ids, and drops the schema again: in one transaction, so all of it or nothing.
 * @throws Error when the tables hold rows already, or do not hold exactly the script's rows afterwards
 */
export async function loadChinook(
  pool: pg.Pool,
  script: string,
  options: LoadOptions = {},
): Promise<LoadReport> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const report = await copyTables(client, script);
    if (!options.keepSource) await client.query(`DROP SCHEMA ${source} CASCADE`);
    await client.query('COMMIT');
    return report;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

async function copyTables(client: pg.PoolClient, script: string): Promise<LoadReport> {
  await client.query(`CREATE SCHEMA ${source}; SET LOCAL search_path TO ${source}; ${script}`);
  await client.query('SET LOCAL search_path TO DEFAULT');
  const counts: Record<string, number> = {};
  for (const table of tables) counts[table.from] = await copyTable(client, table);
  return { tables: counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) };
}

async function copyTable(client: pg.PoolClient, table: Table): Promise<number> {
  const target = quote(table.to ?? table.from);
  const times = table.times ?? [];
  const into = [...(table.into ?? table.columns), ...times].map(quote).join(', ');
  const values = [...table.columns, ...times.map((column) => `${column} AT TIME ZONE 'UTC'`)].join(', ');
  await client.query(
    `INSERT INTO ${target} (${into}) SELECT ${values} FROM ${source}.${table.from} ORDER BY 1, 2`,
  );
  const [id] = table.columns;
  if (table.to === undefined && id !== undefined) {
    await client.query(
      `SELECT setval(pg_get_serial_sequence($1, $2), (SELECT coalesce(max(${id}), 1) FROM ${target}))`,
      [target, id],
    );
  }
  return countRows(client, table.from, target);
}

async function countRows(client: pg.PoolClient, from: string, target: string): Promise<number> {
  const { rows } = await client.query<{ theirs: number; ours: number }>(
    `SELECT (SELECT count(*)::int FROM ${source}.${from}) AS theirs, (SELECT count(*)::int FROM ${target}) AS ours`,
  );
  const { theirs, ours } = rows[0] ?? { theirs: 0, ours: 0 };
  if (theirs !== ours) {
    throw new Error(`${target} holds ${ours} rows, and the script has ${theirs}. Load into empty tables.`);
  }
  return ours;
}

function quote(name: string): string {
  return `"${name}"`;
}

async function main([path]: readonly string[]): Promise<void> {
  const url = process.env.DATABASE_URL;
  if (path === undefined || url === undefined) {
    console.error(
      'Usage: DATABASE_URL=postgres://… node --import tsx examples/chinook/load.ts chinook.sql[.gz]',
    );
    process.exitCode = 2;
    return;
  }
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  try {
    const { tables: counts, total } = await loadChinook(pool, readScript(path));
    for (const [table, count] of Object.entries(counts)) console.log(`${table.padEnd(16)}${count}`);
    console.log(`${'total'.padEnd(16)}${total}`);
  } finally {
    await pool.end();
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(process.argv.slice(2));
}
