// What a careful team writes by hand: Apollo Server 5 (standalone), Prisma 7 over pg, a DataLoader per relation.
// CACHE_CONTROL=off takes away Apollo's default plugin that wraps every field.

import { createRequire } from 'node:module';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { PrismaPg } from '@prisma/adapter-pg';
import DataLoader from 'dataloader';

const { PrismaClient } = createRequire(import.meta.url)(process.env.PRISMA_CLIENT);
const prisma = new PrismaClient({
  adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL) }),
});

const typeDefs = `#graphql
  type Artist { artistId: Int! name: String albums: [Album!]! }
  type Album { albumId: Int! title: String! artist: Artist! tracks: [Track!]! }
  type Genre { genreId: Int! name: String }
  type Track { trackId: Int! name: String! composer: String milliseconds: Int! bytes: Int unitPrice: Float! album: Album genre: Genre }
  type Playlist { playlistId: Int! name: String tracks(limit: Int): [Track!]! }
  type Customer { customerId: Int! firstName: String! lastName: String! }
  type Invoice { invoiceId: Int! invoiceDate: String! total: Float! billingCity: String customer: Customer! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type TrackConnection { nodes: [Track!]! pageInfo: PageInfo! totalCount: Int! }
  type GenreStats { genreId: Int count: Int! milliseconds: Float! }
  input InvoiceInput { customerId: Int! invoiceDate: String! total: Float! billingCity: String }
  type Query {
    track(id: Int!): Track
    tracks(limit: Int): [Track!]!
    albums(limit: Int, ids: [Int!]): [Album!]!
    artists(name: String!): [Artist!]!
    playlist(id: Int!): Playlist
    tracksOfMedia(mediaTypeId: Int!, first: Int!, after: String): TrackConnection!
    statsByGenre: [GenreStats!]!
  }
  type Mutation { createInvoice(input: InvoiceInput!): Invoice! }
`;

const byId = (model, key) =>
  new DataLoader(async (ids) => {
    const rows = await prisma[model].findMany({ where: { [key]: { in: [...ids] } } });
    const found = new Map(rows.map((row) => [row[key], row]));
    return ids.map((id) => found.get(id) ?? null);
  });
const byParent = (model, key, order) =>
  new DataLoader(async (ids) => {
    const rows = await prisma[model].findMany({
      where: { [key]: { in: [...ids] } },
      orderBy: { [order]: 'asc' },
    });
    const lists = new Map(ids.map((id) => [id, []]));
    for (const row of rows) lists.get(row[key])?.push(row);
    return ids.map((id) => lists.get(id));
  });
const makeLoaders = () => ({
  artist: byId('artist', 'artist_id'),
  album: byId('album', 'album_id'),
  genre: byId('genre', 'genre_id'),
  customer: byId('customer', 'customer_id'),
  albumsOfArtist: byParent('album', 'artist_id', 'album_id'),
  tracksOfAlbum: byParent('track', 'album_id', 'track_id'),
});

const cursorOf = (row) => Buffer.from(String(row.track_id)).toString('base64url');
async function tracksOfMedia(_, { mediaTypeId, first, after }) {
  const where = { media_type_id: mediaTypeId };
  const from = after ? { cursor: { track_id: Number(Buffer.from(after, 'base64url')) }, skip: 1 } : {};
  const [rows, totalCount] = await Promise.all([
    prisma.track.findMany({
      where,
      orderBy: [{ name: 'asc' }, { track_id: 'asc' }],
      take: first + 1,
      ...from,
    }),
    prisma.track.count({ where }),
  ]);
  const nodes = rows.slice(0, first);
  return {
    nodes,
    totalCount,
    pageInfo: {
      hasNextPage: rows.length > first,
      endCursor: nodes.length > 0 ? cursorOf(nodes.at(-1)) : null,
    },
  };
}

const resolvers = {
  Query: {
    track: (_, { id }) => prisma.track.findUnique({ where: { track_id: id } }),
    tracks: (_, { limit }) => prisma.track.findMany({ take: limit, orderBy: { track_id: 'asc' } }),
    albums: (_, { limit, ids }) =>
      prisma.album.findMany({
        take: limit,
        orderBy: { album_id: 'asc' },
        ...(ids && { where: { album_id: { in: ids } } }),
      }),
    artists: (_, { name }) => prisma.artist.findMany({ where: { name } }),
    playlist: (_, { id }) => prisma.playlist.findUnique({ where: { playlist_id: id } }),
    tracksOfMedia,
    statsByGenre: async () => {
      const groups = await prisma.track.groupBy({
        by: ['genre_id'],
        _count: { _all: true },
        _sum: { milliseconds: true },
        orderBy: { genre_id: 'asc' },
      });
      return groups.map((group) => ({
        genreId: group.genre_id,
        count: group._count._all,
        milliseconds: group._sum.milliseconds,
      }));
    },
  },
  Mutation: {
    createInvoice: (_, { input }) =>
      prisma.invoice.create({
        data: {
          customer_id: input.customerId,
          invoice_date: new Date(input.invoiceDate),
          total: input.total,
          billing_city: input.billingCity,
        },
      }),
  },
  Artist: {
    artistId: (row) => row.artist_id,
    albums: (row, _, { load }) => load.albumsOfArtist.load(row.artist_id),
  },
  Album: {
    albumId: (row) => row.album_id,
    artist: (row, _, { load }) => load.artist.load(row.artist_id),
    tracks: (row, _, { load }) => load.tracksOfAlbum.load(row.album_id),
  },
  Genre: { genreId: (row) => row.genre_id },
  Track: {
    trackId: (row) => row.track_id,
    unitPrice: (row) => Number(row.unit_price),
    album: (row, _, { load }) => row.album_id && load.album.load(row.album_id),
    genre: (row, _, { load }) => row.genre_id && load.genre.load(row.genre_id),
  },
  Playlist: {
    playlistId: (row) => row.playlist_id,
    tracks: (row, { limit }) =>
      prisma.track.findMany({
        where: { playlists: { some: { playlist_id: row.playlist_id } } },
        orderBy: { track_id: 'asc' },
        take: limit,
      }),
  },
  Customer: {
    customerId: (row) => row.customer_id,
    firstName: (row) => row.first_name,
    lastName: (row) => row.last_name,
  },
  Invoice: {
    invoiceId: (row) => row.invoice_id,
    invoiceDate: (row) => row.invoice_date.toISOString(),
    total: (row) => Number(row.total),
    billingCity: (row) => row.billing_city,
    customer: (row, _, { load }) => load.customer.load(row.customer_id),
  },
};

const plugins = process.env.CACHE_CONTROL === 'off' ? [ApolloServerPluginCacheControlDisabled()] : [];
const server = new ApolloServer({ typeDefs, resolvers, introspection: false, plugins });
await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: Number(process.env.PORT) },
  context: async () => ({ load: makeLoaders() }),
});
// Node writes its CPU profile on exit.
process.once('SIGTERM', () => process.exit(0));
