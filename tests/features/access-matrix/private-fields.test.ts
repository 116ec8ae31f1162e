import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';
import { cursorOf, hasEveryCell, refused, runCells } from './matrix.ts';

/** Profiles are public, parts of them are their owner's; salaries are for the staff office, whatever the row. */
const OWN = 'this.name == viewer.id';
const SDL = `
type Profile @model @access(read: "true", create: "${OWN}", update: "true", delete: "${OWN}") {
  id: ID!
  name: String! @unique
  email: String @unique @access(read: "${OWN}", write: "${OWN}")
  born: Int @access(read: "${OWN}", write: "${OWN}")
  salary: Int @access(read: "'office' in viewer.roles", write: "'office' in viewer.roles")
  note: String @search @access(read: "${OWN}")
  bio: String! @default(value: "") @search
  posts: [Post!]! @access(read: "${OWN}")
  boss: Profile @relation(name: "boss") @access(read: "${OWN}", write: "${OWN}")
  reports: [Profile!]! @relation(name: "boss")
}
type Post @model @access(read: "true", create: "true", update: "true", delete: "true") {
  id: ID!
  title: String!
  author: Profile
}
extend type Query {
  best: Profile @access(call: "true")
}
`;

let app: TestApp;
let ids: Record<string, string> = {};
const ANN = as('ann');
const OFFICE = as('office-worker', 'office');

beforeAll(async () => {
  app = await createTestApp(SDL, {
    resolvers: { Query: { best: () => ({ id: ids.ben, email: 'leaked', born: 1, salary: 1 }) } },
  });
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.db.execute('TRUNCATE "Profile", "Post" CASCADE');
  ids = {};
  for (const [name, born] of [
    ['ann', 1990],
    ['ben', 1980],
  ] as const) {
    const made = await app.data<{ createProfile: { id: string; posts: { id: string }[] } }>(
      `mutation { createProfile(input: {name: "${name}", email: "${name}@x.org", born: ${born}, salary: ${born}, note: "secret${name}", bio: "bio of ${name}",
        posts: {create: [{title: "post of ${name}"}]}}) { id posts { id } } }`,
    );
    ids[name] = made.createProfile.id;
    ids[`${name}Post`] = made.createProfile.posts[0]?.id ?? '';
  }
  await app.data(
    'mutation($ann: ID!, $ben: ID!) { updateProfile(id: $ben, input: {boss: {connect: {id: $ann}}}) { id } }',
    ids,
  );
  for (const [index, name] of ['ben', 'ann'].entries())
    ids[`${name}Cursor`] = await cursorOf(app, 'profilesConnection(orderBy: [{born: ASC}])', index);
});

const world = {
  app: () => app,
  ids: () => ids,
  snapshot:
    '{ profiles(orderBy: [{name: ASC}]) { id name email born salary note bio boss { id } posts { title } } posts { id title } }',
};
const forbidden = refused('FORBIDDEN');
const conflict = refused('CONFLICT');
const absent = refused('NOT_FOUND');
const byName = 'orderBy: [{name: ASC}]';
const BOTH = [{ name: 'ann' }, { name: 'ben' }];
const own = { name: 'ann', email: 'ann@x.org', born: 1990 };
const foreign = { name: 'ben', email: null, born: null };

describe('reading', () => {
  runCells(world, [
    [
      'list, allowed: shows own values and hides foreign ones',
      `{ profiles(${byName}) { name email born } }`,
      ANN,
      { profiles: [own, foreign] },
    ],
    [
      'list, refused: signed out everything ruled is null',
      `{ profiles(${byName}) { email salary } }`,
      SIGNED_OUT,
      {
        profiles: [
          { email: null, salary: null },
          { email: null, salary: null },
        ],
      },
    ],
    ['by id, allowed: own', '{ profile(id: $ann) { name email born } }', ANN, { profile: own }],
    ['by id, refused: foreign', '{ profile(id: $ben) { name email born } }', ANN, { profile: foreign }],
    [
      'unique lookup, allowed: by an own ruled value',
      '{ profileByEmail(email: "ann@x.org") { name } }',
      ANN,
      { profileByEmail: { name: 'ann' } },
    ],
    [
      'unique lookup, refused: by a foreign ruled value',
      '{ profileByEmail(email: "ben@x.org") { name } }',
      ANN,
      { profileByEmail: null },
    ],
    [
      'node, refused: foreign',
      '{ node(id: $ben) { ... on Profile { name email born } } }',
      ANN,
      { node: foreign },
    ],
    [
      'relation, refused: values of foreign rows',
      '{ posts(where: {title: {eq: "post of ben"}}) { author { name email born } } }',
      ANN,
      { posts: [{ author: foreign }] },
    ],
    [
      'relation, refused: ruled list of a foreign row',
      `{ profiles(${byName}) { posts { title } postsAggregate { count } postsConnection { totalCount } } }`,
      ANN,
      {
        profiles: [
          {
            posts: [{ title: 'post of ann' }],
            postsAggregate: { count: 1 },
            postsConnection: { totalCount: 1 },
          },
          { posts: null, postsAggregate: null, postsConnection: null },
        ],
      },
    ],
    [
      'relation, refused: ruled to-one of a foreign row',
      '{ profile(id: $ben) { boss { name } } }',
      ANN,
      { profile: { boss: null } },
    ],
    [
      'relation, allowed: ruled to-one of the own row',
      '{ profile(id: $ben) { boss { name } } }',
      as('ben'),
      { profile: { boss: { name: 'ann' } } },
    ],
    [
      'list, allowed: by role',
      `{ profiles(${byName}) { salary } }`,
      OFFICE,
      { profiles: [{ salary: 1990 }, { salary: 1980 }] },
    ],
    [
      'custom result, refused: foreign values are not what code says',
      '{ best { name email born salary } }',
      ANN,
      { best: { ...foreign, salary: null } },
    ],
  ]);
});

describe('no inference', () => {
  runCells(world, [
    [
      'filter: own value',
      '{ profiles(where: {born: {gt: 0}}) { name } }',
      ANN,
      { profiles: [{ name: 'ann' }] },
    ],
    [
      'filter: negated',
      '{ profiles(where: {NOT: {born: {eq: 1980}}}) { name } }',
      ANN,
      { profiles: [{ name: 'ann' }] },
    ],
    [
      'filter: isNull says null of what is hidden',
      '{ profiles(where: {born: {isNull: true}}) { name } }',
      ANN,
      { profiles: [{ name: 'ben' }] },
    ],
    ['filter by what no row shows', '{ profiles(where: {salary: {gt: 0}}) { name } }', ANN, forbidden],
    [
      'filter by role: open',
      '{ profiles(where: {salary: {gt: 1985}}) { name } }',
      OFFICE,
      { profiles: [{ name: 'ann' }] },
    ],
    [
      'relation filter, allowed: only by values that show',
      '{ posts(where: {author: {is: {email: {contains: "@"}}}}) { title } }',
      ANN,
      { posts: [{ title: 'post of ann' }] },
    ],
    [
      'relation filter, refused: by what no row shows',
      '{ posts(where: {author: {is: {salary: {gt: 0}}}}) { title } }',
      ANN,
      forbidden,
    ],
    [
      'relation filter, allowed: through a ruled relation',
      '{ profiles(where: {posts: {some: {title: {contains: "post"}}}}) { name } }',
      ANN,
      { profiles: [{ name: 'ann' }] },
    ],
    [
      'relation filter, refused: none through a ruled relation',
      '{ profiles(where: {boss: {is: {name: {eq: "ann"}}}}) { name } }',
      ANN,
      { profiles: [] },
    ],
    [
      'isNull of a ruled to-one',
      `{ profiles(where: {boss: {isNull: true}}, ${byName}) { name } }`,
      ANN,
      { profiles: BOTH },
    ],
    [
      'order, allowed: hidden values count as null',
      '{ profiles(orderBy: [{born: ASC}]) { name } }',
      ANN,
      { profiles: BOTH },
    ],
    [
      'order, allowed: descending, hidden values count as null',
      '{ profiles(orderBy: [{born: DESC_NULLS_LAST}]) { name } }',
      ANN,
      { profiles: BOTH },
    ],
    [
      'order, refused: by what no row shows',
      '{ profiles(orderBy: [{salary: ASC}]) { name } }',
      ANN,
      forbidden,
    ],
    [
      'order, refused: through a relation by what no row shows',
      '{ posts(orderBy: [{author: {salary: ASC}}]) { title } }',
      ANN,
      forbidden,
    ],
    [
      'search, refused: a ruled field is left out',
      '{ profiles(search: "secretben") { name } }',
      ANN,
      { profiles: [] },
    ],
    [
      'search, allowed: open text',
      '{ profiles(search: "ben") { name } }',
      ANN,
      { profiles: [{ name: 'ben' }] },
    ],
    [
      'aggregate, allowed: own values only',
      '{ profilesAggregate { count sum { born } max { born } min { born } avg { born } countDistinct { born email } } }',
      ANN,
      {
        profilesAggregate: {
          count: 2,
          sum: { born: 1990 },
          max: { born: 1990 },
          min: { born: 1990 },
          avg: { born: 1990 },
          countDistinct: { born: 1, email: 1 },
        },
      },
    ],
    ['aggregate, refused: what no row shows', '{ profilesAggregate { max { salary } } }', ANN, forbidden],
    [
      'group, allowed: hidden values are under null',
      '{ profilesGroups(by: [{field: born}]) { key { born } aggregate { count } } }',
      ANN,
      {
        profilesGroups: [
          { key: { born: 1990 }, aggregate: { count: 1 } },
          { key: { born: null }, aggregate: { count: 1 } },
        ],
      },
    ],
    [
      'group, refused: by what no row shows',
      '{ profilesGroups(by: [{field: salary}]) { key { salary } } }',
      ANN,
      forbidden,
    ],
    [
      'group, refused: having over what no row shows',
      '{ profilesGroups(by: [{field: name}], having: {max: {salary: {gt: 0}}}) { key { name } } }',
      ANN,
      forbidden,
    ],
    [
      'group, refused: order by what no row shows',
      '{ profilesGroups(by: [{field: name}], orderBy: [{max: {salary: ASC}}]) { key { name } } }',
      ANN,
      forbidden,
    ],
    [
      'groups by a ruled to-one',
      '{ profilesGroups(by: [{field: bossId}]) { key { bossId } aggregate { count } } }',
      ANN,
      { profilesGroups: [{ key: { bossId: null }, aggregate: { count: 2 } }] },
    ],
    [
      'aggregate, refused: of a relation over what no row shows',
      '{ profile(id: $ann) { reportsAggregate { max { salary } } } }',
      ANN,
      forbidden,
    ],
  ]);

  it('shows no hidden value in a cursor', async () => {
    const answer = await app.data<{
      profilesConnection: { edges: { cursor: string; node: { name: string } }[] };
    }>('{ profilesConnection(orderBy: [{born: ASC}]) { edges { cursor node { name } } } }', {}, ANN);
    const texts = answer.profilesConnection.edges.map(({ cursor }) =>
      Buffer.from(cursor, 'base64url').toString('utf8'),
    );
    expect(texts.join()).toContain('1990');
    expect(texts.join()).not.toContain('1980');
  });

  it('refuses a unique that is taken without a hidden value in the message', async () => {
    const answer = await app.graphql(
      'mutation { createProfile(input: {name: "cat", email: "ben@x.org"}) { id } }',
      {},
      as('cat'),
    );
    expect(answer.codes).toEqual(['CONFLICT']);
    expect(answer.errors[0]?.message).not.toContain('ben');
  });
});

describe('writing', () => {
  runCells(world, [
    [
      'update, allowed: own field',
      'mutation { updateProfile(id: $ann, input: {born: 1}) { born } }',
      ANN,
      { updateProfile: { born: 1 } },
    ],
    [
      'update, refused: foreign ruled field',
      'mutation { updateProfile(id: $ben, input: {born: 1}) { born } }',
      ANN,
      forbidden,
    ],
    [
      'update, allowed: foreign open field',
      'mutation { updateProfile(id: $ben, input: {bio: "x"}) { bio email } }',
      ANN,
      { updateProfile: { bio: 'x', email: null } },
    ],
    [
      'update, refused: field of a role',
      'mutation { updateProfile(id: $ann, input: {salary: 1}) { id } }',
      ANN,
      forbidden,
    ],
    [
      'update, allowed: field of a role, by the role',
      'mutation { updateProfile(id: $ann, input: {salary: 1}) { salary } }',
      OFFICE,
      { updateProfile: { salary: 1 } },
    ],
    [
      'update, refused: increment of a foreign ruled field',
      'mutation { updateProfile(id: $ben, input: {increment: {born: 1}}) { id } }',
      ANN,
      forbidden,
    ],
    [
      'update, refused: increment of a field of a role',
      'mutation { updateProfile(id: $ann, input: {increment: {salary: 1}}) { id } }',
      ANN,
      forbidden,
    ],
    [
      'batch, allowed: rows whose field may not be written are passed over',
      'mutation { updateProfiles(where: {}, input: {born: 1}) { count } }',
      ANN,
      { updateProfiles: { count: 1 } },
    ],
    [
      'batch, refused: filter by what no row shows',
      'mutation { updateProfiles(where: {salary: {gt: 0}}, input: {bio: "x"}) { count } }',
      ANN,
      forbidden,
    ],
    [
      'batch, refused: filter by hidden values',
      'mutation { updateProfiles(where: {email: {eq: "ben@x.org"}}, input: {bio: "x"}) { count } }',
      ANN,
      { updateProfiles: { count: 0 } },
    ],
    [
      'update, refused: after which the field is not the own one',
      'mutation { updateProfile(id: $ann, input: {name: "zed", born: 3}) { name } }',
      ANN,
      forbidden,
    ],
    [
      'create, allowed: ruled field',
      'mutation { createProfile(input: {name: "cat", born: 5}) { born } }',
      as('cat'),
      { createProfile: { born: 5 } },
    ],
    [
      'create, refused: field of a role',
      'mutation { createProfile(input: {name: "cat", salary: 5}) { name } }',
      as('cat'),
      forbidden,
    ],
    [
      'nested connect, allowed: ruled to-one of the own row',
      'mutation { updateProfile(id: $ann, input: {boss: {connect: {id: $ben}}}) { boss { name } } }',
      ANN,
      { updateProfile: { boss: { name: 'ben' } } },
    ],
    [
      'nested disconnect, refused: ruled to-one of a foreign row',
      'mutation { updateProfile(id: $ben, input: {boss: {disconnect: true}}) { name } }',
      ANN,
      forbidden,
    ],
    [
      'nested disconnect, refused: a ruled to-one from its far side',
      'mutation { updateProfile(id: $ann, input: {reports: {disconnect: [{id: $ben}]}}) { name } }',
      ANN,
      forbidden,
    ],
    [
      'nested connect, allowed: by an own ruled unique',
      'mutation { createPost(input: {title: "t", author: {connect: {email: "ann@x.org"}}}) { author { name } } }',
      ANN,
      { createPost: { author: { name: 'ann' } } },
    ],
    [
      'nested connect, refused: by a foreign ruled unique',
      'mutation { createPost(input: {title: "t", author: {connect: {email: "ben@x.org"}}}) { author { name } } }',
      ANN,
      absent,
    ],
    [
      'nested connectOrCreate, refused: by a foreign ruled unique',
      'mutation { createPost(input: {title: "t", author: {connectOrCreate: {by: {email: "ben@x.org"}, create: {name: "ann2"}}}}) { author { name } } }',
      ANN,
      conflict,
    ],
    [
      'upsert that updates, refused: by a foreign ruled unique',
      'mutation { upsertProfile(by: {email: "ben@x.org"}, create: {name: "ann"}, update: {bio: "x"}) { name } }',
      ANN,
      conflict,
    ],
    [
      'upsert that updates, allowed: by an own ruled unique',
      'mutation { upsertProfile(by: {email: "ann@x.org"}, create: {name: "ann"}, update: {bio: "x"}) { bio } }',
      ANN,
      { upsertProfile: { bio: 'x' } },
    ],
    [
      'nested update of a ruled field',
      'mutation { createPost(input: {title: "t", author: {connect: {id: $ben}}}) { author { email } } }',
      ANN,
      { createPost: { author: { email: null } } },
    ],
    [
      'delete, allowed: answers the row with its hidden values hidden',
      'mutation { deleteProfile(id: $ann) { name born salary } }',
      ANN,
      { deleteProfile: { name: 'ann', born: 1990, salary: null } },
    ],
  ]);
});

describe('the rest of the matrix', () => {
  runCells(world, [
    ['node, allowed: own', '{ node(id: $ann) { ... on Profile { name email born } } }', ANN, { node: own }],
    [
      'aggregate, refused: hidden values add nothing',
      '{ profilesAggregate(where: {name: {eq: "ben"}}) { count sum { born } max { born } countDistinct { born } } }',
      ANN,
      {
        profilesAggregate: { count: 1, sum: { born: null }, max: { born: null }, countDistinct: { born: 0 } },
      },
    ],
    [
      'cursor, allowed: of the own value',
      `{ profilesConnection(orderBy: [{born: ASC}], after: $annCursor) { nodes { name } } }`,
      ANN,
      { profilesConnection: { nodes: [{ name: 'ben' }] } },
    ],
    [
      'cursor, refused: a foreign one finds no hidden value',
      `{ profilesConnection(orderBy: [{born: ASC}], after: $benCursor) { nodes { name } } }`,
      ANN,
      { profilesConnection: { nodes: BOTH } },
    ],
    [
      'cursor, refused: of an order by what no row shows',
      `{ profilesConnection(orderBy: [{salary: ASC}], after: $benCursor) { nodes { name } } }`,
      ANN,
      forbidden,
    ],
    [
      'search, refused: signed out finds no ruled text',
      '{ profiles(search: "secretben") { name } }',
      SIGNED_OUT,
      { profiles: [] },
    ],
    [
      'custom result, allowed: own values',
      '{ best { name email born } }',
      as('ben'),
      { best: { name: 'ben', email: 'ben@x.org', born: 1980 } },
    ],
    [
      'nested create, allowed: own ruled field',
      'mutation { createPost(input: {title: "t", author: {create: {name: "cat", born: 5}}}) { author { born } } }',
      as('cat'),
      { createPost: { author: { born: 5 } } },
    ],
    [
      'nested create, refused: ruled field of another',
      'mutation { updateProfile(id: $ann, input: {reports: {create: [{name: "ann2", born: 5}]}}) { name } }',
      ANN,
      forbidden,
    ],
    [
      'nested create, refused: field of a role',
      'mutation { createPost(input: {title: "t", author: {create: {name: "cat", salary: 5}}}) { title } }',
      as('cat'),
      forbidden,
    ],
    [
      'nested connectOrCreate, allowed: found by an own ruled unique',
      'mutation { createPost(input: {title: "t", author: {connectOrCreate: {by: {email: "ann@x.org"}, create: {name: "zed"}}}}) { author { name } } }',
      ANN,
      { createPost: { author: { name: 'ann' } } },
    ],
    [
      'nested connectOrCreate, refused: created with a field of a role',
      'mutation { createPost(input: {title: "t", author: {connectOrCreate: {by: {name: "cat"}, create: {name: "cat", salary: 1}}}}) { title } }',
      as('cat'),
      forbidden,
    ],
    [
      'nested connect, refused: ruled to-one from its far side',
      'mutation { updateProfile(id: $ben, input: {reports: {connect: [{id: $ann}]}}) { name } }',
      as('ben'),
      forbidden,
    ],
    [
      'nested update, allowed: own ruled field',
      'mutation { updatePost(id: $annPost, input: {author: {update: {born: 7}}}) { author { born } } }',
      ANN,
      { updatePost: { author: { born: 7 } } },
    ],
    [
      'nested update, refused: foreign ruled field',
      'mutation { updatePost(id: $benPost, input: {author: {update: {born: 7}}}) { title } }',
      ANN,
      forbidden,
    ],
    [
      'nested update, refused: field of a role',
      'mutation { updatePost(id: $annPost, input: {author: {update: {salary: 7}}}) { title } }',
      ANN,
      forbidden,
    ],
    [
      'nested set, allowed: open relation',
      'mutation { updateProfile(id: $ann, input: {posts: {set: [{id: $benPost}, {id: $annPost}]}}) { postsAggregate { count } } }',
      ANN,
      { updateProfile: { postsAggregate: { count: 2 } } },
    ],
    [
      'nested set, refused: ruled to-one from its far side',
      'mutation { updateProfile(id: $ann, input: {reports: {set: []}}) { name } }',
      ANN,
      forbidden,
    ],
    [
      'nested disconnect, allowed: ruled to-one of the own row',
      'mutation { updateProfile(id: $ben, input: {boss: {disconnect: true}}) { boss { name } } }',
      as('ben'),
      { updateProfile: { boss: null } },
    ],
    [
      'nested delete, allowed: the own row',
      'mutation { updatePost(id: $annPost, input: {author: {delete: true}}) { author { name } } }',
      ANN,
      { updatePost: { author: null } },
    ],
    [
      'nested delete, refused: a foreign row',
      'mutation { updatePost(id: $benPost, input: {author: {delete: true}}) { title } }',
      ANN,
      forbidden,
    ],
    [
      'upsert that updates, refused: foreign ruled field',
      'mutation { upsertProfile(by: {name: "ben"}, create: {name: "ben"}, update: {born: 1}) { name } }',
      ANN,
      forbidden,
    ],
    [
      'upsert that creates, allowed: ruled field',
      'mutation { upsertProfile(by: {name: "cat"}, create: {name: "cat", born: 5}, update: {bio: "x"}) { born } }',
      as('cat'),
      { upsertProfile: { born: 5 } },
    ],
    [
      'upsert that creates, refused: field of a role',
      'mutation { upsertProfile(by: {name: "cat"}, create: {name: "cat", salary: 5}, update: {bio: "x"}) { name } }',
      as('cat'),
      forbidden,
    ],
    [
      'upsert that creates, refused: another',
      'mutation { upsertProfile(by: {name: "dog"}, create: {name: "dog"}, update: {bio: "x"}) { name } }',
      as('cat'),
      forbidden,
    ],
    [
      'create, refused: ruled field of another',
      'mutation { createProfile(input: {name: "dog", born: 5}) { born } }',
      as('cat'),
      forbidden,
    ],
    ['delete, refused: a foreign row', 'mutation { deleteProfile(id: $ben) { name } }', ANN, forbidden],
    [
      'batch, refused: one ruled field spoils all',
      'mutation { createProfiles(inputs: [{name: "cat"}, {name: "cat2", born: 1}]) { name } }',
      as('cat'),
      forbidden,
    ],
  ]);
});

hasEveryCell();
