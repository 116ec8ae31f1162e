/**
 * Writes an SQL script of the same tables as Chinook's, with a small made-up shop in them: for tests that must not
 * depend on a download. The same seed gives the same text.
 */
export function generateScript(seed = 1): string {
  const random = makeRandom(seed);
  return [tables, ...makeShop(random).map(([table, columns, rows]) => insert(table, columns, rows))].join(
    '\n',
  );
}

type Cell = string | number | null;
type Filled = readonly [table: string, columns: string, rows: readonly (readonly Cell[])[]];

const tables = `
CREATE TABLE artist (artist_id serial PRIMARY KEY, name varchar(120));
CREATE TABLE genre (genre_id serial PRIMARY KEY, name varchar(120));
CREATE TABLE media_type (media_type_id serial PRIMARY KEY, name varchar(120));
CREATE TABLE album (album_id serial PRIMARY KEY, title varchar(160) NOT NULL, artist_id int NOT NULL REFERENCES artist);
CREATE TABLE track (track_id serial PRIMARY KEY, name varchar(200) NOT NULL, album_id int REFERENCES album,
  media_type_id int NOT NULL REFERENCES media_type, genre_id int REFERENCES genre, composer varchar(220),
  milliseconds int NOT NULL, bytes int, unit_price numeric(10,2) NOT NULL);
CREATE TABLE employee (employee_id serial PRIMARY KEY, last_name varchar(20) NOT NULL, first_name varchar(20) NOT NULL,
  title varchar(30), reports_to int REFERENCES employee, birth_date timestamp, hire_date timestamp, address varchar(70),
  city varchar(40), state varchar(40), country varchar(40), postal_code varchar(10), phone varchar(24),
  fax varchar(24), email varchar(60));
CREATE TABLE customer (customer_id serial PRIMARY KEY, first_name varchar(40) NOT NULL, last_name varchar(20) NOT NULL,
  company varchar(80), address varchar(70), city varchar(40), state varchar(40), country varchar(40),
  postal_code varchar(10), phone varchar(24), fax varchar(24), email varchar(60) NOT NULL,
  support_rep_id int REFERENCES employee);
CREATE TABLE invoice (invoice_id serial PRIMARY KEY, customer_id int NOT NULL REFERENCES customer,
  invoice_date timestamp NOT NULL, billing_address varchar(70), billing_city varchar(40), billing_state varchar(40),
  billing_country varchar(40), billing_postal_code varchar(10), total numeric(10,2) NOT NULL);
CREATE TABLE invoice_line (invoice_line_id serial PRIMARY KEY, invoice_id int NOT NULL REFERENCES invoice,
  track_id int NOT NULL REFERENCES track, unit_price numeric(10,2) NOT NULL, quantity int NOT NULL);
CREATE TABLE playlist (playlist_id serial PRIMARY KEY, name varchar(120));
CREATE TABLE playlist_track (playlist_id int REFERENCES playlist, track_id int REFERENCES track,
  PRIMARY KEY (playlist_id, track_id));
`;

const genres = ['Rock', 'Jazz', 'Metal', 'Latin', 'Opera', 'Silence'];
const countries = ['Germany', 'France', 'Brazil', 'Canada', 'India'];
const words = [
  'Blue',
  'Night',
  'River',
  "Ain't",
  'Ünder',
  'Glass',
  '100%',
  'Under_score',
  'Back\\slash',
  'Moon',
];

function makeShop(random: Random): readonly Filled[] {
  const times = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => make(i));
  const artists = times(25, (i) => [i === 7 ? null : `${random.pick(words)} ${random.pick(words)} ${i}`]);
  const albums = times(60, () => [`${random.pick(words)} ${random.pick(words)}`, random.between(1, 25)]);
  const tracks = times(400, () => makeTrack(random));
  const employees = times(8, (i) => makeEmployee(random, i));
  const customers = times(40, (i) => makeCustomer(random, i));
  const lines = times(180, () =>
    times(random.between(1, 6), () => [random.between(1, 380), random.pick([99, 199])]),
  );
  const invoices = lines.map((bought) => makeInvoice(random, bought));
  return [
    ['artist', 'name', artists],
    ['genre', 'name', genres.map((name) => [name])],
    ['media_type', 'name', [['MPEG audio file'], ['Protected AAC audio file'], ['Video file']]],
    ['album', 'title, artist_id', albums],
    ['track', 'name, album_id, media_type_id, genre_id, composer, milliseconds, bytes, unit_price', tracks],
    [
      'employee',
      'last_name, first_name, title, reports_to, birth_date, hire_date, city, country, email',
      employees,
    ],
    ['customer', 'first_name, last_name, company, city, country, email, support_rep_id', customers],
    ['invoice', 'customer_id, invoice_date, billing_city, billing_country, total', invoices],
    [
      'invoice_line',
      'invoice_id, track_id, unit_price, quantity',
      lines.flatMap((bought, i) => bought.map(([track = 1, cents = 99]) => [i + 1, track, cents / 100, 1])),
    ],
    ['playlist', 'name', [['Everything'], ['Evening'], ['Empty'], ['Evening'], [null]]],
    ['playlist_track', 'playlist_id, track_id', fillPlaylists(random)],
  ];
}

/** Every tenth track is on no album, has no genre or names no composer: nulls are where mistakes show. */
function makeTrack(random: Random): Cell[] {
  const some = <T extends Cell>(value: T): T | null => (random.between(1, 10) === 1 ? null : value);
  return [
    `${random.pick(words)} ${random.pick(words)} ${random.pick(words)}`,
    some(random.between(1, 58)),
    random.between(1, 3),
    some(random.between(1, genres.length - 1)),
    some(`${random.pick(words)} & ${random.pick(words)}`),
    random.between(30_000, 600_000),
    some(random.between(500_000, 20_000_000)),
    random.pick([99, 199]) / 100,
  ];
}

function makeEmployee(random: Random, index: number): Cell[] {
  const boss = [null, 1, 2, 2, 2, 1, 6, 6][index] ?? null;
  const year = random.between(1950, 1985);
  return [
    `Family${index}`,
    random.pick(['Ana', 'Bo', 'Cleo', 'Dov']),
    index === 0 ? 'General Manager' : 'Staff',
    boss,
    `${year}-03-04 00:00:00`,
    `${year + 25}-05-06 00:00:00`,
    'Calgary',
    'Canada',
    `employee${index}@example.com`,
  ];
}

function makeCustomer(random: Random, index: number): Cell[] {
  return [
    random.pick(['Ida', 'Jon', 'Kai', 'Lou']),
    `Customer${index}`,
    random.between(1, 4) === 1 ? `Company ${index}` : null,
    'Somewhere',
    random.pick(countries),
    `customer${index}@example.com`,
    random.between(1, 10) === 1 ? null : random.between(3, 5),
  ];
}

function makeInvoice(random: Random, bought: readonly (readonly number[])[]): Cell[] {
  const day = new Date(Date.UTC(2024, 0, 1 + random.between(0, 700), random.between(0, 23)));
  const cents = bought.reduce((sum, [, price = 0]) => sum + price, 0);
  // The last two customers never buy.
  return [
    random.between(1, 38),
    day.toISOString().slice(0, 19),
    'Somewhere',
    random.pick(countries),
    cents / 100,
  ];
}

/** The first list has every track; the third none. */
function fillPlaylists(random: Random): Cell[][] {
  const tracks = Array.from({ length: 400 }, (_, i) => i + 1);
  const some = (list: number) =>
    tracks.filter(() => random.between(1, 8) === 1).map((track) => [list, track]);
  return [...tracks.map((track) => [1, track]), ...some(2), ...some(4), ...some(5)];
}

function insert(table: string, columns: string, rows: readonly (readonly Cell[])[]): string {
  const text = rows.map((row) => `(${row.map(literal).join(', ')})`).join(',\n  ');
  return `INSERT INTO ${table} (${columns}) VALUES\n  ${text};`;
}

function literal(cell: Cell): string {
  if (cell === null) return 'NULL';
  return typeof cell === 'number' ? String(cell) : `'${cell.replaceAll("'", "''")}'`;
}

interface Random {
  /** A whole number, both ends included. */
  between(low: number, high: number): number;
  pick<T>(list: readonly T[]): T;
}

/** A small generator of repeatable numbers (xorshift, 32 bits). */
function makeRandom(seed: number): Random {
  let state = seed * 2_654_435_761 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    between,
    pick: <T>(list: readonly T[]): T => {
      const item = list[between(0, list.length - 1)];
      if (item === undefined) throw new Error('There is nothing to pick from.');
      return item;
    },
  };
}
