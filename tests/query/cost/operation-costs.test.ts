import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getIntrospectionQuery, getOperationAST, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { scalarTypes } from '../../../src/emit/index.ts';
import { buildApp } from '../../../src/pipeline.ts';
import { buildExecutableSchema } from '../../../src/query/build-executable-schema.ts';
import { OperationCosts } from '../../../src/query/cost/index.ts';
import { writeResolvers } from '../../../src/query/write/index.ts';

const limits = { pageDefault: 100, pageMax: 1000, inputRows: 5000 };

/** Costs of a schema's operations; throws for one that is not valid. */
function priced(sdl: string, customResolvers = {}) {
  const { app, rules, apiSdl } = buildApp([{ file: 'schema.graphql', text: sdl }], []);
  const schema = buildExecutableSchema({
    app,
    rules,
    apiSdl,
    scalars: scalarTypes,
    writeResolvers: writeResolvers(app, rules),
    customResolvers,
  });
  const costs = new OperationCosts({ app, schema, limits });
  return (source: string, variables: Readonly<Record<string, unknown>> = {}): number => {
    const document = parse(source);
    const [fault] = validate(schema, document);
    if (fault) throw fault;
    const operation = getOperationAST(document);
    if (!operation) throw new Error('Not one operation');
    const first = costs.costOf(document, operation, variables);
    // What is remembered of a document gives the same again.
    expect(costs.costOf(document, operation, variables)).toBe(first);
    return first;
  };
}

const chinook = priced(
  readFileSync(join(import.meta.dirname, '../../../examples/chinook/schema.graphql'), 'utf8'),
);
const LIMIT = 500_000;

describe('a query costs its rows × fields', () => {
  it.each<[string, string, number, Record<string, unknown>?]>([
    ['nothing but a name', '{ __typename }', 1],
    ['one row', '{ track(id: 1) { id name } }', 3],
    ['a list without a size: the default page', '{ tracks { id name } }', 1 + 100 * 2],
    ['a list with a size', '{ tracks(limit: 7) { id name } }', 1 + 7 * 2],
    ['a size by variable', 'query ($n: Int) { tracks(limit: $n) { id } }', 1 + 9, { n: 9 }],
    ['a variable that is not sent', 'query ($n: Int) { tracks(limit: $n) { id } }', 1 + 100],
    ['a variable that is null', 'query ($n: Int) { tracks(limit: $n) { id } }', 1 + 100, { n: null }],
    ["a variable's default", 'query ($n: Int = 5) { tracks(limit: $n) { id } }', 1 + 5],
    ['a variable that does not fit', 'query ($n: Int) { tracks(limit: $n) { id } }', 1 + 100, { n: 'x' }],
    ['no rows', '{ tracks(limit: 0) { id } }', 1],
    ['a negative size, which is refused later', '{ tracks(limit: -5) { id } }', 1],
    ['more than the largest page, which is refused later', '{ tracks(limit: 99999999) { id } }', 1 + 1000],
    [
      'pages in pages, multiplied',
      '{ artists(limit: 5) { albums(limit: 4) { tracks(limit: 3) { id } } } }',
      1 + 5 * (1 + 4 * (1 + 3)),
    ],
    ['a nested list without a size: ten rows', '{ albums(limit: 2) { tracks { id } } }', 1 + 2 * (1 + 10)],
    ['to-one relations', '{ tracks(limit: 3) { album { artist { name } } } }', 1 + 3 * (1 + 1 + 1)],
    [
      'a connection, whose rows are in nodes and edges',
      '{ tracksConnection(first: 6) { nodes { id } edges { cursor node { id name } } pageInfo { hasNextPage } } }',
      1 + (1 + 6) + (1 + 6 * (1 + 1 + 2)) + (1 + 1),
    ],
    ['a connection from its end', '{ tracksConnection(last: 6) { nodes { id } } }', 1 + 1 + 6],
    ['totalCount, which reads rows', '{ tracksConnection(first: 1) { totalCount } }', 1 + 21],
    ['an aggregate', '{ tracksAggregate { count sum { bytes } } }', 21 + 1 + 1 + 1],
    ['an aggregate of each row', '{ genres(limit: 4) { tracksAggregate { count } } }', 1 + 4 * (21 + 1)],
    [
      'groups',
      '{ tracksGroups(by: [{ field: genreId }], limit: 8) { key { genreId } aggregate { count } } }',
      21 + 8 * (2 + 2),
    ],
    ['ids', '{ nodes(ids: ["a", "b"]) { id ... on Track { name } } }', 1 + 2 * 2],
    ['ids by variable', 'query ($i: [ID!]!) { nodes(ids: $i) { id } }', 1 + 3, { i: ['a', 'b', 'c'] }],
  ])('%s', (_name, source, expected, variables) => {
    expect(chinook(source, variables)).toBe(expected);
  });

  it('a field that several fragments name counts once', () => {
    const once = chinook('{ tracks(limit: 5) { id album { id title } } }');
    const source = `{ tracks(limit: 5) { ...a ...b id album { id } } }
      fragment a on Track { id album { title } } fragment b on Track { ...a album { id ... on Album { title } } }`;
    expect(chinook(source)).toBe(once);
  });

  it('aliases count each', () => {
    expect(chinook('{ a: tracks(limit: 5) { id } b: tracks(limit: 5) { id } }')).toBe(12);
  });

  it('what @skip and @include leave out counts nothing', () => {
    const source = `query ($with: Boolean = false) {
      tracks(limit: 5) { id ...more @include(if: $with) album @skip(if: $with) { id } bytes @include(if: false) } }
      fragment more on Track { name composer }`;
    expect(chinook(source)).toBe(1 + 5 * (1 + 2));
    expect(chinook(source, { with: true })).toBe(1 + 5 * (1 + 2));
    expect(chinook(source, { with: null })).toBe(1 + 5 * (1 + 2 + 2));
  });
});

describe('mutations', () => {
  const cost = priced(`
    type Note @model @access(read: "true", create: "true", update: "true", delete: "true") { id: ID! text: String! }`);
  it.each<[string, string, number, Record<string, unknown>?]>([
    ['one row', 'mutation { createNote(input: { text: "a" }) { id } }', 11 + 1],
    [
      'many rows, by their number',
      'mutation ($i: [NoteCreateInput!]!) { createNotes(inputs: $i) { id text } }',
      11 + 3 * 2,
      { i: [{}, {}, {}] },
    ],
    ['rows by a filter', 'mutation { deleteNotes(where: {}) { count nodes { id } } }', 11 + 1 + 1 + 100],
  ])('%s', (_name, source, expected, variables) => {
    expect(cost(source, variables)).toBe(expected);
  });
});

describe('@cost', () => {
  const cost = priced(
    `type Note @model @access(read: "true", create: "true") {
      id: ID!
      text: String! @cost(weight: 4)
      parts: [Part!]! @cost(weight: "50")
      score(factor: Int): Float! @cost(weight: 2.5)
      tags(first: Int): [Tag!]!
    }
    type Part @model @access(read: "true") { id: ID! note: Note! }
    type Tag { name: String! @cost(weight: 0) size: Int }
    extend type Query {
      similar(limit: Int): [Note!]! @access(call: "true") @cost(weight: 1000)
      tags: [Tag!]! @access(call: "true")
    }`,
    {
      Query: { similar: () => [], tags: () => [] },
      Note: { score: () => 1, tags: () => [] },
      Tag: { name: () => '', size: () => 1 },
    },
  );
  it.each<[string, string, number]>([
    ['counts for each row', '{ notes(limit: 3) { id text } }', 1 + 3 * (1 + 4)],
    [
      'counts for a relation, beside its rows',
      '{ notes(limit: 3) { parts(limit: 2) { id } } }',
      1 + 3 * (50 + 2),
    ],
    [
      "counts for the relation's connection",
      '{ notes(limit: 1) { partsConnection { pageInfo { hasNextPage } } } }',
      53,
    ],
    [
      "counts for the relation's aggregate",
      '{ notes(limit: 1) { partsAggregate { count } } }',
      1 + 50 + 20 + 1,
    ],
    ['may be a fraction', '{ notes(limit: 2) { score } }', 1 + 2 * 2.5],
    ['counts for custom fields', '{ similar(limit: 2) { id } }', 1000 + 2],
    ['may be nothing', '{ tags { name } }', 1],
    ['lists of custom fields: a page at the root', '{ tags { size } }', 1 + 100],
    ['no largest page bounds what a resolver answers', '{ similar(limit: 2000) { id } }', 1000 + 2000],
    ['a size of a custom field below the root', '{ note(id: "1") { tags(first: 7) { size } } }', 1 + 1 + 7],
  ])('%s', (_name, source, expected) => {
    expect(cost(source)).toBe(expected);
  });
});

describe('the default limit', () => {
  const passes: [string, string, Record<string, unknown>?][] = [
    ['20 albums → tracks → genre', '{ albums(limit: 20) { id title tracks { id name genre { name } } } }'],
    [
      'a playlist → 200 tracks → album → artist',
      '{ playlist(id: 5) { name tracks(limit: 200) { id name album { title artist { name } } } } }',
    ],
    [
      '100 × 10 × a few fields',
      '{ artists(limit: 100) { id name albums(limit: 10) { id title tracks(limit: 10) { id name milliseconds } } } }',
    ],
    [
      'three lists that name no size',
      '{ artists { name albums { title tracks { name composer milliseconds genre { name } } } } }',
    ],
    [
      'the largest page of wide rows',
      `{ tracks(limit: 1000) { id name composer milliseconds bytes unitPrice album { id title artist { id name } } genre { name } mediaType { name } } }`,
    ],
    ['introspection', getIntrospectionQuery({ oneOf: true })],
  ];
  it.each(passes)('lets pass: %s', (_name, source, variables) => {
    expect(chinook(source, variables)).toBeLessThan(LIMIT);
  });

  const stops: [string, string, Record<string, unknown>?][] = [
    [
      'first: 1000 three levels deep',
      '{ artistsConnection(first: 1000) { nodes { albumsConnection(first: 1000) { nodes { tracksConnection(first: 1000) { nodes { id } } } } } } }',
    ],
    [
      'the same in variables',
      'query ($n: Int!) { artists(limit: $n) { albums(limit: $n) { tracks(limit: $n) { id } } } }',
      { n: 1000 },
    ],
    ['limit: 1000 two levels deep', '{ artists(limit: 1000) { albums(limit: 1000) { id } } }'],
    [
      '20 aliases of the heaviest page',
      `{ ${Array.from({ length: 20 }, (_, i) => `a${i}: albums(limit: 1000) { tracks(limit: 30) { id } }`).join(' ')} }`,
    ],
    [
      'an aggregate in each of many rows',
      '{ albums(limit: 1000) { tracks(limit: 100) { invoiceLinesAggregate { count } } } }',
    ],
  ];
  it.each(stops)('stops: %s', (_name, source, variables) => {
    expect(chinook(source, variables)).toBeGreaterThan(LIMIT);
  });
});
