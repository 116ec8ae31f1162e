import { beforeAll, describe, expect, it } from 'vitest';
import { type Node, startNodes } from '../../features/cache/support.ts';

// Answers go from PostgreSQL to the socket as bytes: whatever is beyond ASCII must come out as it went in, by every way.
const SDL = `
"""Orte – und „Wörter“ → 語"""
type Place @model @access(read: "true", create: "true", update: "true", delete: "true") {
  id: ID! @id(auto: INT)
  name: String! @unique
  words: [String!]
  more: JSON
  weight: Float
  country: Country
}
type Country @model @access(read: "true", create: "true", update: "true") @cacheControl(maxAge: 60, scope: PUBLIC) {
  id: ID! @id(auto: INT)
  name: String!
  places: [Place!]!
}`;

const NAMES = ['plain', 'Zürich', '東京 "都"\n\\', '😀 é ’', '\u00ff\u0100', '\u2028 \ufffd \u{10ffff}'];

let node: Node;
beforeAll(async () => {
  const { nodes } = await startNodes(SDL);
  node = nodes[0] as Node;
  for (const name of NAMES) {
    const input = { name, words: [name, 'x'], more: { [name]: [name] }, weight: 1e21 };
    // The first of a text goes through Apollo, the others past it.
    const { data } = await node.ask({
      query:
        'mutation ($input: PlaceCreateInput!) { createPlace(input: $input) { name words more weight country { name } } }',
      variables: { input: { ...input, country: { create: { name } } } },
    });
    expect(data.createPlace).toEqual({ ...input, country: { name } });
  }
});

const TIMES = [1, 2, 3];

describe('texts beyond ASCII', () => {
  it.each<[string, string, (data: never) => unknown, unknown]>([
    [
      'a list as rows',
      '{ places { name words } }',
      ({ places }: { places: Named[] }) => places.map(nameOf),
      NAMES,
    ],
    [
      'a connection',
      '{ placesConnection(orderBy: [{ id: ASC }]) { nodes { name } totalCount } }',
      ({ placesConnection }: { placesConnection: { nodes: Named[] } }) => placesConnection.nodes.map(nameOf),
      NAMES,
    ],
    [
      'a tree',
      '{ countries { name places { name more } } }',
      ({ countries }: { countries: { places: Named[] }[] }) => countries.map(({ places }) => places[0]?.name),
      NAMES,
    ],
    [
      'numbers and JSON that are written anew',
      '{ places { more weight } }',
      ({ places }: { places: { more: object }[] }) => places.map(({ more }) => Object.keys(more)[0]),
      NAMES,
    ],
  ])('come out of %s as they went in', async (_, query, namesOf, expected) => {
    for (const method of ['POST', 'GET'] as const)
      for (const _ of TIMES) {
        const { data, errors, text, headers } = await node.ask({ query, method });
        expect(errors).toEqual([]);
        expect(namesOf(data as never)).toEqual(expected);
        const length = headers.get('content-length');
        if (length !== null) expect(Number(length)).toBe(Buffer.byteLength(text));
      }
  });

  it('come out of what is kept as they went in', async () => {
    for (const asked of ['by Apollo', 'past it', 'past it']) {
      const { data, headers } = await node.ask({ query: '{ countries { name } }' });
      expect([asked, data.countries.map(nameOf)]).toEqual([asked, NAMES]);
      expect(headers.get('cache-control')).toMatch(/max-age=[56]/);
    }
    node.statements();
    await node.ask({ query: '{ countries { name } }' });
    expect(node.statements()).toEqual([]);
  });

  it('are found by cursors that were made of them', async () => {
    const query =
      'query ($after: String) { placesConnection(first: 1, after: $after, orderBy: [{ name: ASC }]) { nodes { name } pageInfo { endCursor hasNextPage } } }';
    const found: string[] = [];
    let after: string | undefined;
    for (let more = true; more; ) {
      const { data } = await node.ask({ query, variables: { after } });
      found.push(...data.placesConnection.nodes.map(nameOf));
      ({ endCursor: after, hasNextPage: more } = data.placesConnection.pageInfo);
    }
    expect(found).toHaveLength(NAMES.length);
    expect(new Set(found)).toEqual(new Set(NAMES));
  });

  it.each([
    ['one statement', 'mutation ($name: String!) { updatePlace(id: 1, input: { name: $name }) { name } }'],
    [
      'several steps',
      'mutation ($name: String!) { upsertPlace(by: { id: 1 }, create: { name: $name }, update: { name: $name }) { name } other: updatePlace(id: 1, input: { name: $name }) { name } }',
    ],
  ])('come out of a mutation of %s', async (_, query) => {
    for (const name of NAMES) {
      const { data, errors } = await node.ask({ query, variables: { name: `${name} 新` } });
      expect(errors).toEqual([]);
      for (const place of Object.values<Named>(data)) expect(place.name).toBe(`${name} 新`);
    }
  });
});

interface Named {
  readonly name: string;
}

const nameOf = ({ name }: Named): string => name;
