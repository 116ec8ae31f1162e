import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { as, signedOut } from '../reads/start-reads.ts';
import { startTwoPaths, type TwoPaths } from './two-paths.ts';

/** A list and its rows, with ids of each kind that PostgreSQL has. */
const SDL = `
type Maker @model @access(read: "true") { id: ID! @id(auto: INT) name: String! best: Number @relation(name: "best") }
type Shelf @model @access(read: "true") {
  id: ID! @id(auto: INT)
  numbers: [Number!]!
  uuids: [Uuid!]!
  texts: [Text!]!
  codes: [Code!]!
  secrets: [Secret!]!
  notes: [Note!]!
  shown: [Number!]! @relation(name: "shown") @access(read: "viewer != null")
}
type Number @model @access(read: "true") {
  id: ID! @id(auto: INT) name: String! maker: Maker bestOf: [Maker!]! @relation(name: "best") shelves: [Shelf!]! twins: [Number!]! @relation(name: "twins") twinOf: [Number!]! @relation(name: "twins")
  shownOn: [Shelf!]! @relation(name: "shown")
}
type Uuid @model @access(read: "true") { id: ID! name: String! shelves: [Shelf!]! }
type Text @model @access(read: "true") {
  id: ID! @id(auto: NONE) name: String! shelves: [Shelf!]!
}
type Code @model @access(read: "true") { id: ID! @id(auto: NONE) @column(type: "char(8)") name: String! shelves: [Shelf!]! }
type Note @model @access(read: "viewer != null") { id: ID! @id(auto: INT) name: String! shelves: [Shelf!]! }
type Secret @model @access(read: "this.name != 'Row 7'") { id: ID! @id(auto: INT) name: String! shelves: [Shelf!]! }
`;

const IDS = {
  Number: 'n',
  Uuid: 'md5(n::text)::uuid',
  Text: "CASE WHEN n % 2 = 0 THEN 'Zeta ' ELSE 'älter ' END || n",
  Code: "'c' || n",
  Secret: 'n',
  Note: 'n',
} as const;

let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(SDL);
  const { run } = paths.reads;
  await run(`INSERT INTO "Maker" (id, name) SELECT n, 'Maker ' || n FROM generate_series(1, 5) AS n;
    INSERT INTO "Shelf" (id) VALUES (1), (2), (3)`);
  for (const [entity, id] of Object.entries(IDS)) {
    const maker = entity === 'Number' ? ', "makerId"' : '';
    await run(`INSERT INTO "${entity}" (id, name${maker})
      SELECT ${id}, 'Row ' || n % 10${maker && ', CASE WHEN n % 4 > 0 THEN 1 + n % 5 END'} FROM generate_series(1, 300) AS n`);
    const [one, other] = [entity, 'Shelf'].sort();
    const [far, near] = one === entity ? ['A', 'B'] : ['B', 'A'];
    await run(`INSERT INTO "_${one}To${other}" ("${far}", "${near}")
      SELECT ${id}, 1 FROM generate_series(1, 300) AS n WHERE n % 3 > 0
      UNION ALL SELECT ${id}, 2 FROM generate_series(40, 42) AS n`);
  }
  await run(`INSERT INTO "_twins" ("A", "B") SELECT 1, n FROM generate_series(2, 90) AS n;
    INSERT INTO "_twins" ("A", "B") SELECT n, 1 FROM generate_series(1, 70) AS n;
    INSERT INTO "_shown" ("A", "B") SELECT id, 1 FROM "Number";
    UPDATE "Maker" SET "bestId" = id * 2 WHERE id < 4; ANALYZE`);
});
afterAll(() => paths?.reads.stop());

const areFoundAtOnce = (statements: readonly string[]) => statements.join().includes('= ANY(ARRAY(');

describe('many rows that belong to a row by pairs', () => {
  describe.each([
    ['numbers', true],
    ['uuids', true],
    ['texts', false],
    ['codes', false],
  ])('%s', (list, haveOneOrder) => {
    it.each([
      ['in their own order', `${list} { id name }`],
      ['the other way round', `${list}(orderBy: [{ id: DESC }], limit: 60) { id name }`],
      ['from the middle', `${list}(limit: 60, offset: 33) { id }`],
      ['from behind the last', `${list}(limit: 60, offset: 1000) { id }`],
      ['with lists of their own', `${list}(limit: 50) { id shelves { id } shelvesAggregate { count } }`],
      [
        'from a page',
        `${list}Connection(first: 60) { nodes { id } edges { cursor } pageInfo { endCursor hasNextPage } totalCount }`,
      ],
      [
        'from the last page',
        `${list}Connection(last: 60) { nodes { id name } pageInfo { startCursor hasPreviousPage } }`,
      ],
    ])('are answered as by the resolvers %s', async (_, selection) => {
      for (const shelf of [1, 2, 3]) {
        const { compiled, resolvers, errors, statements } = await paths.ask({
          source: `{ shelf(id: "${shelf}") { id ${selection} } }`,
        });
        expect(errors).toEqual([]);
        expect(compiled).toBe(resolvers);
        expect(statements).toHaveLength(1);
        expect(areFoundAtOnce(statements)).toBe(haveOneOrder);
      }
      expect(paths.faults).toEqual([]);
    });
  });

  it.each([
    ['to their own kind', '{ number(id: "1") { twins { id twins(limit: 2) { id } } twinOf { id } } }'],
    [
      'in an order that goes on',
      '{ shelf(id: "1") { uuids(orderBy: [{ id: ASC }, { name: ASC }]) { id name } } }',
    ],
    ['behind a rule of the list', '{ shelf(id: "1") { shown { id name } } }'],
    ['and lead to others', '{ shelf(id: "1") { numbers { id maker { name best { name } } } } }'],
    ['with a rule that needs no row', '{ shelf(id: "1") { notes { id } } }'],
  ])('are found at once %s', async (_, source) => {
    for (const viewer of [signedOut, as('7'), as('8')]) {
      const { compiled, resolvers, errors, statements } = await paths.ask({ source, viewer });
      expect(errors).toEqual([]);
      expect(compiled).toBe(resolvers);
      expect(areFoundAtOnce(statements)).toBe(viewer !== signedOut || !/shown|notes/.test(source));
    }
  });

  it.each([
    ['are filtered', '{ shelf(id: "1") { uuids(where: { name: { eq: "Row 3" } }) { id } } }'],
    ['have another order', '{ shelf(id: "1") { uuids(orderBy: [{ name: ASC }]) { id } } }'],
    ['have a rule of their own', '{ shelf(id: "1") { secrets { id name } } }'],
    ['lead to a row that is joined', '{ shelf(id: "1") { numbers { id maker { name } } } }'],
    ['are few', '{ shelf(id: "1") { numbers(limit: 10) { id } } }'],
    ['are asked for each of several', '{ shelves { numbers { id } } }'],
    [
      'follow a cursor',
      '{ shelf(id: "1") { numbersConnection(first: 60, after: "CURSOR") { nodes { id } } } }',
    ],
  ])('are joined where they %s', async (_, wish) => {
    const page = '{ shelf(id: "1") { numbersConnection(first: 60) { pageInfo { endCursor } } } }';
    const { resolvers: first } = await paths.ask({ source: page });
    const source = wish.replace('CURSOR', JSON.parse(first).shelf.numbersConnection.pageInfo.endCursor);
    const { compiled, resolvers, errors, statements } = await paths.ask({ source, viewer: as('7') });
    expect(errors).toEqual([]);
    expect(compiled).toBe(resolvers);
    expect(statements).toHaveLength(1);
    expect(areFoundAtOnce(statements)).toBe(false);
  });

  it('are joined where their ids could be in another order than those of their pairs', async () => {
    const { run } = paths.reads;
    const source = '{ shelf(id: "1") { all: texts { id } few: texts(limit: 60) { id } } }';
    for (const collation of ['"C"', '"en-x-icu"']) {
      await run(`ALTER TABLE "Text" ALTER COLUMN id TYPE text COLLATE ${collation}`);
      const { compiled, resolvers } = await paths.ask({ source });
      expect(compiled).toBe(resolvers);
    }
    await run('ALTER TABLE "Text" ALTER COLUMN id TYPE text COLLATE "default"');
  });

  it('are joined by servers that look up each key by itself', async () => {
    const source = 'query Old { shelf(id: "1") { numbers { id name } } }';
    const { compiled, resolvers, statements } = await paths.ask({ source, serverVersion: 16 });
    expect(compiled).toBe(resolvers);
    expect(areFoundAtOnce(statements)).toBe(false);
  });
});
