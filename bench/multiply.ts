import type { Db } from '../src/data/index.ts';

interface Multiplied {
  readonly table: string;
  /** Columns that hold ids, with the table whose they are. */
  readonly ids: Readonly<Record<string, string>>;
  /** The column by which copies differ in more than their ids. */
  readonly renamed?: string;
}

/** In an order in which every key finds its target. Genres, media types and employees stay as few as they are. */
const TABLES: readonly Multiplied[] = [
  { table: 'artist', ids: { artist_id: 'artist' }, renamed: 'name' },
  { table: 'album', ids: { album_id: 'album', artist_id: 'artist' }, renamed: 'title' },
  { table: 'track', ids: { track_id: 'track', album_id: 'album' }, renamed: 'name' },
  { table: 'playlist', ids: { playlist_id: 'playlist' }, renamed: 'name' },
  { table: '_PlaylistToTrack', ids: { A: 'playlist', B: 'track' } },
  { table: 'customer', ids: { customer_id: 'customer' } },
  { table: 'invoice', ids: { invoice_id: 'invoice', customer_id: 'customer' } },
  {
    table: 'invoice_line',
    ids: { invoice_line_id: 'invoice_line', invoice_id: 'invoice', track_id: 'track' },
  },
];

/**
 * Makes the rows `factor` times as many, the same ones every time: the originals stay as they are, so that every operation
 * answers what it answered before; each copy is a world of its own with ids beyond the last one's.
 */
export async function multiply(db: Db, factor: number): Promise<void> {
  const spans = new Map<string, number>();
  for (const { table, ids } of TABLES) {
    const [id = ''] = Object.keys(ids);
    if (ids[id] !== table) continue;
    const [row] = await db.query<{ last: number }>(`SELECT max("${id}") AS last FROM "${table}"`);
    spans.set(table, row?.last ?? 0);
  }
  for (const one of TABLES) await multiplyTable(db, one, factor, spans);
}

async function multiplyTable(
  db: Db,
  { table, ids, renamed }: Multiplied,
  factor: number,
  spans: ReadonlyMap<string, number>,
): Promise<void> {
  const columns = await db.query<{ name: string; length: number | null }>(
    `SELECT column_name::text AS name, character_maximum_length::int4 AS length FROM information_schema.columns
     WHERE table_schema = 'public' AND table_name = $1 AND is_generated = 'NEVER' ORDER BY ordinal_position`,
    [table],
  );
  const values = columns.map(({ name, length }) => {
    const owner = ids[name];
    if (owner !== undefined) return `"${name}" + copy * ${spans.get(owner)}`;
    return name === renamed ? `left("${name}" || ' ' || copy, ${length ?? 1_000})` : `"${name}"`;
  });
  const names = columns.map(({ name }) => `"${name}"`).join(', ');
  await db.execute(
    `INSERT INTO "${table}" (${names}) SELECT ${values.join(', ')} FROM "${table}", generate_series(1, ${factor - 1}) AS copy ORDER BY copy`,
  );
  const [id = ''] = Object.keys(ids);
  if (ids[id] === table)
    await db.query(
      `SELECT setval(pg_get_serial_sequence('"${table}"', '${id}'), (SELECT max("${id}") FROM "${table}"))`,
    );
}
