import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ViewerState } from '../../../src/model/viewer.ts';
import { LikelyRequests } from '../../../src/query/compile/index.ts';
import { startTwoPaths, type TwoPaths } from './two-paths.ts';

const SDL = `
type Account @model @user @access(read: "true") {
  id: ID!
  email: EmailAddress! @unique
  emailVerified: Boolean!
  roles: [String!]!
}
type Task @model @access(read: "this.open || this.owner == viewer.id || this.reader == viewer.email") {
  id: ID!
  title: String!
  open: Boolean!
  owner: ID
  reader: String
  due: DateTime
}
`;

const ID = '0197c0de-0000-7000-8000-000000000001';
const ACCOUNT: ViewerState = {
  kind: 'viewer',
  claims: {},
  id: ID,
  email: 'a@x.org',
  emailVerified: false,
  roles: ['x'],
};

let paths: TwoPaths;
let likely: LikelyRequests;
beforeAll(async () => {
  paths = await startTwoPaths(SDL);
  const { app, rules, limits, db } = paths.reads.scope().scope;
  likely = new LikelyRequests({ app, rules, dbs: [db], limits });
  await paths.reads.run(`INSERT INTO "Task" (id, title, open, owner, reader) VALUES
    ('${ID}', 'Mine', false, '${ID}', NULL), (gen_random_uuid(), 'Open', true, NULL, NULL), (gen_random_uuid(), 'Read', false, NULL, 'a@x.org')`);
});
afterAll(() => paths?.reads.stop());

/** Whether the first request was answered by a prepared statement. */
async function isPrepared(
  source: string,
  variables: Record<string, unknown>,
  viewer: ViewerState,
): Promise<boolean> {
  const { compiled, resolvers, prepared } = await paths.ask({ source, variables, viewer });
  expect(compiled).toBe(resolvers);
  return prepared.length === 1;
}

describe('an operation that is expected', () => {
  it.each([
    ['without variables', '{ tasks(orderBy: [{ title: ASC }]) { title owner } }', {}],
    ['with an id', 'query ($id: ID!) { task(id: $id) { title } }', { id: ID }],
    [
      'with many',
      'query ($ids: [ID!]!) { tasks(where: { id: { in: $ids } }) { title } }',
      { ids: [ID, ID, ID] },
    ],
    [
      'with a text and a time',
      'query ($a: String!, $b: DateTime) { tasks(where: { title: { startsWith: $a }, due: { gt: $b } }) { title } }',
      { a: 'M', b: '2020-02-02T00:00:00Z' },
    ],
    [
      'without what it need not have',
      'query ($a: String, $n: Int = 5) { tasks(where: { title: { eq: $a } }, limit: $n) { title } }',
      {},
    ],
  ])('has its statement before anybody asks: %s', async (_, source, variables) => {
    for (const viewer of [ACCOUNT, { kind: 'signedOut' } as const]) {
      const own = `# ${viewer.kind}\n${source}`;
      expect(await isPrepared(`# unexpected ${own}`, variables, viewer)).toBe(false);
      paths.queries.expect(paths.documentOf(own), undefined, likely);
      expect(await isPrepared(own, variables, viewer)).toBe(true);
    }
    expect(paths.faults).toEqual([]);
  });

  it('of another shape has it from the second request on, not from the third', async () => {
    const source = 'query ($where: TaskWhere!) { tasks(where: $where) { title } }';
    paths.queries.expect(paths.documentOf(source), undefined, likely);
    const where = { title: { eq: 'Mine' } };
    expect(await isPrepared(source, { where }, ACCOUNT)).toBe(false);
    expect(await isPrepared(source, { where }, ACCOUNT)).toBe(true);
  });

  it('lends its statements to one that differs in blanks only', async () => {
    const source = 'query One { tasks { title } } query Two { tasks { owner } }';
    const spread = source.replaceAll(' ', '\n  ');
    paths.queries.expect(paths.documentOf(source), 'Two', likely);
    paths.queries.known.takeAlike(parse(source), paths.documentOf(source));
    const twin = parse(spread);
    paths.queries.known.takeAlike(twin, paths.documentOf(source));
    const { scope, prepared } = paths.reads.scope({ viewer: ACCOUNT });
    await paths.queries.answer({ document: twin, operationName: 'Two', scope });
    expect(prepared).toHaveLength(1);
  });

  it('that is not compiled, or asks for nothing that there is, is left alone', () => {
    paths.queries.expect(parse('{ __schema { description } }'), undefined, likely);
    paths.queries.expect(parse('query A { tasks { id } }'), 'B', likely);
    expect(paths.faults).toEqual([]);
  });
});
