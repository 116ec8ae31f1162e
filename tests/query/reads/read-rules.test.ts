import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { as, type Reads, signedOut, startReads } from './start-reads.ts';

const SDL = `
type Org @model @access(read: "this.members.exists(m, m.id == viewer.id)") {
  id: ID!
  name: String! @unique
  members: [User!]!
  docs: [Doc!]!
}
type User @model @user @access(read: "true") {
  id: ID!
  name: String!
  orgs: [Org!]!
  docs: [Doc!]!
  salary: Int @access(read: "this.id == viewer.id")
  secret: String @access(read: "'admin' in viewer.roles")
}
type Doc @model @access(read: "this.open || this.owner.id == viewer.id") {
  id: ID!
  title: String! @search
  open: Boolean!
  size: Int
  notes: String @search @access(read: "this.owner.id == viewer.id")
  owner: User!
  org: Org
  pages: [Page!]!
}
type Page @model @access(read: "viewer != null && this.doc.open") { id: ID! n: Int! doc: Doc! }
type Closed @model @access(read: "'root' in viewer.roles") { id: ID! name: String! }
`;

const id = (n: number) => `00000000-0000-7000-8000-00000000000${n}`;
const [ANN, BOB, ORG_A, ORG_B, OPEN, ANNS, BOBS] = [1, 2, 3, 4, 5, 6, 7].map(id) as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

let reads: Reads;
beforeAll(async () => {
  reads = await startReads(SDL);
  const members = reads.built.app.entityByName.get('Org')?.fieldByName.get('members');
  if (members?.kind !== 'relation' || members.storage.kind !== 'join') throw new Error('members');
  await reads.run(`
    INSERT INTO "User" (id, name, salary, secret) VALUES ('${ANN}', 'ann', 10, 'sa'), ('${BOB}', 'bob', 20, 'sb');
    INSERT INTO "Org" (id, name) VALUES ('${ORG_A}', 'a'), ('${ORG_B}', 'b');
    INSERT INTO "${members.storage.table}" ("${members.storage.own}", "${members.storage.other}") VALUES ('${ORG_A}', '${ANN}'), ('${ORG_B}', '${BOB}');
    INSERT INTO "Doc" (id, title, open, size, notes, "ownerId", "orgId") VALUES
      ('${OPEN}', 'open', true, 1, 'bobnote', '${BOB}', '${ORG_B}'),
      ('${ANNS}', 'anns', false, 2, 'annnote', '${ANN}', '${ORG_A}'),
      ('${BOBS}', 'bobs', false, 4, 'hidden', '${BOB}', '${ORG_B}');
    INSERT INTO "Page" (id, n, "docId") VALUES (gen_random_uuid(), 1, '${OPEN}'), (gen_random_uuid(), 2, '${ANNS}'), (gen_random_uuid(), 3, '${BOBS}');
    INSERT INTO "Closed" (id, name) VALUES ('${id(8)}', 'c');
  `);
});
afterAll(() => reads?.stop());

describe('rows that Ann may not read do not exist for her', () => {
  it.each<[string, string, unknown]>([
    [
      'lists',
      '{ docs(orderBy: { title: ASC }) { title } }',
      { docs: [{ title: 'anns' }, { title: 'open' }] },
    ],
    [
      'ids',
      `{ a: doc(id: "${BOBS}") { title } b: doc(id: "${ANNS}") { title } }`,
      { a: null, b: { title: 'anns' } },
    ],
    ['nodes', `{ nodes(ids: ["${BOBS}", "${ANNS}"]) { id } }`, { nodes: [null, { id: ANNS }] }],
    [
      'to-one relations',
      '{ docs(orderBy: { title: ASC }) { org { name } } }',
      { docs: [{ org: { name: 'a' } }, { org: null }] },
    ],
    [
      'to-many relations',
      '{ users(orderBy: { name: ASC }) { docs { title } } }',
      { users: [{ docs: [{ title: 'anns' }] }, { docs: [{ title: 'open' }] }] },
    ],
    [
      'many-to-many relations',
      '{ users(orderBy: { name: ASC }) { orgs { name } } }',
      { users: [{ orgs: [{ name: 'a' }] }, { orgs: [] }] },
    ],
    [
      'totals',
      '{ docsConnection { totalCount } users(orderBy: { name: DESC }, limit: 1) { docsConnection { totalCount nodes { title } } } }',
      {
        docsConnection: { totalCount: 2 },
        users: [{ docsConnection: { totalCount: 1, nodes: [{ title: 'open' }] } }],
      },
    ],
    [
      'pages',
      '{ docsConnection(first: 2, orderBy: { size: ASC }) { pageInfo { hasNextPage } nodes { size } } }',
      { docsConnection: { pageInfo: { hasNextPage: false }, nodes: [{ size: 1 }, { size: 2 }] } },
    ],
    [
      'aggregates',
      '{ docsAggregate { count sum { size } max { title } } }',
      { docsAggregate: { count: 2, sum: { size: 3 }, max: { title: 'open' } } },
    ],
    [
      'aggregates of relations',
      '{ users(orderBy: { name: ASC }) { docsAggregate { count max { size } } } }',
      {
        users: [
          { docsAggregate: { count: 1, max: { size: 2 } } },
          { docsAggregate: { count: 1, max: { size: 1 } } },
        ],
      },
    ],
    [
      'groups',
      '{ docsGroups(by: [{ field: open }]) { key { open } aggregate { count } } }',
      {
        docsGroups: [
          { key: { open: false }, aggregate: { count: 1 } },
          { key: { open: true }, aggregate: { count: 1 } },
        ],
      },
    ],
    [
      'groups by an unreadable relation, which are under null',
      '{ docsGroups(by: [{ field: orgId }]) { key { orgId } aggregate { count } } }',
      {
        docsGroups: [
          { key: { orgId: ORG_A }, aggregate: { count: 1 } },
          { key: { orgId: null }, aggregate: { count: 1 } },
        ],
      },
    ],
    [
      'counted keys of relations',
      '{ docsAggregate { countDistinct { orgId } } }',
      { docsAggregate: { countDistinct: { orgId: 1 } } },
    ],
    [
      'filters: some',
      '{ users(where: { docs: { some: { title: { eq: "bobs" } } } }) { name } }',
      { users: [] },
    ],
    [
      'filters: every',
      '{ users(where: { docs: { every: { title: { eq: "open" } } } }) { name } }',
      { users: [{ name: 'bob' }] },
    ],
    [
      'filters: none',
      '{ users(where: { docs: { none: { title: { eq: "bobs" } } } }, orderBy: { name: ASC }) { name } }',
      { users: [{ name: 'ann' }, { name: 'bob' }] },
    ],
    ['filters: is', '{ docs(where: { org: { is: { name: { eq: "b" } } } }) { title } }', { docs: [] }],
    [
      'filters: isNot',
      '{ docs(where: { org: { isNot: { name: { eq: "a" } } } }) { title } }',
      { docs: [{ title: 'open' }] },
    ],
    [
      'filters: isNull',
      '{ docs(where: { org: { isNull: true } }) { title } }',
      { docs: [{ title: 'open' }] },
    ],
    [
      'sort keys through relations',
      '{ docs(orderBy: [{ org: { name: DESC_NULLS_LAST } }]) { title } }',
      { docs: [{ title: 'anns' }, { title: 'open' }] },
    ],
    [
      'sort keys by count',
      '{ users(orderBy: [{ docs: { count: DESC } }, { name: ASC }]) { name } }',
      { users: [{ name: 'ann' }, { name: 'bob' }] },
    ],
    ['search', '{ docs(search: "bobs") { title } }', { docs: [] }],
    [
      'rows hidden whatever they hold, nested',
      '{ docs(limit: 1, orderBy: { title: ASC }) { pages { n } pagesAggregate { count } } }',
      { docs: [{ pages: [], pagesAggregate: { count: 0 } }] },
    ],
  ])('%s', async (_claim, query, expected) => {
    expect(await reads.read(query, { viewer: as(ANN) })).toEqual(expected);
  });

  it('refuses to tell by a cursor that was made for a hidden row', async () => {
    const admin = await reads.read(
      '{ docsConnection(orderBy: { size: ASC }) { edges { cursor node { title } } } }',
    );
    const cursor = admin.docsConnection.edges.at(-1).cursor;
    const { docsConnection } = await reads.read(
      'query ($c: String) { docsConnection(orderBy: { size: ASC }, before: $c, last: 5) { nodes { title } pageInfo { hasNextPage } } }',
      { viewer: as(ANN), variables: { c: cursor } },
    );
    expect(docsConnection).toEqual({
      nodes: [{ title: 'open' }, { title: 'anns' }],
      pageInfo: { hasNextPage: false },
    });
  });
});

describe('fields that Ann may not read', () => {
  it('are null, and the others are not', async () => {
    const { users } = await reads.read('{ users(orderBy: { name: ASC }) { name salary secret } }', {
      viewer: as(ANN),
    });
    expect(users).toEqual([
      { name: 'ann', salary: 10, secret: null },
      { name: 'bob', salary: null, secret: null },
    ]);
  });

  it.each<[string, string, unknown]>([
    ['in filters', '{ users(where: { salary: { gte: 0 } }) { name } }', { users: [{ name: 'ann' }] }],
    [
      'in negated filters',
      '{ users(where: { NOT: { salary: { eq: 5 } } }) { name } }',
      { users: [{ name: 'ann' }] },
    ],
    ['in isNull', '{ users(where: { salary: { isNull: true } }) { name } }', { users: [{ name: 'bob' }] }],
    [
      'in filters through relations',
      '{ docs(where: { owner: { is: { salary: { eq: 20 } } } }) { title } }',
      { docs: [] },
    ],
    [
      'in orders',
      '{ users(orderBy: { salary: DESC_NULLS_LAST }) { name } }',
      { users: [{ name: 'ann' }, { name: 'bob' }] },
    ],
    [
      'in orders through relations',
      '{ docs(orderBy: { owner: { salary: DESC_NULLS_LAST } }) { title } }',
      { docs: [{ title: 'anns' }, { title: 'open' }] },
    ],
    [
      'in aggregates',
      '{ usersAggregate { sum { salary } max { salary } countDistinct { salary } } }',
      { usersAggregate: { sum: { salary: 10 }, max: { salary: 10 }, countDistinct: { salary: 1 } } },
    ],
    [
      'in groups',
      '{ usersGroups(by: [{ field: salary }]) { key { salary } } }',
      { usersGroups: [{ key: { salary: 10 } }, { key: { salary: null } }] },
    ],
  ])('count as null %s', async (_claim, query, expected) => {
    expect(await reads.read(query, { viewer: as(ANN) })).toEqual(expected);
  });

  it('are left out of search where a rule may exclude the viewer', async () => {
    expect(await reads.read('{ docs(search: "annnote") { title } }', { viewer: as(ANN) })).toEqual({
      docs: [],
    });
    expect(await reads.read('{ docs(search: "annnote") { title } }')).toEqual({ docs: [{ title: 'anns' }] });
  });

  it.each([
    ['a filter', '{ users(where: { secret: { eq: "sb" } }) { name } }'],
    ['an order', '{ users(orderBy: { secret: ASC }) { name } }'],
    ['a group', '{ usersGroups(by: [{ field: secret }]) { key { secret } } }'],
    ['an aggregate', '{ usersAggregate { max { secret } } }'],
    ['a filter through a relation', '{ docs(where: { owner: { is: { secret: { eq: "sb" } } } }) { title } }'],
  ])('forbid %s where no row could show them', async (_claim, query) => {
    const ann = await reads.ask(query, { viewer: as(ANN) });
    expect(ann.errors.map(({ code }) => code)).toEqual(['FORBIDDEN']);
    expect(ann.statements).toEqual([]);
    const nobody = await reads.ask(query, { viewer: signedOut });
    expect(nobody.errors.map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
    const admin = await reads.ask(query, { viewer: as(ANN, ['admin']) });
    expect(admin.errors).toEqual([]);
  });
});

describe('a rule that no row can satisfy', () => {
  it.each([
    ['{ closeds { name } }'],
    [`{ closed(id: "${id(8)}") { name } }`],
    ['{ closedsConnection { totalCount } }'],
    ['{ closedsAggregate { count } }'],
    ['{ closedsGroups(by: [{ field: name }]) { key { name } } }'],
  ])('refuses %s without asking the database', async (query) => {
    const ann = await reads.ask(query, { viewer: as(ANN) });
    expect(ann.errors.map(({ code }) => code)).toEqual(['FORBIDDEN']);
    expect(ann.statements).toEqual([]);
    const nobody = await reads.ask(query, { viewer: signedOut });
    expect(nobody.errors.map(({ code }) => code)).toEqual(['UNAUTHENTICATED']);
  });

  it('is null by node', async () => {
    expect(await reads.read(`{ node(id: "${id(8)}") { id } }`, { viewer: as(ANN) })).toEqual({ node: null });
  });
});

it('answers the viewer their own row', async () => {
  expect(await reads.read('{ viewer { name salary } }', { viewer: as(BOB) })).toEqual({
    viewer: { name: 'bob', salary: 20 },
  });
  expect(await reads.read('{ viewer { name } }', { viewer: signedOut })).toEqual({ viewer: null });
});

describe('rules that follow the viewer or compare unlike things', () => {
  let own: Reads;
  beforeAll(async () => {
    own = await startReads(
      `
      type Team @model @access(read: "this.id == viewer.team.id") { id: ID! name: String! people: [Person!]! logs: [Log!]! }
      type Person @model @user @access(read: "true") { id: ID! name: String! team: Team }
      type Log @model @access(read: "viewer.id in this.watchers || (this.size > 1.5 && this.size / this.parts == 2)") {
        id: ID! @id(auto: INT)
        watchers: [String!]!
        size: Int!
        parts: Int!
        team: Team
      }
      extend type Query { mine: Int @access(call: "viewer.team.name == 'red'") }
    `,
      { Query: { mine: () => 7 } },
    );
    await own.run(`
      INSERT INTO "Team" (id, name) VALUES ('${ORG_A}', 'red'), ('${ORG_B}', 'blue');
      INSERT INTO "Person" (id, name, "teamId") VALUES ('${ANN}', 'ann', '${ORG_A}'), ('${BOB}', 'bob', null);
      INSERT INTO "Log" (watchers, size, parts) VALUES ('{${ANN}}', 1, 0), ('{}', 4, 2), ('{}', 4, 0), ('{}', 1, 0);
    `);
  });
  afterAll(() => own?.stop());

  it('read the row of the viewer', async () => {
    expect(await own.read('{ teams { name people { name } } }', { viewer: as(ANN) })).toEqual({
      teams: [{ name: 'red', people: [{ name: 'ann' }] }],
    });
    expect(await own.read('{ teams { name } }', { viewer: as(BOB) })).toEqual({ teams: [] });
    expect((await own.ask('{ teams { name } }', { viewer: as('garbage') })).data).toEqual({ teams: [] });
  });

  it('divide by nothing without an error', async () => {
    expect(await own.read('{ logs { id } }', { viewer: as(ANN) })).toEqual({
      logs: [{ id: '1' }, { id: '2' }],
    });
    expect(await own.read('{ logs { id } }', { viewer: as(BOB) })).toEqual({ logs: [{ id: '2' }] });
  });

  it('let only those call a custom field who may', async () => {
    expect(await own.read('{ mine }', { viewer: as(ANN) })).toEqual({ mine: 7 });
    expect((await own.ask('{ mine }', { viewer: as(BOB) })).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await own.ask('{ mine }', { viewer: signedOut })).errors).toMatchObject([
      { code: 'UNAUTHENTICATED' },
    ]);
  });
});
