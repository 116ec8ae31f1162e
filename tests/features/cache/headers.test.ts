import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Nodes, type Question, startNodes } from './support.ts';

const SDL = `
type Artist @model @access(read: "true", create: "true") @cacheControl(maxAge: 120) {
  id: ID!
  name: String! @cacheControl(maxAge: 90)
  albums: [Album!]! @cacheControl(maxAge: 60)
  label: Label
  agent: Agent @cacheControl(inheritMaxAge: true)
  fans: [Fan!]! @cacheControl(inheritMaxAge: true, scope: PRIVATE)
  slogan: String! @computed
}
type Album @model @access(read: "true", create: "true") {
  id: ID!
  title: String!
  price: Int
  secret: String @access(read: "'admin' in viewer.roles")
  artist: Artist!
}
type Label @model @access(read: "true", create: "true") {
  id: ID!
  name: String!
  artists: [Artist!]!
}
type Agent @model @access(read: "true", create: "true") {
  id: ID!
  artists: [Artist!]!
}
type Fan @model @access(read: "true", create: "true") {
  id: ID!
  artist: Artist!
}
type Diary @model @access(read: "this.owner == viewer.id", create: "true") @cacheControl(maxAge: 30) {
  id: ID!
  owner: String!
  text: String
}
type Person @model @user @access(read: "true", create: "true") @cacheControl(maxAge: 300) {
  id: ID!
  email: String! @unique
}
type Weather @cacheControl(maxAge: 20) {
  place: Place!
  degrees: Int!
}
type Place {
  name: String!
}
extend type Query {
  weather: Weather! @access(call: "true") @cacheControl(maxAge: 600)
  forecast: Weather! @access(call: "true")
  mine: Int! @access(call: "viewer != null") @cacheControl(maxAge: 10)
  lucky: Int! @access(call: "true") @cacheControl(maxAge: 10, scope: PRIVATE)
  number: Int! @access(call: "true")
  broken: Int @access(call: "true") @cacheControl(maxAge: 10)
  artistsOfTheDay: [Artist!]! @access(call: "true")
}
`;
const RESOLVERS = `
export const Query = {
  weather: () => ({ place: { name: 'Here' }, degrees: 20 }),
  forecast: () => ({ place: { name: 'Here' }, degrees: 21 }),
  mine: () => 1,
  lucky: () => 7,
  number: () => 5,
  broken: () => { throw new Error('no'); },
  artistsOfTheDay: (_p, _a, ctx) => ctx.db.artist.findMany(),
};
export const Artist = { slogan: () => 'la la' };
`;

let nodes: Nodes;
beforeAll(async () => {
  nodes = await startNodes(SDL, { resolvers: RESOLVERS, settings: [{}, { PLINTH_COMPILE: '0' }] });
  const [first] = nodes.nodes;
  await first?.ask({
    query: `mutation { createArtist(input: { name: "A", albums: { create: [{ title: "T", price: 5 }] } }) { id } }`,
  });
});

/** The answer of both executors, by GET and by POST, which have to agree. */
async function ask(question: Question): Promise<Answer> {
  const answers: Answer[] = [];
  for (const node of nodes.nodes)
    for (const method of ['GET', 'POST'] as const)
      answers.push(await node.ask({ as: null, ...question, method }));
  const [first, ...others] = answers;
  if (!first) throw new Error('Nobody answered');
  for (const other of others) {
    // Masked errors name their own request.
    if (first.errors.length === 0) expect(other.text).toBe(first.text);
    expect([other.kept, other.headers.get('vary')]).toEqual([first.kept, first.headers.get('vary')]);
  }
  return first;
}

describe('Cache-Control', () => {
  it.each([
    ['the hint of the type that a root field leads to', '{ artists { id } }', 'max-age=120, public'],
    ['a lookup by id', '{ artist(id: "1") { id } }', 'max-age=120, public'],
    [
      'pages live as long as their rows',
      '{ artistsConnection(first: 1) { totalCount edges { cursor node { id } } pageInfo { hasNextPage } } }',
      'max-age=120, public',
    ],
    [
      'aggregates and groups as well',
      '{ artistsAggregate { count max { name } } artistsGroups(by: [{ field: name }]) { aggregate { count } } }',
      'max-age=120, public',
    ],
    ['the shortest of all fields', '{ artists { id name } }', 'max-age=90, public'],
    ['a field before its type', '{ artists { id albums { title } } }', 'max-age=60, public'],
    [
      'the siblings of a relation',
      '{ artists { id albumsConnection { nodes { title } } albumsAggregate { sum { price } } } }',
      'max-age=60, public',
    ],
    ['a relation without a hint', '{ artists { id label { name } } }', 'no-store'],
    ['a relation that inherits', '{ artists { id agent { id } } }', 'max-age=120, public'],
    ['one private field makes all private', '{ artists { id fans { id } } }', 'max-age=120, private'],
    ['a root field without a hint', '{ artists { id } albums { id } }', 'no-store'],
    ['nothing but a type name', '{ __typename }', 'no-store'],
    ['a type name beside fields', '{ __typename artists { __typename id } }', 'max-age=120, public'],
    ['introspection', '{ artists { id } __schema { queryType { name } } }', 'no-store'],
    ['what finds rows of any type', '{ node(id: "1") { id } }', 'no-store'],
    [
      'a fragment',
      '{ artists { ...A } } fragment A on Artist { ... on Node { id } ... on Artist { name } }',
      'max-age=90, public',
    ],
    [
      'what a literal condition leaves out',
      '{ artists { id name @skip(if: true) label @include(if: false) { name } } }',
      'max-age=120, public',
    ],
    ['a custom root field before its type', '{ weather { degrees } }', 'max-age=600, public'],
    ['a custom type without a hint', '{ weather { degrees place { name } } }', 'no-store'],
    ['code without a hint of its own is private', '{ forecast { degrees } }', 'max-age=20, private'],
    ['code on a model without a hint of its own', '{ artists { id slogan } }', 'max-age=120, private'],
    ['code that answers rows', '{ artistsOfTheDay { id } }', 'max-age=120, private'],
    ['a scalar root field without a hint', '{ number }', 'no-store'],
    ['a private scope', '{ lucky }', 'max-age=10, private'],
    ['the viewer', '{ viewer { id } }', 'max-age=300, private'],
    [
      'their filter',
      '{ artists(where: { albums: { some: { secret: { isNull: true } } } }) { id } }',
      'no-store',
    ],
    ['an error', '{ artists { id } broken }', 'no-store'],
    ['a field that does not exist', '{ artists { nothing } }', 'no-store'],
    ['a document that does not parse', '{ artists {', 'no-store'],
  ])('%s', async (_claim, query, kept) => {
    expect((await ask({ query })).kept).toBe(kept);
  });

  it('depends on what the variables let in', async () => {
    const query =
      'query ($all: Boolean!, $label: Boolean = false) { artists { id name @include(if: $all) label @include(if: $label) { name } } }';
    expect((await ask({ query, variables: { all: false } })).kept).toBe('max-age=120, public');
    expect((await ask({ query, variables: { all: true } })).kept).toBe('max-age=90, public');
    expect((await ask({ query, variables: { all: false, label: true } })).kept).toBe('no-store');
    expect((await ask({ query, variables: {} })).kept).toBe('no-store');
    expect((await ask({ query, variables: { all: 'no' } })).kept).toBe('no-store');
  });

  it('is private where a rule that a variable leads to depends on the viewer', async () => {
    const query =
      'query ($where: ArtistWhere, $albums: [AlbumOrderBy!]) { artists(where: $where) { id albums(orderBy: $albums) { title } } }';
    expect((await ask({ query })).kept).toBe('max-age=60, public');
    expect((await ask({ query, variables: { where: { name: { eq: 'A' } } } })).kept).toBe(
      'max-age=60, public',
    );
    const admin = { id: 'x', roles: ['admin'] };
    const where = { albums: { some: { secret: { isNull: true } } } };
    expect((await ask({ query, variables: { where }, as: admin })).kept).toBe('max-age=60, private');
    const albums = [{ secret: 'ASC' }];
    expect((await ask({ query, variables: { albums }, as: admin })).kept).toBe('max-age=60, private');
    const stated = query.replace(
      '$where: ArtistWhere',
      '$where: ArtistWhere = { OR: [{ albums: { every: { secret: { isNull: true } } } }] }',
    );
    expect((await ask({ query: stated, as: admin })).kept).toBe('max-age=60, private');
  });

  it('is private for the administrator, who sees more than everybody', async () => {
    expect((await ask({ query: '{ artists { id } }', as: 'admin' })).kept).toBe('max-age=120, private');
  });

  it('is private where the call depends on the viewer, and absent where it is refused', async () => {
    expect((await ask({ query: '{ mine }', as: { id: '1' } })).kept).toBe('max-age=10, private');
    expect((await ask({ query: '{ mine }' })).kept).toBe('no-store');
  });

  it('is private where rows depend on the viewer, and absent where none can be read', async () => {
    expect((await ask({ query: '{ diaries { text } }', as: { id: '1' } })).kept).toBe('max-age=30, private');
    expect((await ask({ query: '{ diaries { text } }' })).kept).toBe('no-store');
  });

  it('is never on a mutation', async () => {
    const [node] = nodes.nodes;
    const query = 'mutation { createDiary(input: { owner: "o" }) { id } }';
    expect((await node?.ask({ query }))?.kept).toBe('no-store');
  });

  it('comes with Vary: who asks only where that matters', async () => {
    const vary = async (query: string) => (await ask({ query, as: { id: '1' } })).headers.get('vary');
    expect(await vary('{ artists { id } }')).not.toMatch(/authorization|cookie/);
    expect(await vary('{ diaries { id } }')).toMatch(/authorization, cookie, x-api-key/);
    expect(await vary('{ albums { id } }')).toBe('origin');
  });
});
