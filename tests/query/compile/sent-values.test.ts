import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedOut } from '../reads/start-reads.ts';
import { startTwoPaths, type TwoPaths } from './two-paths.ts';

/** Values that are sent as PostgreSQL writes them, and become JSON where the rows are read. */
let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(`
    enum Mood { GOOD BAD }
    type Place @model @access(read: "true") {
      id: ID! @id(auto: NONE) @column(type: "char(8)")
      since: DateTime
      share: Decimal
      events: [Event!]!
    }
    type Event @model @access(read: "true") {
      id: ID! @id(auto: INT)
      place: Place
      fine: DateTime @column(type: "timestamptz(6)")
      local: DateTime @column(type: "timestamp(6)")
      made: DateTime!
      day: Date
      price: Decimal
      fee: Decimal!
      big: BigInt @index
      title: String @column(type: "varchar(20)")
      small: Int @column(type: "smallint")
      mood: Mood
      code: String @column(type: "char(6)")
      done: Boolean
      key: UUID
      secret: DateTime @access(read: "this.done == true")
      sum: Decimal @computed(sql: "price + 1")
    }`);
  await paths.reads.run(
    `INSERT INTO "Place" (id, since, share) VALUES ('a', '1999-12-31 23:59:59.999Z', 0.10), ('b', NULL, NULL)`,
  );
  await paths.reads.run(`INSERT INTO "Event"
    (id, "placeId", fine, local, made, day, price, fee, big, mood, code, done, key, secret, title, small) VALUES
    (1, 'a', '2026-01-02 03:04:05.123456Z', '2026-01-02 03:04:05.9999', '2026-01-02 03:04:05.1Z', '2026-01-02', 1.500, 100, 9007199254740993, 'GOOD', 'x', TRUE, '0190a000-0000-7000-8000-000000000001', '2020-02-29 12:00Z', 'Title "one"', 1),
    (2, 'b', '0001-01-01 00:00:00Z', '0001-01-01', '9999-12-31 23:59:59.999Z', '0001-01-01', -0.000, 1e20, -1, 'BAD', 'y z', FALSE, NULL, '2020-02-29 12:00Z', '', -32768),
    (3, NULL, NULL, NULL, '2026-06-30 00:00:00Z', NULL, NULL, 0.0000001, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, NULL, 'infinity', '-infinity', '1970-01-01 00:00:00Z', 'infinity', 12345678901234567890.0987654321000, 7, 9223372036854775807, 'GOOD', '', TRUE, NULL, '-infinity', 'ü', 0)`);
});
afterAll(() => paths?.reads.stop());

const ALL =
  'id fine local made day price fee big title small mood code done key secret sum place { id since share }';

describe('values that are sent as they are', () => {
  it.each([
    `{ events { ${ALL} } }`,
    `{ events(orderBy: [{made: DESC}, {id: ASC}], limit: 2) { ${ALL} } }`,
    `{ places { id since share events { id made } } }`,
    `{ eventsConnection(first: 3, orderBy: [{made: DESC}, {id: ASC}]) { nodes { ${ALL} } edges { cursor node { made } } pageInfo { startCursor endCursor hasNextPage } totalCount } }`,
    ...[
      'fine',
      'local',
      'day',
      'price',
      'big',
      'mood',
      'code',
      'done',
      'key',
      'secret',
      'place: {since',
    ].flatMap((key) => {
      const order = key.includes('{') ? `{${key}: DESC}}` : `{${key}: DESC}`;
      return ['first', 'last'].map(
        (side) =>
          `{ eventsConnection(${side}: 2, orderBy: [${order}, {id: ASC}]) { nodes { id made price } pageInfo { startCursor endCursor } } }`,
      );
    }),
  ])('are answered alike by both paths: %s', async (source) => {
    const { compiled, resolvers, errors } = await paths.ask({ source, viewer: signedOut });
    expect(errors).toEqual([]);
    expect(compiled).toBe(resolvers);
  });

  it('are what the API says', async () => {
    const { compiled } = await paths.ask({ source: `{ events { ${ALL} } }`, viewer: signedOut });
    const [first, second, , last] = JSON.parse(compiled ?? '').events;
    expect(first).toEqual({
      id: '1',
      fine: '2026-01-02T03:04:05.123Z',
      local: '2026-01-02T03:04:05.999Z',
      made: '2026-01-02T03:04:05.100Z',
      day: '2026-01-02',
      price: '1.5',
      fee: '100',
      big: '9007199254740993',
      title: 'Title "one"',
      small: 1,
      mood: 'GOOD',
      code: 'x     ',
      done: true,
      key: '0190a000-0000-7000-8000-000000000001',
      secret: '2020-02-29T12:00:00.000Z',
      sum: '2.5',
      place: { id: 'a', since: '1999-12-31T23:59:59.999Z', share: '0.1' },
    });
    expect(second).toMatchObject({
      fine: '0001-01-01T00:00:00.000Z',
      price: '0',
      fee: '100000000000000000000',
      secret: null,
    });
    expect(last).toMatchObject({
      fine: null,
      local: null,
      day: null,
      price: '12345678901234567890.0987654321',
      secret: null,
    });
  });

  it.each([
    ['fee', `'NaN'`],
    ['price', `'NaN'`],
    ['made', `'infinity'`],
    ['made', `'10000-01-01'`],
    ['fine', `'0001-01-01 BC'`],
    ['day', `'10000-01-01'`],
  ])('are left to the resolvers where the API cannot say them: %s = %s', async (field, value) => {
    const { run } = paths.reads;
    await run(
      `INSERT INTO "Event" (id, made, fee, ${field === 'made' || field === 'fee' ? 'big' : field}) VALUES (9, now(), 1, NULL)`,
    );
    await run(`UPDATE "Event" SET ${field} = ${value} WHERE id = 9`);
    try {
      const source = `{ events(where: {id: {eq: 9}}) { id ${field} } }`;
      const answer = paths.ask({ source, viewer: signedOut });
      await expect(answer).resolves.toMatchObject({ compiled: undefined });
    } finally {
      await run('DELETE FROM "Event" WHERE id = 9');
    }
  });

  it.each([
    '{ events(orderBy: [{price: ASC}], limit: 2) { id made mood place { since } } }',
    '{ eventsConnection(orderBy: [{price: DESC}], first: 2) { nodes { id made mood place { since } } pageInfo { endCursor } totalCount } }',
    '{ a: events(orderBy: [{price: ASC}], limit: 2) { id place { since } } b: events { id } }',
  ])(
    'are made of the first rows alone, and these joined, where they have to be sorted: %s',
    async (source) => {
      const { statements, compiled, resolvers } = await paths.ask({ source, viewer: signedOut });
      const [, sorted] =
        /FROM \((SELECT [^()]* FROM "Event" AS "[^"]*" ORDER BY [^()]* LIMIT \d)\)/.exec(
          statements[0] ?? '',
        ) ?? [];
      expect(sorted).toBeDefined();
      expect(sorted).not.toMatch(/::|CASE|JOIN/);
      expect(compiled).toBe(resolvers);
    },
  );

  it.each([
    '{ events(limit: 2) { id made place { since } } }',
    '{ events(orderBy: [{big: ASC}], limit: 2) { id made place { since } } }',
  ])('are joined as they are read where an index has them in order: %s', async (source) => {
    const { statements } = await paths.ask({ source });
    expect(statements[0]).not.toMatch(/FROM \(SELECT/);
  });

  it('are read on after their columns have become others', async () => {
    const { run } = paths.reads;
    const asks = [
      `{ events { ${ALL} } }`,
      `{ eventsConnection(first: 4, orderBy: [{title: ASC}]) { nodes { ${ALL} } edges { cursor } } }`,
    ];
    // Often enough for the statement to be prepared on every connection.
    const before = await Promise.all(
      Array.from({ length: 30 }, (_, turn) => paths.ask({ source: asks[turn % 2] ?? '', viewer: signedOut })),
    );
    await run(`ALTER TABLE "Event" ALTER title TYPE text, ALTER small TYPE integer, ALTER fine TYPE timestamptz(6),
      ALTER made TYPE timestamptz(6), ALTER fee TYPE numeric(40, 10);
      ALTER TABLE "Place" ALTER share TYPE numeric(20, 10)`);
    for (const [turn, { compiled }] of before.entries()) {
      const after = await paths.ask({ source: asks[turn % 2] ?? '', viewer: signedOut });
      expect(after.compiled).toBe(compiled);
    }
    expect(before.every(({ compiled }) => compiled !== undefined)).toBe(true);
  });

  it('are sent once, whether the answer has them, or its cursors, or both', async () => {
    const source =
      '{ eventsConnection(first: 2, orderBy: [{big: DESC}, {id: ASC}]) { nodes { id big } pageInfo { endCursor } } }';
    const { statements } = await paths.ask({ source, viewer: signedOut });
    const [columns = ''] = statements[0]?.split(' FROM ') ?? [];
    expect(columns.match(/"big"/g)).toHaveLength(1);
    expect(columns.match(/"id"/g)).toHaveLength(1);
  });
});
