/** One question asked twice: of the API, and in plain SQL of the original tables. Both answers have to be the same. */
export interface Question {
  readonly claim: string;
  /** Asks the API, in as many operations as it takes, and puts the answer into rows. */
  ask(api: Ask): Promise<unknown>;
  /** Selects the same rows, with the same column names, from `chinook_source`. */
  readonly sql: string;
}

/** Runs an operation and answers its data; fails the test when there are errors. */
// biome-ignore lint/suspicious/noExplicitAny: answers are compared as a whole, so their shape needs no type of its own.
export type Ask = (document: string, variables?: Record<string, unknown>) => Promise<any>;

interface Sum {
  readonly sum: { readonly amount: string | null };
}

export const questions: readonly Question[] = [
  {
    claim: 'the ten artists that sold for the most money',
    async ask(api) {
      const { artists } = await api(`{
        artists(limit: 1000) { name albums(limit: 30) { tracks(limit: 60) { invoiceLinesAggregate { sum { amount } } } } }
      }`);
      const cents = (tracks: readonly { invoiceLinesAggregate: Sum }[]) =>
        tracks.reduce((sum, track) => sum + toCents(track.invoiceLinesAggregate.sum.amount), 0);
      return artists
        .map((artist: { name: string; albums: { tracks: { invoiceLinesAggregate: Sum }[] }[] }) => ({
          name: artist.name,
          cents: cents(artist.albums.flatMap((album) => album.tracks)),
        }))
        .sort((a: Sold, b: Sold) => b.cents - a.cents || (String(a.name) < String(b.name) ? -1 : 1))
        .slice(0, 10);
    },
    sql: `SELECT artist.name, (sum(line.unit_price * line.quantity) * 100)::int AS cents
      FROM artist JOIN album USING (artist_id) JOIN track USING (album_id) JOIN invoice_line line USING (track_id)
      GROUP BY artist_id ORDER BY cents DESC, artist.name COLLATE "C" LIMIT 10`,
  },
  {
    claim: 'the revenue of every country with at least ten invoices',
    async ask(api) {
      const { invoicesGroups } = await api(`{
        invoicesGroups(
          by: [{ field: billingCountry }]
          having: { count: { gte: 10 } }
          orderBy: [{ sum: { total: DESC } }, { key: { billingCountry: ASC } }]
        ) { key { billingCountry } aggregate { count sum { total } max { invoiceDate } } }
      }`);
      return invoicesGroups.map(({ key, aggregate }: Group) => ({
        country: key.billingCountry,
        count: aggregate.count,
        total: aggregate.sum?.total,
        last: aggregate.max?.invoiceDate,
      }));
    },
    sql: `SELECT billing_country AS country, count(*)::int, trim_scale(sum(total))::text AS total,
        to_char(max(invoice_date), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS last
      FROM invoice GROUP BY 1 HAVING count(*) >= 10 ORDER BY sum(total) DESC, billing_country`,
  },
  {
    claim: 'the ten longest tracks with album and artist',
    async ask(api) {
      const { tracks } = await api(`{
        tracks(orderBy: [{ milliseconds: DESC }], limit: 10) {
          id name milliseconds unitPrice album { title artist { name } } genre { name }
        }
      }`);
      return tracks;
    },
    sql: `SELECT track_id::text AS id, name, milliseconds, trim_scale(unit_price)::text AS "unitPrice",
        (SELECT json_build_object('title', title, 'artist', json_build_object('name', artist.name))
          FROM album JOIN artist USING (artist_id) WHERE album_id = track.album_id) AS album,
        (SELECT json_build_object('name', genre.name) FROM genre WHERE genre_id = track.genre_id) AS genre
      FROM track ORDER BY milliseconds DESC, track_id DESC LIMIT 10`,
  },
  {
    claim: 'all playlists, the fullest first, with their playing time',
    async ask(api) {
      const { playlists } = await api(`{
        playlists(orderBy: [{ tracks: { count: DESC } }, { id: ASC }]) {
          id name tracksAggregate { count sum { milliseconds } countDistinct { composer } }
        }
      }`);
      return playlists.map((list: PlaylistAnswer) => ({
        id: list.id,
        name: list.name,
        count: list.tracksAggregate.count,
        milliseconds: list.tracksAggregate.sum.milliseconds,
        composers: list.tracksAggregate.countDistinct.composer,
      }));
    },
    sql: `SELECT playlist_id::text AS id, playlist.name, count(track_id)::int, sum(milliseconds)::float8 AS milliseconds,
        count(DISTINCT composer)::int AS composers
      FROM playlist LEFT JOIN playlist_track USING (playlist_id) LEFT JOIN track USING (track_id)
      GROUP BY playlist_id ORDER BY count(track_id) DESC, playlist_id`,
  },
  {
    claim: 'who reports to whom, three levels deep, with the number of customers of each',
    async ask(api) {
      const person = 'lastName customersAggregate { count }';
      const { employees } = await api(`{
        employees(where: { reportsTo: { isNull: true } }, orderBy: [{ id: ASC }]) {
          ${person} reports(orderBy: [{ id: ASC }]) { ${person} reports(orderBy: [{ id: ASC }]) { ${person} } }
        }
      }`);
      return employees;
    },
    sql: `SELECT last_name AS "lastName",
        json_build_object('count', (SELECT count(*) FROM customer WHERE support_rep_id = e1.employee_id)) AS "customersAggregate",
        (SELECT coalesce(json_agg(json_build_object(
            'lastName', e2.last_name,
            'customersAggregate', json_build_object('count', (SELECT count(*) FROM customer WHERE support_rep_id = e2.employee_id)),
            'reports', (SELECT coalesce(json_agg(json_build_object(
                'lastName', e3.last_name,
                'customersAggregate', json_build_object('count', (SELECT count(*) FROM customer WHERE support_rep_id = e3.employee_id))
              ) ORDER BY e3.employee_id), '[]') FROM employee e3 WHERE e3.reports_to = e2.employee_id)
          ) ORDER BY e2.employee_id), '[]') FROM employee e2 WHERE e2.reports_to = e1.employee_id) AS reports
      FROM employee e1 WHERE reports_to IS NULL ORDER BY employee_id`,
  },
  {
    claim: 'number, mean length and prices of the tracks of each genre, tracks without a genre included',
    async ask(api) {
      const { tracksGroups } = await api(`{
        tracksGroups(by: [{ field: genreId }]) {
          key { genreId } aggregate { count avg { milliseconds unitPrice } min { unitPrice name } max { unitPrice bytes } }
        }
      }`);
      return tracksGroups.map(({ key, aggregate }: Group) => ({ genre: key.genreId, ...aggregate }));
    },
    sql: `SELECT genre_id::text AS genre, count(*)::int,
        json_build_object('milliseconds', avg(milliseconds)::float8, 'unitPrice', trim_scale(avg(unit_price))::text) AS avg,
        json_build_object('unitPrice', trim_scale(min(unit_price))::text, 'name', min(name)) AS min,
        json_build_object('unitPrice', trim_scale(max(unit_price))::text, 'bytes', max(bytes)) AS max
      FROM track GROUP BY genre_id ORDER BY genre_id`,
  },
  {
    claim: 'what was invoiced in each month',
    async ask(api) {
      const { invoicesGroups } = await api(`{
        invoicesGroups(by: [{ field: invoiceDate, bucket: MONTH }]) {
          key { invoiceDate } aggregate { count sum { total } countDistinct { customerId } }
        }
      }`);
      return invoicesGroups.map(({ key, aggregate }: Group) => ({
        month: key.invoiceDate,
        count: aggregate.count,
        total: aggregate.sum?.total,
        customers: aggregate.countDistinct?.customerId,
      }));
    },
    sql: `SELECT to_char(date_trunc('month', invoice_date), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS month, count(*)::int,
        trim_scale(sum(total))::text AS total, count(DISTINCT customer_id)::int AS customers
      FROM invoice GROUP BY 1 ORDER BY 1`,
  },
  {
    claim: 'the customers who never bought any jazz, by name, with their agent',
    async ask(api) {
      const { customers } = await api(`{
        customers(
          where: { invoices: { none: { lines: { some: { track: { is: { genre: { is: { name: { eq: "Jazz" } } } } } } } } } }
          orderBy: [{ lastName: ASC }, { firstName: ASC }]
        ) { firstName lastName supportRep { firstName } invoicesAggregate { count } }
      }`);
      return customers;
    },
    sql: `SELECT first_name AS "firstName", last_name AS "lastName",
        (SELECT json_build_object('firstName', e.first_name) FROM employee e WHERE employee_id = support_rep_id) AS "supportRep",
        json_build_object('count', (SELECT count(*) FROM invoice i WHERE i.customer_id = customer.customer_id)) AS "invoicesAggregate"
      FROM customer WHERE NOT EXISTS (
        SELECT FROM invoice JOIN invoice_line USING (invoice_id) JOIN track USING (track_id) JOIN genre USING (genre_id)
        WHERE invoice.customer_id = customer.customer_id AND genre.name = 'Jazz')
      ORDER BY last_name, first_name, customer_id`,
  },
  {
    claim: 'sums and means of money, to the last digit',
    async ask(api) {
      const { invoicesAggregate, invoiceLinesAggregate } = await api(`{
        invoicesAggregate { count sum { total } avg { total } min { total } max { total } }
        invoiceLinesAggregate(where: { amount: { gt: "0.99" } }) { count sum { amount quantity } avg { unitPrice } }
      }`);
      return [{ invoices: invoicesAggregate, lines: invoiceLinesAggregate }];
    },
    sql: `SELECT
        (SELECT json_build_object('count', count(*), 'sum', json_build_object('total', trim_scale(sum(total))::text),
          'avg', json_build_object('total', trim_scale(avg(total))::text), 'min', json_build_object('total', trim_scale(min(total))::text),
          'max', json_build_object('total', trim_scale(max(total))::text)) FROM invoice) AS invoices,
        (SELECT json_build_object('count', count(*),
          'sum', json_build_object('amount', trim_scale(sum(unit_price * quantity))::text, 'quantity', sum(quantity)),
          'avg', json_build_object('unitPrice', trim_scale(avg(unit_price))::text))
          FROM invoice_line WHERE unit_price * quantity > 0.99) AS lines`,
  },
  {
    claim: 'every track exactly once, walking pages in the order of composers, nulls last, there and back',
    async ask(api) {
      const there = await walk(api, 'first: 97, after: $cursor', 'endCursor', 'hasNextPage');
      const back = await walk(api, 'last: 97, before: $cursor', 'startCursor', 'hasPreviousPage');
      return [{ there, back: back.reverse() }];
    },
    sql: `SELECT ids AS there, ids AS back
      FROM (SELECT array_agg(track_id::text ORDER BY composer, track_id) AS ids FROM track) t`,
  },
];

interface Sold {
  readonly name: string | null;
  readonly cents: number;
}

interface Group {
  readonly key: Readonly<Record<string, string | null>>;
  readonly aggregate: { readonly count: number } & Readonly<
    Record<string, Readonly<Record<string, unknown>> | undefined>
  >;
}

interface PlaylistAnswer {
  readonly id: string;
  readonly name: string | null;
  readonly tracksAggregate: {
    readonly count: number;
    readonly sum: { readonly milliseconds: number | null };
    readonly countDistinct: { readonly composer: number };
  };
}

/** The ids of all pages; going backward each page is turned round, so that the last track comes first. */
async function walk(api: Ask, window: string, cursorOf: string, more: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const { tracksConnection: page } = await api(
      `query ($cursor: String) {
        tracksConnection(orderBy: [{ composer: ASC }], ${window}) { nodes { id } pageInfo { ${more} ${cursorOf} } }
      }`,
      { cursor },
    );
    const pageIds: string[] = page.nodes.map((node: { id: string }) => node.id);
    ids.push(...(cursorOf === 'endCursor' ? pageIds : pageIds.reverse()));
    cursor = page.pageInfo[more] ? page.pageInfo[cursorOf] : null;
  } while (cursor !== null);
  return ids;
}

function toCents(amount: string | null): number {
  return Math.round(Number(amount ?? '0') * 100);
}
