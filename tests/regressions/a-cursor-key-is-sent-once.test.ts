import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTwoPaths, type TwoPaths } from '../query/compile/two-paths.ts';

let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(
    `type Page @model @access(read: "true") { id: ID! @id(auto: INT) title: String! @search }`,
  );
  await paths.reads.run(
    `INSERT INTO "Page" ("title") SELECT 'word ' || n || repeat(E' "\\n\u00fc', 40000 * (n % 2)) FROM generate_series(1, 4) AS n`,
  );
});
afterAll(() => paths?.reads.stop());

const CURSORS = '{ edges { cursor again: cursor more: cursor } pageInfo { startCursor endCursor } }';

it('sends the key of cursors once, however many are made of it', async () => {
  const source = `{ pagesConnection(search: "word", first: 2) ${CURSORS} }`;
  const { compiled, resolvers, statements } = await paths.ask({ source });
  expect(compiled).toBe(resolvers);
  const [ofThePage = '', ofAll] = statements.join('').split(' FROM (SELECT ');
  expect(ofThePage.split('ts_rank_cd')).toHaveLength(1 + 1);
  // Once in the order, and once under the name by which the page is ordered again; PostgreSQL makes it once of both.
  expect(ofAll?.split('ts_rank_cd')).toHaveLength(1 + 2);
});

it('has room for a long key in each of them', async () => {
  const source = `{ pagesConnection(orderBy: [{ title: ASC }]) ${CURSORS} }`;
  const { compiled, resolvers } = await paths.ask({ source });
  expect(compiled).toBe(resolvers);
});
