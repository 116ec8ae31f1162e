import { beforeAll, describe, expect, test } from 'vitest';
import { type AuthServer, startAuthServer } from '../features/auth/support.ts';

const SDL = /* GraphQL */ `
  type Bag @model @access(read: "size(this.words) > 0 || 'a' in this.words", create: "true") {
    id: ID! @id(auto: NONE)
    words: [String!]! @column(type: "varchar(20)") @index(kind: GIN)
    codes: [String!]! @column(type: "char(3)")
    small: [Int!]! @column(type: "smallint")
    money: [Decimal!]! @column(type: "numeric(10,2)")
    warm: [Float!]! @column(type: "real")
    seen: [DateTime!]! @column(type: "timestamp(3)")
    times: [Time!] @column(type: "time(6)")
    mails: [EmailAddress!] @column(type: "varchar(80)")
    heat: Float @unique @column(type: "real")
  }
`;

const VALUES = {
  words: ['ab', 'c d'],
  codes: ['abc', 'xyz'],
  small: [1, -32768],
  money: ['1.5', '20'],
  warm: [1.1, -2.5],
  seen: ['2024-02-29T12:00:00.000Z', '1999-12-31T23:59:59.999Z'],
  times: ['12:00:00', '23:59:59.999'],
  mails: ['a@x.org', 'b@x.org'],
} as const;

// PostgreSQL has no operators between varchar[] and text[], smallint[] and int4[], and so on.
describe.each(['1', '0'])('with PLINTH_COMPILE=%s', (compile) => {
  let server: AuthServer;
  beforeAll(async () => {
    server = await startAuthServer(SDL, { PLINTH_COMPILE: compile });
    const create = 'mutation ($input: BagCreateInput!) { createBag(input: $input) { id } }';
    for (const input of [
      { id: 'full', heat: 1.1, ...VALUES },
      { id: 'empty', words: ['none'] },
    ])
      expect((await server.graphql(create, { input })).errors).toEqual([]);
  });

  const idsWhere = async (where: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const { data, errors } = await server.graphql(
      'query ($where: BagWhere) { bags(where: $where, orderBy: [{ id: ASC }]) { id } }',
      { where },
    );
    expect(errors).toEqual([]);
    return (data as { bags: { id: string }[] }).bags.map(({ id }) => id);
  };

  test.each(Object.entries(VALUES))('%s', async (field, [first, second]) => {
    for (const found of [
      { has: first },
      { hasSome: [second] },
      { hasEvery: [second, first] },
      { isEmpty: false, hasSome: [first, second] },
    ])
      expect(await idsWhere({ [field]: found })).toEqual(['full']);
    const { data, errors } = await server.graphql(`{ bags(where: { id: { eq: "full" } }) { ${field} } }`);
    expect([errors, data]).toEqual([[], { bags: [{ [field]: [first, second] }] }]);
  });

  test('a unique real finds its row', async () => {
    const { data, errors } = await server.graphql(
      '{ bagByHeat(heat: 1.1) { id heat } none: bagByHeat(heat: 1.10001) { id } }',
    );
    expect([errors, data]).toEqual([[], { bagByHeat: { id: 'full', heat: 1.1 }, none: null }]);
  });
});
