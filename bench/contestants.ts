import { join } from 'node:path';
import type { Loose, MakeRequest, OperationName } from './operations.ts';

export interface Contestant {
  readonly name: string;
  readonly title: string;
  /** Arguments of Node. */
  readonly start: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Headers beside those by which viewer `number` asks; undefined where all are alike to the contestant. */
  readonly viewer?: (number: number) => Readonly<Record<string, string>>;
  readonly operations: Readonly<Partial<Record<OperationName, MakeRequest>>>;
}

/** Where things were put before the start. */
export interface Places {
  readonly plinthMain: string;
  readonly project: string;
  readonly prismaClient: string;
}

export const ADMIN_KEY = 'bench-admin-key-bench-admin-key-bench';

export function contestants(places: Places): readonly Contestant[] {
  return [
    bare(),
    plinth(places, 'plinth', 'Plinth, compiled', { PLINTH_COMPILE: '1' }),
    plinth(places, 'plinth-each', 'the same, each read by itself (PLINTH_COALESCE=0)', {
      PLINTH_COALESCE: '0',
    }),
    plinth(places, 'plinth-resolvers', 'Plinth, resolvers (PLINTH_COMPILE=0)', { PLINTH_COMPILE: '0' }),
    apolloPrisma(places, 'apollo-prisma', 'Apollo + Prisma + DataLoader', {}),
    apolloPrisma(places, 'apollo-prisma-lean', 'the same without cache control', { CACHE_CONTROL: 'off' }),
    postgraphile(),
  ];
}

const server = (name: string): readonly string[] => [join(import.meta.dirname, 'servers', name)];

const query = (text: string, variables: object, pick: (data: Loose) => unknown) => ({
  body: { query: text, variables },
  pick,
});

function bare(): Contestant {
  const operation =
    (name: OperationName, variables: (parameters: Parameters<MakeRequest>[0]) => object): MakeRequest =>
    (parameters) => ({
      body: { operation: name, variables: variables(parameters) },
      pick: (data) => data.value,
    });
  return {
    name: 'bare',
    title: 'bare Fastify route, hand-written SQL',
    start: server('bare.mjs'),
    env: {},
    headers: {},
    operations: {
      Q0: () => ({ body: { operation: 'Q0', variables: {} }, pick: (data) => data }),
      Q1: operation('Q1', ({ trackId }) => ({ trackId })),
      Q2: operation('Q2', () => ({})),
      Q3: operation('Q3', () => ({})),
      Q4: operation('Q4', ({ artistName: name }) => ({ name })),
      Q5: operation('Q5', ({ playlistId }) => ({ playlistId })),
      Q6: async ({ pageSize: first, rowsBefore }, ask) => {
        const start = { after: { name: '', trackId: 0 }, first: rowsBefore };
        const { value } = await ask({ operation: 'Q6', variables: start });
        const { name, trackId } = value.nodes.at(-1);
        return {
          body: { operation: 'Q6', variables: { after: { name, trackId }, first } },
          pick: (data) => data.value,
        };
      },
      Q7: operation('Q7', () => ({})),
      Q8: operation('Q8', ({ invoice }) => ({
        customerId: invoice.customerId,
        invoiceDate: invoice.date,
        total: invoice.total,
        billingCity: invoice.city,
      })),
      Q9: operation('Q9', ({ albumIds }) => ({ albumIds })),
    },
  };
}

function plinth(
  places: Places,
  name: string,
  title: string,
  env: Readonly<Record<string, string>>,
): Contestant {
  const page = `query ($first: Int!, $after: String) { tracksConnection(first: $first, after: $after,
    where: { mediaTypeId: { eq: "1" } }, orderBy: [{ name: ASC }, { id: ASC }]) {
    nodes { trackId: id name milliseconds } pageInfo { hasNextPage endCursor } totalCount } }`;
  return {
    name,
    title,
    start: [places.plinthMain, 'start', '--project', places.project],
    env: { PLINTH_ADMIN_KEY: ADMIN_KEY, PLINTH_SECRET: `${ADMIN_KEY}-secret`, LOG_LEVEL: 'warn', ...env },
    headers: {
      'x-plinth-admin-key': ADMIN_KEY,
      'x-plinth-as': JSON.stringify({ id: '999999', roles: [] }),
    },
    // As sessions know their accounts.
    viewer: (number) => ({
      'x-plinth-as': JSON.stringify({
        id: String(1_000_000 + number),
        email: `viewer${number}@example.org`,
        emailVerified: true,
        roles: [],
      }),
    }),
    operations: {
      Q0: () => query('{ __typename }', {}, (data) => data),
      Q1: ({ trackId }) =>
        query(
          'query ($id: ID!) { track(id: $id) { trackId: id name milliseconds unitPrice } }',
          { id: String(trackId) },
          (data) => data.track,
        ),
      Q2: () =>
        query(
          '{ tracks(limit: 50) { trackId: id name composer milliseconds bytes unitPrice } }',
          {},
          (data) => data.tracks,
        ),
      Q3: () =>
        query(
          '{ albums(limit: 20) { albumId: id title tracks { trackId: id name genre { genreId: id name } } } }',
          {},
          (data) => data.albums,
        ),
      Q4: ({ artistName }) =>
        query(
          'query ($name: String!) { artists(where: { name: { eq: $name } }) { artistId: id name albums { albumId: id title tracks { trackId: id name } } } }',
          { name: artistName },
          (data) => data.artists,
        ),
      Q5: ({ playlistId }) =>
        query(
          'query ($id: ID!) { playlist(id: $id) { playlistId: id name tracks(limit: 200) { trackId: id name album { albumId: id title artist { artistId: id name } } } } }',
          { id: String(playlistId) },
          (data) => data.playlist,
        ),
      Q6: async ({ pageSize: first, rowsBefore }, ask) => {
        const data = await ask({ query: page, variables: { first: rowsBefore } });
        return query(
          page,
          { first, after: data.tracksConnection.pageInfo.endCursor },
          ({ tracksConnection }) => withoutCursor(tracksConnection),
        );
      },
      Q7: () =>
        query(
          '{ tracksGroups(by: [{ field: genreId }]) { key { genreId } aggregate { count sum { milliseconds } } } }',
          {},
          (data) =>
            data.tracksGroups.map((group: Loose) => ({
              genreId: group.key.genreId,
              count: group.aggregate.count,
              milliseconds: group.aggregate.sum.milliseconds,
            })),
        ),
      Q8: ({ invoice }) =>
        query(
          'mutation ($input: InvoiceCreateInput!) { createInvoice(input: $input) { invoiceId: id invoiceDate total billingCity customer { customerId: id firstName lastName } } }',
          {
            input: {
              customer: { connect: { id: String(invoice.customerId) } },
              invoiceDate: invoice.date,
              total: String(invoice.total),
              billingCity: invoice.city,
            },
          },
          (data) => data.createInvoice,
        ),
      Q9: ({ albumIds }) =>
        query(
          'query ($ids: [ID!]!) { albums(where: { id: { in: $ids } }) { albumId: id title tracks { trackId: id name genre { genreId: id name } } } }',
          { ids: albumIds.map(String) },
          (data) => data.albums,
        ),
    },
  };
}

const withoutCursor = (connection: Loose) => ({
  ...connection,
  pageInfo: { hasNextPage: connection.pageInfo.hasNextPage },
});

function apolloPrisma(
  places: Places,
  name: string,
  title: string,
  env: Readonly<Record<string, string>>,
): Contestant {
  const page = `query ($first: Int!, $after: String) { tracksOfMedia(mediaTypeId: 1, first: $first, after: $after) {
    nodes { trackId name milliseconds } pageInfo { hasNextPage endCursor } totalCount } }`;
  return {
    name,
    title,
    start: server('apollo-prisma.mjs'),
    env: { PRISMA_CLIENT: places.prismaClient, ...env },
    headers: {},
    operations: {
      Q0: () => query('{ __typename }', {}, (data) => data),
      Q1: ({ trackId: id }) =>
        query(
          'query ($id: Int!) { track(id: $id) { trackId name milliseconds unitPrice } }',
          { id },
          (data) => data.track,
        ),
      Q2: () =>
        query(
          '{ tracks(limit: 50) { trackId name composer milliseconds bytes unitPrice } }',
          {},
          (data) => data.tracks,
        ),
      Q3: () =>
        query(
          '{ albums(limit: 20) { albumId title tracks { trackId name genre { genreId name } } } }',
          {},
          (data) => data.albums,
        ),
      Q4: ({ artistName }) =>
        query(
          'query ($name: String!) { artists(name: $name) { artistId name albums { albumId title tracks { trackId name } } } }',
          { name: artistName },
          (data) => data.artists,
        ),
      Q5: ({ playlistId: id }) =>
        query(
          'query ($id: Int!) { playlist(id: $id) { playlistId name tracks(limit: 200) { trackId name album { albumId title artist { artistId name } } } } }',
          { id },
          (data) => data.playlist,
        ),
      Q6: async ({ pageSize: first, rowsBefore }, ask) => {
        const data = await ask({ query: page, variables: { first: rowsBefore } });
        return query(page, { first, after: data.tracksOfMedia.pageInfo.endCursor }, ({ tracksOfMedia }) =>
          withoutCursor(tracksOfMedia),
        );
      },
      Q7: () => query('{ statsByGenre { genreId count milliseconds } }', {}, (data) => data.statsByGenre),
      Q8: ({ invoice }) =>
        query(
          'mutation ($input: InvoiceInput!) { createInvoice(input: $input) { invoiceId invoiceDate total billingCity customer { customerId firstName lastName } } }',
          {
            input: {
              customerId: invoice.customerId,
              invoiceDate: invoice.date,
              total: invoice.total,
              billingCity: invoice.city,
            },
          },
          (data) => data.createInvoice,
        ),
      Q9: ({ albumIds: ids }) =>
        query(
          'query ($ids: [Int!]) { albums(ids: $ids) { albumId title tracks { trackId name genre { genreId name } } } }',
          { ids },
          (data) => data.albums,
        ),
    },
  };
}

function postgraphile(): Contestant {
  const page = `query ($first: Int!, $after: Cursor) { tracks(first: $first, after: $after, orderBy: [NAME_ASC, TRACK_ID_ASC],
    filter: { mediaTypeId: { equalTo: 1 } }) { nodes { trackId name milliseconds } pageInfo { hasNextPage endCursor } totalCount } }`;
  const albums = ({ albumsList }: Loose) =>
    albumsList.map(({ tracksList, ...album }: Loose) => ({ ...album, tracks: tracksList }));
  return {
    name: 'postgraphile',
    title: 'PostGraphile 5 (Amber, Grafserv)',
    start: server('postgraphile.mjs'),
    env: { GRAPHILE_ENV: 'production' },
    headers: {},
    operations: {
      Q0: () => query('{ __typename }', {}, (data) => data),
      Q1: ({ trackId: id }) =>
        query(
          'query ($id: Int!) { track(trackId: $id) { trackId name milliseconds unitPrice } }',
          { id },
          (data) => data.track,
        ),
      Q2: () =>
        query(
          '{ tracksList(first: 50, orderBy: TRACK_ID_ASC) { trackId name composer milliseconds bytes unitPrice } }',
          {},
          (data) => data.tracksList,
        ),
      Q3: () =>
        query(
          '{ albumsList(first: 20, orderBy: ALBUM_ID_ASC) { albumId title tracksList(orderBy: TRACK_ID_ASC) { trackId name genre { genreId name } } } }',
          {},
          albums,
        ),
      Q4: ({ artistName }) =>
        query(
          'query ($name: String!) { artistsList(filter: { name: { equalTo: $name } }) { artistId name albumsList(orderBy: ALBUM_ID_ASC) { albumId title tracksList(orderBy: TRACK_ID_ASC) { trackId name } } } }',
          { name: artistName },
          (data) =>
            data.artistsList.map(({ albumsList, ...artist }: Loose) => ({
              ...artist,
              albums: albums({ albumsList }),
            })),
        ),
      Q5: ({ playlistId: id }) =>
        query(
          'query ($id: Int!) { playlist(playlistId: $id) { playlistId name _playlistToTracksByAList(first: 200, orderBy: B_ASC) { trackByB { trackId name album { albumId title artist { artistId name } } } } } }',
          { id },
          ({ playlist: { _playlistToTracksByAList: pairs, ...playlist } }) => ({
            ...playlist,
            tracks: pairs.map((pair: Loose) => pair.trackByB),
          }),
        ),
      Q6: async ({ pageSize: first, rowsBefore }, ask) => {
        const data = await ask({ query: page, variables: { first: rowsBefore } });
        return query(page, { first, after: data.tracks.pageInfo.endCursor }, ({ tracks }) =>
          withoutCursor(tracks),
        );
      },
      Q7: () =>
        query(
          '{ tracks { groupedAggregates(groupBy: GENRE_ID) { keys sum { milliseconds } distinctCount { trackId } } } }',
          {},
          (data) =>
            data.tracks.groupedAggregates
              .map((group: Loose) => ({
                genreId: group.keys[0] === null ? null : Number(group.keys[0]),
                count: group.distinctCount.trackId,
                milliseconds: group.sum.milliseconds,
              }))
              .sort((a: Loose, b: Loose) => (a.genreId ?? Infinity) - (b.genreId ?? Infinity)),
        ),
      Q8: ({ invoice }) =>
        query(
          'mutation ($invoice: InvoiceInput!) { createInvoice(input: { invoice: $invoice }) { invoice { invoiceId invoiceDate total billingCity customer { customerId firstName lastName } } } }',
          {
            invoice: {
              customerId: invoice.customerId,
              invoiceDate: invoice.date,
              total: String(invoice.total),
              billingCity: invoice.city,
            },
          },
          (data) => data.createInvoice.invoice,
        ),
      Q9: ({ albumIds: ids }) =>
        query(
          'query ($ids: [Int!]!) { albumsList(filter: { albumId: { in: $ids } }, orderBy: ALBUM_ID_ASC) { albumId title tracksList(orderBy: TRACK_ID_ASC) { trackId name genre { genreId name } } } }',
          { ids },
          albums,
        ),
    },
  };
}
