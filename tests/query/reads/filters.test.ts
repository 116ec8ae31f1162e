import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Reads, startReads } from './start-reads.ts';

const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
const SDL = `
enum Role { MEMBER OWNER }
type Team @model ${OPEN} {
  id: ID!
  name: String! @unique
  score: Int
  role: Role! @default(value: MEMBER)
  labels: [String!]!
  price: Decimal
  big: BigInt
  ratio: Float
  born: Date
  at: DateTime
  code: UUID
  data: JSON
  moods: [Role!]!
  open: Boolean
  members: [Person!]!
}
type Person @model ${OPEN} {
  id: ID!
  email: String! @unique
  team: Team
}
type Counter @model ${OPEN} { id: ID! @id(auto: INT) name: String! }
`;

const ID = (n: number) => `00000000-0000-7000-8000-00000000000${n}`;

let reads: Reads;
beforeAll(async () => {
  reads = await startReads(SDL);
  await reads.run(`
    INSERT INTO "Team" (id, name, score, role, labels, price, big, ratio, born, at, code, data, moods, open) VALUES
    ('${ID(1)}', 'Alpha', 1, 'MEMBER', '{a,b}', 10.50, 9007199254740993, 0.1, '2020-01-01', '2020-01-01T10:00:00Z', '${ID(7)}', '{"a":{"b":1},"l":[1,2]}', '{OWNER}', true),
    ('${ID(2)}', 'beta 100%', 2, 'OWNER', '{}', 2, 5, 2.5, '2021-05-05', '2021-05-05T00:00:00.123Z', null, '{"a":{"b":2}}', '{}', false),
    ('${ID(3)}', 'under_score', null, 'MEMBER', '{b}', null, null, null, null, null, null, null, '{MEMBER,OWNER}', null);
    INSERT INTO "Person" (id, email, "teamId") VALUES
    ('${ID(4)}', 'a@x', '${ID(1)}'), ('${ID(5)}', 'b@x', '${ID(1)}'), ('${ID(6)}', 'c@x', null);
    INSERT INTO "Counter" (name) VALUES ('one'), ('two');
  `);
});
afterAll(() => reads?.stop());

/** Names of the teams that a filter finds, in order of name. */
async function teams(where: unknown): Promise<string> {
  const { teams } = await reads.read(
    'query ($where: TeamWhere) { teams(where: $where, orderBy: { name: ASC }) { name } }',
    {
      variables: { where },
    },
  );
  return teams.map((team: { name: string }) => team.name[0]).join('');
}

async function people(where: unknown): Promise<string> {
  const { people } = await reads.read(
    'query ($where: PersonWhere) { people(where: $where, orderBy: { email: ASC }) { email } }',
    {
      variables: { where },
    },
  );
  return people.map((person: { email: string }) => person.email[0]).join('');
}

describe('a filter of values', () => {
  it.each<[string, unknown, string]>([
    ['null is no filter', null, 'Abu'],
    ['an empty filter is no filter', {}, 'Abu'],
    ['null for an operators object is no filter', { score: null }, 'Abu'],
    ['eq', { score: { eq: 1 } }, 'A'],
    ['ne leaves out nulls', { score: { ne: 1 } }, 'b'],
    ['in', { score: { in: [1, 2] } }, 'Ab'],
    ['in of nothing is nothing', { score: { in: [] } }, ''],
    ['notIn leaves out nulls', { score: { notIn: [1] } }, 'b'],
    ['notIn of nothing is everything', { score: { notIn: [] } }, 'Abu'],
    ['lt', { score: { lt: 2 } }, 'A'],
    ['several operators all hold', { score: { gte: 1, lt: 2 } }, 'A'],
    ['isNull', { score: { isNull: true } }, 'u'],
    ['isNull false', { score: { isNull: false } }, 'Ab'],
    ['NOT leaves out nulls', { NOT: { score: { eq: 1 } } }, 'b'],
    ['NOT of NOT', { NOT: { NOT: { score: { eq: 1 } } } }, 'A'],
    ['OR', { OR: [{ score: { eq: 1 } }, { score: { isNull: true } }] }, 'Au'],
    ['OR of nothing is nothing', { OR: [] }, ''],
    ['AND of nothing is everything', { AND: [] }, 'Abu'],
    ['contains', { name: { contains: 'eta' } }, 'b'],
    ['contains takes percent literally', { name: { contains: '%' } }, 'b'],
    ['contains takes underscore literally', { name: { contains: '_' } }, 'u'],
    ['contains takes a backslash literally', { name: { contains: '\\' } }, ''],
    ['startsWith', { name: { startsWith: 'Al' } }, 'A'],
    ['endsWith', { name: { endsWith: '%' } }, 'b'],
    ['contains minds case', { name: { contains: 'ALPHA' } }, ''],
    ['mode INSENSITIVE for contains', { name: { contains: 'ALPHA', mode: 'INSENSITIVE' } }, 'A'],
    ['mode INSENSITIVE for eq', { name: { eq: 'ALPHA', mode: 'INSENSITIVE' } }, 'A'],
    ['mode INSENSITIVE for in', { name: { in: ['ALPHA', 'UNDER_SCORE'], mode: 'INSENSITIVE' } }, 'Au'],
    ['mode INSENSITIVE for notIn', { name: { notIn: ['ALPHA'], mode: 'INSENSITIVE' } }, 'bu'],
    ['enum eq', { role: { eq: 'OWNER' } }, 'b'],
    ['enum in', { role: { in: ['OWNER', 'MEMBER'] } }, 'Abu'],
    ['boolean eq', { open: { eq: false } }, 'b'],
    ['boolean ne leaves out nulls', { open: { ne: false } }, 'A'],
    ['list has', { labels: { has: 'b' } }, 'Au'],
    ['list hasSome', { labels: { hasSome: ['a', 'z'] } }, 'A'],
    ['list hasSome of nothing is nothing', { labels: { hasSome: [] } }, ''],
    ['list hasEvery', { labels: { hasEvery: ['a', 'b'] } }, 'A'],
    ['list hasEvery of nothing is everything', { labels: { hasEvery: [] } }, 'Abu'],
    ['list isEmpty', { labels: { isEmpty: true } }, 'b'],
    ['list isEmpty false', { labels: { isEmpty: false } }, 'Au'],
    ['enum list has', { moods: { has: 'OWNER' } }, 'Au'],
    ['enum list hasEvery', { moods: { hasEvery: ['MEMBER', 'OWNER'] } }, 'u'],
    ['Decimal eq by value', { price: { eq: '10.5' } }, 'A'],
    ['BigInt beyond doubles', { big: { eq: '9007199254740993' } }, 'A'],
    ['BigInt next to it', { big: { eq: '9007199254740992' } }, ''],
    ['Float', { ratio: { gt: 0.1 } }, 'b'],
    ['Date', { born: { gte: '2021-01-01' } }, 'b'],
    ['DateTime', { at: { eq: '2021-05-05T00:00:00.123Z' } }, 'b'],
    ['UUID', { code: { eq: ID(7) } }, 'A'],
    ['JSON eq at a path', { data: { path: ['a', 'b'], eq: 1 } }, 'A'],
    ['JSON contains', { data: { contains: { a: { b: 2 } } } }, 'b'],
    ['JSON contains at a path', { data: { path: ['l'], contains: [2] } }, 'A'],
    ['JSON eq ignores the order of keys', { data: { eq: { l: [1, 2], a: { b: 1 } } } }, 'A'],
    ['id eq', { id: { eq: ID(2) } }, 'b'],
    ['id eq in capitals', { id: { eq: ID(2).toUpperCase() } }, 'b'],
    ['a malformed id is found nowhere', { id: { eq: 'garbage' } }, ''],
    ['a malformed id differs from every id', { id: { ne: 'garbage' } }, 'Abu'],
    ['malformed ids beside a good one', { id: { in: ['garbage', ID(3)] } }, 'u'],
  ])('%s', async (_claim, where, expected) => {
    expect(await teams(where)).toBe(expected);
  });

  it.each([['99999999999'], ['-1'], ['1.5'], ['x'], ['01'], ['']])(
    'an INT id %j is found nowhere and breaks nothing',
    async (id) => {
      const { data } = await reads.ask(
        'query ($id: ID!) { counter(id: $id) { id } counters(where: { id: { eq: $id } }) { id } }',
        { variables: { id } },
      );
      expect(data).toEqual({ counter: null, counters: [] });
    },
  );
});

describe('a filter of relations', () => {
  it.each<[string, unknown, string]>([
    ['is', { team: { is: { name: { eq: 'Alpha' } } } }, 'ab'],
    ['is of everything asks for a relation', { team: { is: {} } }, 'ab'],
    ['isNot holds where nothing is related', { team: { isNot: { name: { eq: 'Alpha' } } } }, 'c'],
    ['isNot is two-valued', { team: { isNot: { score: { eq: 5 } } } }, 'abc'],
    ['NOT is holds where nothing is related', { NOT: { team: { is: { name: { eq: 'Alpha' } } } } }, 'c'],
    ['isNull', { team: { isNull: true } }, 'c'],
    ['isNull false', { team: { isNull: false } }, 'ab'],
    ['a null relation filter is no filter', { team: null }, 'abc'],
  ])('to one: %s', async (_claim, where, expected) => {
    expect(await people(where)).toBe(expected);
  });

  it.each<[string, unknown, string]>([
    ['some', { members: { some: { email: { eq: 'a@x' } } } }, 'A'],
    ['some of everything', { members: { some: {} } }, 'A'],
    ['none', { members: { none: { email: { eq: 'a@x' } } } }, 'bu'],
    ['every', { members: { every: { email: { eq: 'a@x' } } } }, 'bu'],
    ['every that holds', { members: { every: { email: { contains: '@' } } } }, 'Abu'],
    ['nested', { members: { some: { team: { is: { members: { some: { email: { eq: 'b@x' } } } } } } } }, 'A'],
    ['NOT some', { NOT: { members: { some: {} } } }, 'bu'],
  ])('to many: %s', async (_claim, where, expected) => {
    expect(await teams(where)).toBe(expected);
  });
});

describe('a bad filter is BAD_USER_INPUT that says where', () => {
  const nested = (depth: number): unknown => (depth === 0 ? {} : { NOT: nested(depth - 1) });
  it.each<[string, unknown, unknown[], RegExp]>([
    ['eq null names isNull', { score: { eq: null } }, ['where', 'score', 'eq'], /isNull/],
    ['in null names isNull', { score: { in: null } }, ['where', 'score', 'in'], /isNull/],
    ['NUL in a text', { name: { eq: 'a\u0000b' } }, ['where', 'name', 'eq'], /U\+0000/],
    ['half a surrogate pair', { name: { contains: 'a\ud800' } }, ['where', 'name', 'contains'], /surrogate/],
    [
      'a list too long',
      { score: { in: Array.from({ length: 1001 }, (_, i) => i) } },
      ['where', 'score', 'in'],
      /1000/,
    ],
    ['path alone', { data: { path: ['a'] } }, ['where', 'data', 'path'], /eq/],
    [
      'is null names isNull',
      { members: { some: { team: { is: null } } } },
      ['where', 'members', 'some', 'team', 'is'],
      /isNull/,
    ],
    ['depth', nested(30), expect.anything() as never, /20/],
  ])('%s', async (_claim, where, path, message) => {
    const { errors } = await reads.ask('query ($where: TeamWhere) { teams(where: $where) { id } }', {
      variables: { where },
    });
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', issues: [{ path }] }]);
    expect(errors[0]?.message).toMatch(message);
  });
});

it('answers every scalar in the form of the API', async () => {
  const { teams: rows } = await reads.read(
    '{ teams(orderBy: { name: ASC }) { name score role labels price big ratio born at code data moods open } }',
  );
  expect(rows).toEqual([
    {
      name: 'Alpha',
      score: 1,
      role: 'MEMBER',
      labels: ['a', 'b'],
      price: '10.5',
      big: '9007199254740993',
      ratio: 0.1,
      born: '2020-01-01',
      at: '2020-01-01T10:00:00.000Z',
      code: ID(7),
      data: { a: { b: 1 }, l: [1, 2] },
      moods: ['OWNER'],
      open: true,
    },
    {
      name: 'beta 100%',
      score: 2,
      role: 'OWNER',
      labels: [],
      price: '2',
      big: '5',
      ratio: 2.5,
      born: '2021-05-05',
      at: '2021-05-05T00:00:00.123Z',
      code: null,
      data: { a: { b: 2 } },
      moods: [],
      open: false,
    },
    {
      name: 'under_score',
      score: null,
      role: 'MEMBER',
      labels: ['b'],
      price: null,
      big: null,
      ratio: null,
      born: null,
      at: null,
      code: null,
      data: null,
      moods: ['MEMBER', 'OWNER'],
      open: null,
    },
  ]);
});
