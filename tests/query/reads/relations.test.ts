import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, type Reads, startReads } from './start-reads.ts';

const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
const SDL = `
type Team @model ${OPEN} {
  id: ID!
  name: String! @unique
  members: [Person!]!
  badge: Badge
  tags: [Tag!]!
  loudName: String! @computed
}
type Badge @model ${OPEN} { id: ID! text: String! team: Team! @unique }
type Tag @model ${OPEN} { id: ID! name: String! @unique teams: [Team!]! }
type Person @model ${OPEN} {
  id: ID!
  email: String! @unique
  age: Int
  team: Team
  follows: [Person!]! @relation(name: "follows")
  followers: [Person!]! @relation(name: "follows")
}
extend type Query {
  favourite(name: String!): Team @access(call: "true")
  favourites: [Team!]! @access(call: "true")
  summary: Summary! @access(call: "true")
}
type Summary { best: Team members: [Person!]! note: String }
`;

const custom = {
  Query: {
    favourite: (_: unknown, args: { name: string }) => ({ id: team(Number(args.name)), name: 'forged' }),
    favourites: () => [{ id: team(2) }, { id: team(1) }, { id: team(999) }],
    summary: () => ({ best: { id: team(1), name: 'forged' }, members: () => [{ id: person(1) }], note: 'n' }),
  },
  Team: { loudName: (parent: { name: string }) => parent.name.toUpperCase() },
};

const team = (n: number) => `00000000-0000-7000-8000-1${String(n).padStart(11, '0')}`;
const person = (n: number) => `00000000-0000-7000-8000-2${String(n).padStart(11, '0')}`;

let reads: Reads;
beforeAll(async () => {
  reads = await startReads(SDL, custom);
});
afterAll(() => reads?.stop());

/** `n` teams with 3 people, a badge and 2 tags each; everybody follows the next two. */
async function fill(n: number): Promise<void> {
  await reads.run(`
    TRUNCATE "Team", "Person", "Badge", "Tag" CASCADE;
    INSERT INTO "Team" (id, name) SELECT ('00000000-0000-7000-8000-1' || lpad(i::text, 11, '0'))::uuid, 'team ' || lpad(i::text, 3, '0') FROM generate_series(1, ${n}) i;
    INSERT INTO "Person" (id, email, age, "teamId") SELECT ('00000000-0000-7000-8000-2' || lpad(i::text, 11, '0'))::uuid, 'p' || lpad(i::text, 4, '0'), i % 7, ('00000000-0000-7000-8000-1' || lpad(((i - 1) / 3 + 1)::text, 11, '0'))::uuid FROM generate_series(1, ${n * 3}) i;
    INSERT INTO "Badge" (id, text, "teamId") SELECT gen_random_uuid(), 'badge of ' || name, id FROM "Team";
    INSERT INTO "Tag" (id, name) SELECT gen_random_uuid(), 'tag ' || i FROM generate_series(1, 4) i;
  `);
  const { built } = reads;
  const tags = built.app.entityByName.get('Team')?.fieldByName.get('tags');
  const follows = built.app.entityByName.get('Person')?.fieldByName.get('follows');
  if (tags?.kind !== 'relation' || tags.storage.kind !== 'join') throw new Error('tags');
  if (follows?.kind !== 'relation' || follows.storage.kind !== 'join') throw new Error('follows');
  await reads.run(`
    INSERT INTO "${tags.storage.table}" ("${tags.storage.own}", "${tags.storage.other}") SELECT t.id, g.id FROM "Team" t, "Tag" g WHERE g.name IN ('tag 1', 'tag 3');
    INSERT INTO "${follows.storage.table}" ("${follows.storage.own}", "${follows.storage.other}")
      SELECT a.id, b.id FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM "Person") a
      JOIN (SELECT id, row_number() OVER (ORDER BY id) AS n FROM "Person") b ON b.n IN (a.n + 1, a.n + 2);
  `);
}

describe('statements per query do not grow with rows', () => {
  it.each<[string, string, number]>([
    ['to one', '{ people { team { name } } }', 2],
    ['to one, key alone', '{ people { team { id } } }', 2],
    ['far side of one to one', '{ teams { badge { text } } }', 2],
    ['one to many', '{ teams { members { email } } }', 2],
    [
      'one to many with its own order and limit',
      '{ teams { members(orderBy: { age: DESC }, limit: 2, offset: 1) { email } } }',
      2,
    ],
    ['many to many', '{ teams { tags { name } } }', 2],
    ['many to many from the other side', '{ tags { teams(limit: 3) { name } } }', 2],
    ['people followed', '{ people { follows { email } } }', 2],
    ['followers', '{ people { followers(orderBy: { email: DESC }) { email } } }', 2],
    [
      'connection',
      '{ teams { membersConnection(first: 2) { nodes { email } edges { cursor } pageInfo { hasNextPage endCursor } } } }',
      2,
    ],
    ['connection with total', '{ teams { membersConnection(last: 2) { totalCount nodes { email } } } }', 3],
    ['aggregate', '{ teams { membersAggregate { count avg { age } } } }', 2],
    ['deep', '{ teams { members { follows { team { badge { text team { tags { name } } } } } } } }', 6],
    [
      'filtered by variables',
      '{ teams { members(where: { team: { is: { name: { contains: "1" } } } }) { email } } }',
      2,
    ],
    ['resolved in TypeScript', '{ teams { loudName } }', 1],
  ])('%s', async (_claim, query, expected) => {
    for (const size of [2, 30]) {
      if (size !== filled) await fill(size);
      filled = size;
      const { statements, errors } = await reads.ask(query);
      expect(errors).toEqual([]);
      expect(statements).toHaveLength(expected);
    }
  });
});
let filled = 0;

describe('relations answer the right rows', () => {
  beforeAll(() => fill(3));

  it('keeps limits and orders per parent', async () => {
    const { teams } = await reads.read(
      '{ teams(orderBy: { name: ASC }) { members(orderBy: { email: DESC }, limit: 2) { email } } }',
    );
    expect(teams.map((one: Loose) => one.members.map((member: Loose) => member.email))).toEqual([
      ['p0003', 'p0002'],
      ['p0006', 'p0005'],
      ['p0009', 'p0008'],
    ]);
  });

  it('follows a relation to itself both ways', async () => {
    const { a, b } = await reads.read(
      '{ a: personByEmail(email: "p0001") { follows { email } followers { email } } b: personByEmail(email: "p0003") { follows { email } followers { email } } }',
    );
    expect(a).toEqual({ follows: [{ email: 'p0002' }, { email: 'p0003' }], followers: [] });
    expect(b).toEqual({
      follows: [{ email: 'p0004' }, { email: 'p0005' }],
      followers: [{ email: 'p0001' }, { email: 'p0002' }],
    });
  });

  it('answers aliases with different arguments apart', async () => {
    const { team: one } = await reads.read(
      `{ team(id: "${team(1)}") { first: members(limit: 1) { email } last: members(limit: 1, orderBy: { email: DESC }) { email } none: members(limit: 0) { email } } }`,
    );
    expect(one).toEqual({ first: [{ email: 'p0001' }], last: [{ email: 'p0003' }], none: [] });
  });

  it('answers connections, totals and aggregates per parent', async () => {
    const { teams } = await reads.read(`{ teams(orderBy: { name: ASC }, limit: 2) {
      membersConnection(first: 2, where: { email: { ne: "p0001" } }) { totalCount nodes { email } pageInfo { hasNextPage hasPreviousPage } }
      membersAggregate(where: { age: { gt: 1 } }) { count sum { age } min { email } countDistinct { age } }
    } }`);
    expect(teams).toEqual([
      {
        membersConnection: {
          totalCount: 2,
          nodes: [{ email: 'p0002' }, { email: 'p0003' }],
          pageInfo: { hasNextPage: false, hasPreviousPage: false },
        },
        membersAggregate: { count: 2, sum: { age: 5 }, min: { email: 'p0002' }, countDistinct: { age: 2 } },
      },
      {
        membersConnection: {
          totalCount: 3,
          nodes: [{ email: 'p0004' }, { email: 'p0005' }],
          pageInfo: { hasNextPage: true, hasPreviousPage: false },
        },
        membersAggregate: { count: 3, sum: { age: 15 }, min: { email: 'p0004' }, countDistinct: { age: 3 } },
      },
    ]);
  });

  it('finds nodes of every entity, in order, with nulls and twice if asked twice', async () => {
    const ids = [person(2), 'garbage', team(1), person(2), team(999)];
    const { data, statements, errors } = await reads.ask(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Person { email team { name } } ... on Team { name } } }',
      { variables: { ids } },
    );
    expect(errors).toEqual([]);
    expect(data.nodes).toEqual([
      { __typename: 'Person', id: person(2), email: 'p0002', team: { name: 'team 001' } },
      null,
      { __typename: 'Team', id: team(1), name: 'team 001' },
      { __typename: 'Person', id: person(2), email: 'p0002', team: { name: 'team 001' } },
      null,
    ]);
    expect(statements.length).toBeLessThanOrEqual(4);
  });

  it('reads rows of custom resolvers again, so that nothing forged or missing is answered', async () => {
    const data = await reads.read(
      '{ favourite(name: "1") { name loudName members(limit: 1) { email } } none: favourite(name: "99") { name } favourites { name } summary { best { name } members { email } note } }',
    );
    expect(data).toEqual({
      favourite: { name: 'team 001', loudName: 'TEAM 001', members: [{ email: 'p0001' }] },
      none: null,
      favourites: [{ name: 'team 002' }, { name: 'team 001' }],
      summary: { best: { name: 'team 001' }, members: [{ email: 'p0001' }], note: 'n' },
    });
  });
});

describe('what does not build', () => {
  it('names a custom field without a resolver, and a resolver without a field, in one error', async () => {
    const { Team, ...rest } = custom;
    await expect(startReads(SDL, { ...rest, Query: { ...custom.Query, stray: () => 1 } })).rejects.toThrow(
      /schema\.graphql:\d+:\d+ Team\.loudName has no resolver[\s\S]*Query\.stray/,
    );
    expect(Team).toBeDefined();
  });
});
