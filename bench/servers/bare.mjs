// The limit: no GraphQL. A Fastify route per operation that runs one hand-written, prepared statement whose JSON text it sends.
import { fastify } from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL) });

const tracks = `(SELECT coalesce(json_agg(t ORDER BY t."trackId"), '[]') FROM (
  SELECT track_id AS "trackId", track.name,
    (SELECT row_to_json(g) FROM (SELECT genre.genre_id AS "genreId", genre.name WHERE genre.genre_id IS NOT NULL) g) AS genre
  FROM track LEFT JOIN genre USING (genre_id) WHERE track.album_id = album.album_id) t) AS tracks`;
const albums = (from) => `SELECT coalesce(json_agg(a), '[]') FROM (
  SELECT album_id AS "albumId", title, ${tracks} FROM ${from} AS album ORDER BY album_id) a`;

const operations = {
  Q1: {
    text: `SELECT row_to_json(t) FROM (SELECT track_id AS "trackId", name, milliseconds, unit_price AS "unitPrice" FROM track WHERE track_id = $1) t`,
    values: ({ trackId }) => [trackId],
  },
  Q2: {
    text: `SELECT json_agg(t) FROM (SELECT track_id AS "trackId", name, composer, milliseconds, bytes, unit_price AS "unitPrice" FROM track ORDER BY track_id LIMIT 50) t`,
    values: () => [],
  },
  Q3: { text: albums('(SELECT * FROM album ORDER BY album_id LIMIT 20)'), values: () => [] },
  Q4: {
    text: `SELECT coalesce(json_agg(r), '[]') FROM (SELECT artist_id AS "artistId", name, (SELECT coalesce(json_agg(a ORDER BY a."albumId"), '[]') FROM (
      SELECT album_id AS "albumId", title, (SELECT coalesce(json_agg(t ORDER BY t."trackId"), '[]') FROM (
        SELECT track_id AS "trackId", name FROM track WHERE track.album_id = album.album_id) t) AS tracks
      FROM album WHERE album.artist_id = artist.artist_id) a) AS albums FROM artist WHERE name = $1) r`,
    values: ({ name }) => [name],
  },
  Q5: {
    text: `SELECT row_to_json(p) FROM (SELECT playlist_id AS "playlistId", name, (SELECT coalesce(json_agg(t), '[]') FROM (
      SELECT track_id AS "trackId", track.name, (SELECT row_to_json(a) FROM (SELECT album.album_id AS "albumId", album.title,
        (SELECT row_to_json(r) FROM (SELECT artist.artist_id AS "artistId", artist.name) r) AS artist WHERE album.album_id IS NOT NULL) a) AS album
      FROM "_PlaylistToTrack" AS pair JOIN track ON track_id = pair."B" LEFT JOIN album USING (album_id) LEFT JOIN artist USING (artist_id)
      WHERE pair."A" = playlist_id ORDER BY pair."B" LIMIT 200) t) AS tracks FROM playlist WHERE playlist_id = $1) p`,
    values: ({ playlistId }) => [playlistId],
  },
  Q6: {
    text: `WITH page AS (SELECT track_id, name, milliseconds FROM track WHERE media_type_id = 1 AND (name, track_id) > ($1, $2) ORDER BY name, track_id LIMIT $3 + 1)
      SELECT row_to_json(c) FROM (SELECT (SELECT json_agg(n) FROM (SELECT track_id AS "trackId", name, milliseconds FROM page ORDER BY name, track_id LIMIT $3) n) AS nodes,
        (SELECT row_to_json(i) FROM (SELECT (SELECT count(*) FROM page) > $3 AS "hasNextPage") i) AS "pageInfo",
        (SELECT count(*) FROM track WHERE media_type_id = 1) AS "totalCount") c`,
    values: ({ after, first }) => [after.name, after.trackId, first],
  },
  Q7: {
    text: 'SELECT json_agg(s) FROM (SELECT genre_id AS "genreId", count(*), sum(milliseconds) AS milliseconds FROM track GROUP BY genre_id ORDER BY genre_id) s',
    values: () => [],
  },
  Q8: {
    text: `WITH made AS (INSERT INTO invoice (customer_id, invoice_date, total, billing_city) VALUES ($1, $2, $3, $4) RETURNING *)
      SELECT row_to_json(i) FROM (SELECT invoice_id AS "invoiceId", invoice_date AS "invoiceDate", total, billing_city AS "billingCity",
        (SELECT row_to_json(c) FROM (SELECT customer_id AS "customerId", first_name AS "firstName", last_name AS "lastName"
          FROM customer WHERE customer.customer_id = made.customer_id) c) AS customer FROM made) i`,
    values: ({ customerId, invoiceDate, total, billingCity }) => [
      customerId,
      invoiceDate,
      total,
      billingCity,
    ],
  },
  Q9: {
    text: albums('(SELECT * FROM album WHERE album_id = ANY($1::int4[]))'),
    values: ({ albumIds }) => [albumIds],
  },
};

const asText = { getTypeParser: () => (text) => text };
const app = fastify();
app.post('/graphql', async (request, reply) => {
  const { operation, variables } = request.body;
  reply.header('content-type', 'application/json; charset=utf-8');
  if (operation === 'Q0') return '{"data":{"__typename":"Query"}}';
  const { text, values } = operations[operation];
  const { rows } = await pool.query({
    name: operation,
    text,
    values: values(variables),
    rowMode: 'array',
    types: asText,
  });
  return `{"data":{"value":${rows[0]?.[0] ?? 'null'}}}`;
});
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
// Node writes its CPU profile on exit.
process.once('SIGTERM', () => process.exit(0));
