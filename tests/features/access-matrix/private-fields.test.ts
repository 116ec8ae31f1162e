import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { as, createTestApp, SIGNED_OUT, type TestApp } from '../../support/app.ts';
import { refused, runCells } from './matrix.ts';

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
    const made = await app.data<{ createProfile: { id: string } }>(
      `mutation { createProfile(input: {name: "${name}", email: "${name}@x.org", born: ${born}, salary: ${born}, note: "secret${name}", bio: "bio of ${name}",
        posts: {create: [{title: "post of ${name}"}]}}) { id } }`,
    );
    ids[name] = made.createProfile.id;
  }
  await app.data(
    'mutation($ann: ID!, $ben: ID!) { updateProfile(id: $ben, input: {boss: {connect: {id: $ann}}}) { id } }',
    ids,
  );
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
      'a list shows own values and hides foreign ones',
      `{ profiles(${byName}) { name email born } }`,
      ANN,
      { profiles: [own, foreign] },
    ],
    [
      'signed out everything ruled is null',
      `{ profiles(${byName}) { email salary } }`,
      SIGNED_OUT,
      {
        profiles: [
          { email: null, salary: null },
          { email: null, salary: null },
        ],
      },
    ],
    ['by id: own', '{ profile(id: $ann) { name email born } }', ANN, { profile: own }],
    ['by id: foreign', '{ profile(id: $ben) { name email born } }', ANN, { profile: foreign }],
    [
      'unique lookup by an own ruled value',
      '{ profileByEmail(email: "ann@x.org") { name } }',
      ANN,
      { profileByEmail: { name: 'ann' } },
    ],
    [
      'unique lookup by a foreign ruled value finds nothing',
      '{ profileByEmail(email: "ben@x.org") { name } }',
      ANN,
      { profileByEmail: null },
    ],
    ['node: foreign', '{ node(id: $ben) { ... on Profile { name email born } } }', ANN, { node: foreign }],
    [
      'relation: foreign',
      '{ posts(where: {title: {eq: "post of ben"}}) { author { name email born } } }',
      ANN,
      { posts: [{ author: foreign }] },
    ],
    [
      'ruled relation list: own and foreign',
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
    ['ruled to-one: foreign', '{ profile(id: $ben) { boss { name } } }', ANN, { profile: { boss: null } }],
    [
      'ruled to-one: own',
      '{ profile(id: $ben) { boss { name } } }',
      as('ben'),
      { profile: { boss: { name: 'ann' } } },
    ],
    [
      'by role: open',
      `{ profiles(${byName}) { salary } }`,
      OFFICE,
      { profiles: [{ salary: 1990 }, { salary: 1980 }] },
    ],
    [
      'custom resolver: foreign values are not what code says',
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
      'filter through a relation to a hidden value',
      '{ posts(where: {author: {is: {email: {contains: "@"}}}}) { title } }',
      ANN,
      { posts: [{ title: 'post of ann' }] },
    ],
    [
      'filter through a relation by what no row shows',
      '{ posts(where: {author: {is: {salary: {gt: 0}}}}) { title } }',
      ANN,
      forbidden,
    ],
    [
      'filter through a ruled relation',
      '{ profiles(where: {posts: {some: {title: {contains: "post"}}}}) { name } }',
      ANN,
      { profiles: [{ name: 'ann' }] },
    ],
    [
      'none through a ruled relation',
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
      'order: hidden values count as null',
      '{ profiles(orderBy: [{born: ASC}]) { name } }',
      ANN,
      { profiles: BOTH },
    ],
    [
      'order descending: hidden values count as null',
      '{ profiles(orderBy: [{born: DESC_NULLS_LAST}]) { name } }',
      ANN,
      { profiles: BOTH },
    ],
    ['order by what no row shows', '{ profiles(orderBy: [{salary: ASC}]) { name } }', ANN, forbidden],
    [
      'order through a relation by what no row shows',
      '{ posts(orderBy: [{author: {salary: ASC}}]) { title } }',
      ANN,
      forbidden,
    ],
    ['search leaves a ruled field out', '{ profiles(search: "secretben") { name } }', ANN, { profiles: [] }],
    ['search finds open text', '{ profiles(search: "ben") { name } }', ANN, { profiles: [{ name: 'ben' }] }],
    [
      'aggregate over own values only',
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
    ['aggregate over what no row shows', '{ profilesAggregate { max { salary } } }', ANN, forbidden],
    [
      'groups put hidden values under null',
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
      'groups by what no row shows',
      '{ profilesGroups(by: [{field: salary}]) { key { salary } } }',
      ANN,
      forbidden,
    ],
    [
      'groups: having over what no row shows',
      '{ profilesGroups(by: [{field: name}], having: {max: {salary: {gt: 0}}}) { key { name } } }',
      ANN,
      forbidden,
    ],
    [
      'groups: order by what no row shows',
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
      'aggregate of a relation over what no row shows',
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
      'update: own field',
      'mutation { updateProfile(id: $ann, input: {born: 1}) { born } }',
      ANN,
      { updateProfile: { born: 1 } },
    ],
    [
      'update: foreign ruled field',
      'mutation { updateProfile(id: $ben, input: {born: 1}) { born } }',
      ANN,
      forbidden,
    ],
    [
      'update: foreign open field',
      'mutation { updateProfile(id: $ben, input: {bio: "x"}) { bio email } }',
      ANN,
      { updateProfile: { bio: 'x', email: null } },
    ],
    [
      'update: field of a role',
      'mutation { updateProfile(id: $ann, input: {salary: 1}) { id } }',
      ANN,
      forbidden,
    ],
    [
      'update: field of a role, by the role',
      'mutation { updateProfile(id: $ann, input: {salary: 1}) { salary } }',
      OFFICE,
      { updateProfile: { salary: 1 } },
    ],
    [
      'increment: foreign ruled field',
      'mutation { updateProfile(id: $ben, input: {increment: {born: 1}}) { id } }',
      ANN,
      forbidden,
    ],
    [
      'increment: field of a role',
      'mutation { updateProfile(id: $ann, input: {increment: {salary: 1}}) { id } }',
      ANN,
      forbidden,
    ],
    [
      'update batch: rows whose field may not be written are passed over',
      'mutation { updateProfiles(where: {}, input: {born: 1}) { count } }',
      ANN,
      { updateProfiles: { count: 1 } },
    ],
    [
      'update batch: filter by what no row shows',
      'mutation { updateProfiles(where: {salary: {gt: 0}}, input: {bio: "x"}) { count } }',
      ANN,
      forbidden,
    ],
    [
      'update batch: filter by hidden values',
      'mutation { updateProfiles(where: {email: {eq: "ben@x.org"}}, input: {bio: "x"}) { count } }',
      ANN,
      { updateProfiles: { count: 0 } },
    ],
    [
      'update after which the field is not the own one',
      'mutation { updateProfile(id: $ann, input: {name: "zed", born: 3}) { name } }',
      ANN,
      forbidden,
    ],
    [
      'create: ruled field',
      'mutation { createProfile(input: {name: "cat", born: 5}) { born } }',
      as('cat'),
      { createProfile: { born: 5 } },
    ],
    [
      'create: field of a role',
      'mutation { createProfile(input: {name: "cat", salary: 5}) { name } }',
      as('cat'),
      forbidden,
    ],
    [
      'ruled to-one: own',
      'mutation { updateProfile(id: $ann, input: {boss: {connect: {id: $ben}}}) { boss { name } } }',
      ANN,
      { updateProfile: { boss: { name: 'ben' } } },
    ],
    [
      'ruled to-one: foreign',
      'mutation { updateProfile(id: $ben, input: {boss: {disconnect: true}}) { name } }',
      ANN,
      forbidden,
    ],
    [
      'ruled to-one from its far side: foreign',
      'mutation { updateProfile(id: $ann, input: {reports: {disconnect: [{id: $ben}]}}) { name } }',
      ANN,
      forbidden,
    ],
    [
      'connect by an own ruled unique',
      'mutation { createPost(input: {title: "t", author: {connect: {email: "ann@x.org"}}}) { author { name } } }',
      ANN,
      { createPost: { author: { name: 'ann' } } },
    ],
    [
      'connect by a foreign ruled unique',
      'mutation { createPost(input: {title: "t", author: {connect: {email: "ben@x.org"}}}) { author { name } } }',
      ANN,
      absent,
    ],
    [
      'connectOrCreate by a foreign ruled unique',
      'mutation { createPost(input: {title: "t", author: {connectOrCreate: {by: {email: "ben@x.org"}, create: {name: "ann2"}}}}) { author { name } } }',
      ANN,
      conflict,
    ],
    [
      'upsert by a foreign ruled unique',
      'mutation { upsertProfile(by: {email: "ben@x.org"}, create: {name: "ann"}, update: {bio: "x"}) { name } }',
      ANN,
      conflict,
    ],
    [
      'upsert by an own ruled unique',
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
      'delete answers the row with its hidden values hidden',
      'mutation { deleteProfile(id: $ann) { name born salary } }',
      ANN,
      { deleteProfile: { name: 'ann', born: 1990, salary: null } },
    ],
  ]);
});
