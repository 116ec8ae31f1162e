import { beforeAll, describe, expect, test } from 'vitest';
import { type AuthServer, startAuthServer } from '../features/auth/support.ts';

const SDL = /* GraphQL */ `
  type Probe @model @access(read: "true", create: "true") {
    id: ID! @id(auto: NONE)
    n: Int!
    heat: Float! @column(type: "real") @access(read: "this.n >= 0")
    cold: Float @column(type: "real")
    many: [Float!]! @column(type: "real")
    origin: Probe @relation(name: "origin")
    open: Open
  }
  type Open @model @access(read: "this.probe.heat * 2.0 == 2.2 || this.probe.heat == 3.3") {
    id: ID! @id(auto: NONE)
    probe: Probe! @unique
  }
`;

/** A real is no double: 1.1 is stored as 1.10000002384, 3.3 as 3.29999995232. */
const HEATS = [1.1, 2.2, 3.3, 3.3, 3.3, 0.1, 16777216, 1e-30, -7.7, 0];

describe.each(['1', '0'])('with PLINTH_COMPILE=%s', (compile) => {
  let server: AuthServer;
  beforeAll(async () => {
    server = await startAuthServer(SDL, { PLINTH_COMPILE: compile });
    for (const [n, heat] of HEATS.entries()) {
      const key = n > 0 ? `origin: { connect: { id: "p${n - 1}" } }` : '';
      const input = `{ id: "p${n}", n: ${n}, heat: ${heat}, cold: ${heat}, many: [${heat}, 5.5], ${key} }`;
      expect((await server.graphql(`mutation { createProbe(input: ${input}) { heat } }`)).errors).toEqual([]);
    }
    await server.db.execute(`INSERT INTO "Open" (id, "probeId") SELECT 'o' || n, id FROM "Probe"`);
  });

  const data = async (query: string) => {
    const { data, errors } = await server.graphql(query);
    expect(errors).toEqual([]);
    return data as Record<string, unknown>;
  };

  test.each([
    ['{ heat: { eq: 1.1 } }', [0]],
    ['{ heat: { in: [1.1, 2.2, 9.9] } }', [0, 1]],
    ['{ heat: { ne: 3.3, gt: 0.1 } }', [0, 1, 6]],
    ['{ cold: { gte: 3.3 } }', [2, 3, 4, 6]],
    ['{ cold: { lt: 1.1 } }', [5, 7, 8, 9]],
    ['{ cold: { lt: 1e300, gt: -1e300 } }', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['{ cold: { lte: 1e-60, gte: 0 } }', [9]],
    ['{ many: { has: 2.2 } }', [1]],
    ['{ many: { hasEvery: [5.5, 1.1] } }', [0]],
    ['{ origin: { is: { heat: { eq: 1.1 } } } }', [1]],
  ])('a filter finds what is shown: %s', async (where, found) => {
    const { probes } = await data(`{ probes(where: ${where}, orderBy: [{ n: ASC }]) { n } }`);
    expect(probes).toEqual(found.map((n) => ({ n })));
  });

  test('a rule compares and calculates with what is shown', async () => {
    const { opens } = await data('{ opens { id } }');
    expect(opens).toEqual(['o0', 'o2', 'o3', 'o4'].map((id) => ({ id })));
  });

  test.each([
    '{ heat: ASC }',
    '{ heat: DESC }',
    '{ cold: DESC }',
    '{ origin: { heat: ASC } }',
    '{ origin: { cold: DESC } }',
  ])('pages in the order %s neither overlap nor leave out a row', async (order) => {
    for (const [size, cursor, has, end] of [
      ['first', 'after', 'hasNextPage', 'endCursor'],
      ['last', 'before', 'hasPreviousPage', 'startCursor'],
    ] as const) {
      const seen: number[] = [];
      let place = '';
      for (let page = 0; page < HEATS.length; page++) {
        const args = `${size}: 2, orderBy: [${order}]${place}`;
        const { probesConnection } = await data(
          `{ probesConnection(${args}) { nodes { n } pageInfo { ${has} ${end} } } }`,
        );
        const { nodes, pageInfo } = probesConnection as {
          nodes: { n: number }[];
          pageInfo: Record<string, unknown>;
        };
        seen.push(...nodes.map(({ n }) => n));
        if (pageInfo[has] !== true) break;
        place = `, ${cursor}: ${JSON.stringify(pageInfo[end])}`;
      }
      expect(seen.toSorted((a, b) => a - b)).toEqual([...HEATS.keys()]);
    }
  });

  test('aggregates and groups are of what is shown', async () => {
    const where = 'where: { n: { lt: 3 } }';
    const answer = await data(`{
      probesAggregate(${where}) { sum { cold } min { cold } max { cold } countDistinct { cold } }
      probesGroups(by: [{ field: cold }], ${where}, having: { sum: { cold: { gte: 2.2 } } }) {
        key { cold } aggregate { sum { cold } }
      }
    }`);
    expect(answer).toEqual({
      probesAggregate: {
        sum: { cold: 1.1 + 2.2 + 3.3 },
        min: { cold: 1.1 },
        max: { cold: 3.3 },
        countDistinct: { cold: 3 },
      },
      probesGroups: [2.2, 3.3].map((cold) => ({ key: { cold }, aggregate: { sum: { cold } } })),
    });
  });
});
