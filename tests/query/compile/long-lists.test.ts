import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { as, signedOut } from '../reads/start-reads.ts';
import { startTwoPaths, type TwoPaths } from './two-paths.ts';

const SDL = `
type Country @model @access(read: "true") { id: ID! @id(auto: INT) name: String! authors: [Author!]! }
type Author @model @access(read: "this.open || this.name == viewer.id") {
  id: ID! @id(auto: INT)
  name: String!
  open: Boolean!
  country: Country
  books: [Book!]! @relation(name: "writing")
  readings: [Book!]! @relation(name: "reading")
  page: Page
}
type Page @model @access(read: "true") { id: ID! @id(auto: INT) text: String! author: Author! @unique }
type Book @model @access(read: "true") {
  id: ID! @id(auto: INT)
  title: String!
  author: Author @relation(name: "writing")
  sequelOf: Book @relation(name: "sequels")
  sequels: [Book!]! @relation(name: "sequels")
  editor: Country @access(read: "this.title != 'Title 4'")
  tags: [Tag!]!
  readers: [Author!]! @relation(name: "reading")
}
type Tag @model @access(read: "true") { id: ID! @id(auto: INT) word: String! books: [Book!]! }
`;
const BOOKS = 130;

let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(SDL);
  await paths.reads.run(`
    INSERT INTO "Country" (id, name) VALUES (1, 'A "land"'), (2, 'Öland');
    INSERT INTO "Author" (id, name, open, "countryId")
      SELECT n, 'Author ' || n, n <> 3, CASE WHEN n < 5 THEN 1 + n % 2 END FROM generate_series(1, 400) AS n;
    INSERT INTO "Page" (id, text, "authorId") VALUES (1, 'one', 1), (2, 'two', 2);
    INSERT INTO "Book" (id, title, "authorId", "sequelOfId", "editorId")
      SELECT n, 'Title ' || n % 7, CASE WHEN n % 11 > 0 THEN 1 + n % 5 END, CASE WHEN n > 9 THEN n / 3 END, 1 + n % 2
      FROM generate_series(1, ${BOOKS}) AS n;
    INSERT INTO "Tag" (id, word) SELECT n, 'Word ' || n % 13 FROM generate_series(1, 4000) AS n;
    INSERT INTO "_BookToTag" ("A", "B") SELECT 1 + n % 3, n FROM generate_series(1, 4000, 7) AS n;
    INSERT INTO "_reading" ("A", "B") SELECT n, 1 + n % 2 FROM generate_series(1, 100) AS n;
    ANALYZE`);
});
afterAll(() => paths?.reads.stop());

const isShared = (statements: readonly string[]) => statements.join().includes('MATERIALIZED');

describe('what a long list leads to', () => {
  it('is read and written once, however many rows lead there', async () => {
    const source = '{ books { title author { name country { name } } } }';
    const { compiled, resolvers, statements } = await paths.ask({ source });
    expect(compiled).toBe(resolvers);
    expect(statements).toHaveLength(1);
    const [explained] = await paths.reads.run(`EXPLAIN (ANALYZE, FORMAT JSON) ${statements[0]}`);
    const [plan] = (explained?.['QUERY PLAN'] ?? []) as { Plan: PlanNode }[];
    expect(plan && rowsRead(plan.Plan, 'Author')).toBe(5);
  });

  it.each([
    [
      'in another order',
      '{ books(orderBy: [{ title: DESC }, { id: DESC }]) { id author { country { name } } } }',
    ],
    [
      'in the order of what it leads to',
      '{ books(orderBy: [{ author: { name: DESC_NULLS_LAST } }, { id: ASC }]) { id author { id country { id } } } }',
    ],
    ['from the middle', '{ books(limit: 60, offset: 33) { id author { name books { title } } } }'],
    [
      'twice, and once with less',
      '{ books { a: author { country { name } } b: author { books(limit: 1) { id } } c: author { name } } }',
    ],
    [
      'with rules of its own',
      '{ books { title editor { authors(limit: 2) { name } } author { country { id } } } }',
    ],
    ['to its own kind', '{ books { sequelOf { title sequelOf { title sequels { id } } } sequels { id } } }'],
    [
      'by way of a row that is joined',
      '{ authors { page { text author { name country { name } } } country { name authors(limit: 1) { id } } } }',
    ],
    [
      'from a page',
      '{ booksConnection(first: 60) { nodes { id author { country { name } } } edges { cursor node { author { page { text } } } } pageInfo { endCursor hasNextPage } totalCount } }',
    ],
    [
      'from the last page',
      '{ booksConnection(last: 60, orderBy: [{ title: ASC }]) { nodes { id author { country { name } } } pageInfo { startCursor hasPreviousPage } } }',
    ],
    [
      'from a list of one row',
      '{ author(id: "2") { country { name authors { name country { name authors(limit: 1) { id } } } } } }',
    ],
    ['from nothing', '{ books(where: { title: { eq: "none" } }) { author { country { name } } } }'],
  ])('is what the resolvers answer %s', async (_, source) => {
    for (const viewer of [signedOut, as('Author 3'), as('Author 3')]) {
      const { compiled, resolvers, errors, statements } = await paths.ask({ source, viewer });
      expect(errors).toEqual([]);
      expect(compiled).toBe(resolvers);
      expect(isShared(statements)).toBe(true);
    }
    expect(paths.faults).toEqual([]);
  });

  it('is hidden from some and shown to others', async () => {
    const source = '{ books(limit: 50) { author { name country { name } } } }';
    const names = async (viewer: ReturnType<typeof as>) =>
      (await paths.ask({ source, viewer })).compiled ?? '';
    expect(await names(as('Author 3'))).toContain('Author 3');
    expect(await names(as('Author 4'))).not.toContain('Author 3');
  });

  it.each([
    ['short lists', '{ books(limit: 49) { author { country { name } } } }'],
    [
      'lists that are read for each of several rows',
      '{ authors(limit: 2) { books { author { country { name } } } } }',
    ],
    ['what leads no further', '{ books { author { name } } }'],
  ])('is joined for %s', async (_, source) => {
    const { compiled, resolvers, statements } = await paths.ask({ source });
    expect(compiled).toBe(resolvers);
    expect(isShared(statements)).toBe(false);
  });
});

describe('a long list through a join table', () => {
  it('reads as many rows of it as it answers, and looks up no more', async () => {
    const { compiled, resolvers, statements } = await paths.ask({
      source: '{ book(id: "2") { tags { word } } }',
    });
    expect(compiled).toBe(resolvers);
    const [explained] = await paths.reads.run(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${statements[0]?.replace('$1', '2')}`,
    );
    const [plan] = (explained?.['QUERY PLAN'] ?? []) as { Plan: PlanNode }[];
    expect(plan && rowsRead(plan.Plan, 'Tag')).toBe(100);
  });

  it.each([
    ['as it is', true, 'tags { id word }'],
    ['from the middle', true, 'tags(limit: 50, offset: 77) { id }'],
    ['beyond its end', true, 'tags(offset: 1000) { id }'],
    [
      'from the end',
      true,
      'tags(limit: 90, orderBy: [{ id: DESC }]) { id books { id author { country { name } } } }',
    ],
    ['in another order', false, 'tags(limit: 50, orderBy: [{ word: ASC }, { id: ASC }]) { id }'],
    ['with a condition', false, 'tags(where: { word: { ne: "Word 3" } }) { id }'],
    ['where a rule decides', false, 'readers { name country { name authors(limit: 1) { id } } }'],
    ['a few', false, 'tags(limit: 49) { id }'],
  ])('is what the resolvers answer %s', async (_, isByKeys, list) => {
    for (const id of ['1', '2', '2', '99']) {
      const source = `query ($id: ID!) { book(id: $id) { ${list} } }`;
      const { compiled, resolvers, errors, statements } = await paths.ask({
        source,
        variables: { id },
        viewer: as('Author 3'),
      });
      expect(errors).toEqual([]);
      expect(compiled).toBe(resolvers);
      expect(/ANY \(ARRAY\(SELECT "\w+_pair"/.test(statements.join())).toBe(isByKeys);
    }
    expect(paths.faults).toEqual([]);
  });
});

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
}

function rowsRead(node: PlanNode, table: string): number {
  const own = node['Relation Name'] === table ? node['Actual Rows'] * node['Actual Loops'] : 0;
  return (node.Plans ?? []).reduce((sum, child) => sum + rowsRead(child, table), own);
}
