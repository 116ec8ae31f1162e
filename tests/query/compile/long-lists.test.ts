import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { as, signedOut } from '../reads/start-reads.ts';
import { startTwoPaths, type TwoPaths } from './two-paths.ts';

const SDL = `
type Country @model @access(read: "true") { id: ID! @id(auto: INT) name: String! authors: [Author!]! books: [Book!]! @relation(name: "edited") }
type Author @model @access(read: "this.open || this.name == viewer.id") {
  id: ID! @id(auto: INT)
  name: String!
  open: Boolean!
  country: Country
  books: [Book!]!
  page: Page
}
type Page @model @access(read: "true") { id: ID! @id(auto: INT) text: String! author: Author! @unique }
type Book @model @access(read: "true") {
  id: ID! @id(auto: INT)
  title: String!
  author: Author
  sequelOf: Book @relation(name: "sequels")
  sequels: [Book!]! @relation(name: "sequels")
  editor: Country @access(read: "this.title != 'Title 4'") @relation(name: "edited")
}
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
    ANALYZE`);
});
afterAll(() => paths?.reads.stop());

const isShared = (statements: readonly string[]) => statements.join().includes('MATERIALIZED');

describe('what a long list leads to', () => {
  it('is asked for its lists once, however many rows lead there', async () => {
    const source = '{ books { title author { name country { name authors { id } } } } }';
    const { compiled, resolvers, statements } = await paths.ask({ source });
    expect(compiled).toBe(resolvers);
    expect(statements).toHaveLength(1);
    const [explained] = await paths.reads.run(`EXPLAIN (ANALYZE, FORMAT JSON) ${statements[0]}`);
    const [plan] = (explained?.['QUERY PLAN'] ?? []) as { Plan: PlanNode }[];
    expect(plan && timesRead(plan.Plan, 'Author')).toBeLessThanOrEqual(5);
  });

  it.each([
    [
      'in another order',
      '{ books(orderBy: [{ title: DESC }, { id: DESC }]) { id author { books(limit: 2) { id } } } }',
    ],
    [
      'in the order of what it leads to',
      '{ books(orderBy: [{ author: { name: DESC_NULLS_LAST } }, { id: ASC }]) { id author { id booksAggregate { count } } } }',
    ],
    ['from the middle', '{ books(limit: 60, offset: 33) { id author { name books { title } } } }'],
    [
      'twice, and once with less',
      '{ books { a: author { booksConnection { totalCount } } b: author { books(limit: 1) { id } } c: author { name } } }',
    ],
    [
      'with rules of its own',
      '{ books { title editor { authors(limit: 2) { name } } author { books(limit: 1) { id } } } }',
    ],
    ['to its own kind', '{ books { sequelOf { title sequelOf { title sequels { id } } } sequels { id } } }'],
    [
      'by way of a row that is joined',
      '{ authors { page { text author { name books { id } } } country { name authors(limit: 1) { id } } } }',
    ],
    [
      'from a page',
      '{ booksConnection(first: 60) { nodes { id author { country { authors(limit: 3) { name } } } } edges { cursor node { author { books(limit: 1) { id } } } } pageInfo { endCursor hasNextPage } totalCount } }',
    ],
    [
      'from the last page',
      '{ booksConnection(last: 60, orderBy: [{ title: ASC }]) { nodes { id author { books(limit: 3) { id } } } pageInfo { startCursor hasPreviousPage } } }',
    ],
    [
      'to others, from a list of one row',
      '{ country(id: "1") { authors { id country { name } page { author { name } } } books { title author { name country { name } } } } }',
    ],
    [
      'to others, from a page of one row',
      '{ country(id: "2") { booksConnection(first: 60) { edges { cursor node { author { name country { name } } } } nodes { id } } } }',
    ],
    [
      'from a list of one row',
      '{ author(id: "2") { country { name authors { name country { name authors(limit: 1) { id } } } } } }',
    ],
    ['from nothing', '{ books(where: { title: { eq: "none" } }) { author { books { id } } } }'],
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
    const source = '{ books(limit: 50) { author { name books(limit: 1) { id } } } }';
    const names = async (viewer: ReturnType<typeof as>) =>
      (await paths.ask({ source, viewer })).compiled ?? '';
    expect(await names(as('Author 3'))).toContain('Author 3');
    expect(await names(as('Author 4'))).not.toContain('Author 3');
  });

  it.each([
    ['short lists', '{ books(limit: 49) { author { books { id } } } }'],
    [
      'lists that are read for each of several rows',
      '{ authors(limit: 2) { books { author { books { id } } } } }',
    ],
    ['what leads to no list from rows that are sent', '{ books { author { name country { name } } } }'],
    ['what leads no further', '{ country(id: "1") { authors { country { name } } } }'],
  ])('is joined for %s', async (_, source) => {
    const { compiled, resolvers, statements } = await paths.ask({ source });
    expect(compiled).toBe(resolvers);
    expect(isShared(statements)).toBe(false);
  });
});

describe('a long list of a table', () => {
  let odd: TwoPaths;
  beforeAll(async () => {
    odd = await startTwoPaths(`
      type Writer @model @access(read: "true") { id: ID! @id(auto: INT) name: String! books: [Book!]! pages: [book_page!]! }
      type Book @model @access(read: "true") {
        id: ID! @id(auto: INT) title: String! @column(name: "key0") a: Int! @column(name: "$key0") b: Int! c: Int! writer: Writer
      }
      type book_page @model @access(read: "this.open") { id: ID! @id(auto: INT) open: Boolean! writer: Writer }
    `);
    await odd.reads.run(`
      INSERT INTO "Writer" (id, name) SELECT n, 'Writer ' || n FROM generate_series(1, 2000) AS n;
      INSERT INTO "Book" (id, "key0", "$key0", b, c, "writerId")
        SELECT n, 'Title ' || n % 7, n % 100, n % 100, n % 100, 1 + n / 100 FROM generate_series(1, 20000) AS n;
      INSERT INTO book_page (id, open, "writerId")
        SELECT 100000 + n, n % 3 > 0, 1 + n % 2000 FROM generate_series(1, 8000) AS n;
      ANALYZE`);
  });
  afterAll(() => odd?.reads.stop());

  it.each([
    [
      'whose name the page has',
      '{ books(limit: 50) { writer { pages(limit: 2) { id } pagesAggregate { count } } } }',
    ],
    [
      'with columns that are called like its keys',
      '{ books(limit: 60, orderBy: [{ title: ASC }, { a: DESC }, { id: ASC }]) { id title a writer { books(limit: 1) { id } } } }',
    ],
  ])('%s is what the resolvers answer', async (_, source) => {
    for (const viewer of [signedOut, as('7')]) {
      const { compiled, resolvers, errors, statements } = await odd.ask({ source, viewer });
      expect(errors).toEqual([]);
      expect(compiled).toBe(resolvers);
      expect(isShared(statements)).toBe(true);
    }
  });

  it.each(['books(limit: 200, where: FEW) { id', 'booksConnection(first: 200, where: FEW) { nodes { id'])(
    'of which PostgreSQL expects one row is asked for its lists once: %s',
    async (list) => {
      const end = list.includes('nodes') ? '} }' : '}';
      const few = '{ a: { eq: 0 }, b: { eq: 0 }, c: { eq: 0 } }';
      const source = `{ ${list.replace('FEW', few)} writer { name pages { id } } ${end} }`;
      const { compiled, resolvers, statements } = await odd.ask({ source });
      expect(compiled).toBe(resolvers);
      const [explained] = await odd.reads.run(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${statements[0]?.replaceAll(/\$\d+::/g, '0::')}`,
      );
      const [plan] = (explained?.['QUERY PLAN'] ?? []) as { Plan: PlanNode }[];
      expect(plan && timesRead(plan.Plan, 'book_page')).toBeLessThanOrEqual(201);
    },
  );
});

interface PlanNode {
  readonly 'Relation Name'?: string;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly PlanNode[];
}

/** How often the part of the plan that reads the table most often does so. */
function timesRead(node: PlanNode, table: string): number {
  const own = node['Relation Name'] === table ? node['Actual Loops'] : 0;
  return Math.max(own, ...(node.Plans ?? []).map((child) => timesRead(child, table)));
}
