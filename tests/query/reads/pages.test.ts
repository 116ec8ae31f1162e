import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, type Reads, startReads } from './start-reads.ts';

const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
const SDL = `
type Note @model ${OPEN} {
  id: ID! @id(auto: INT)
  title: String! @search
  body: String @search
  stars: Int
  at: DateTime
  day: Date
  tag: Tag
}
type Tag @model ${OPEN} { id: ID! @id(auto: INT) name: String! notes: [Note!]! }
`;

let reads: Reads;
beforeAll(async () => {
  reads = await startReads(SDL);
  await reads.run(`
    INSERT INTO "Tag" (name) VALUES ('x'), ('y');
    INSERT INTO "Note" (title, body, stars, at, day, "tagId") VALUES
      ('apple pie', 'apple apple', 3, '2024-01-01T10:30:00Z', '2024-01-01', 1),
      ('pear', 'an apple beside a pear', 1, '2024-01-01T23:59:59Z', '2024-01-15', 1),
      ('plum', null, null, '2024-02-02T00:00:00Z', '2024-04-01', 2),
      ('apple', 'pie', 1, null, null, null);
  `);
});
afterAll(() => reads?.stop());

const titles = (rows: readonly { title: string }[]) => rows.map(({ title }) => title);

describe('limits', () => {
  it('default to the page size and end at the largest one', async () => {
    const limits = { defaultPageSize: 2, maxPageSize: 3 };
    expect((await reads.read('{ notes { id } }', { limits })).notes).toHaveLength(2);
    expect((await reads.read('{ notes(limit: 3) { id } }', { limits })).notes).toHaveLength(3);
    expect((await reads.read('{ notes(limit: 0) { id } }', { limits })).notes).toEqual([]);
    expect(
      (await reads.read('{ notesConnection { nodes { id } } }', { limits })).notesConnection.nodes,
    ).toHaveLength(2);
  });

  it.each<[string, string, (string | number)[]]>([
    ['a limit beyond the largest', '{ notes(limit: 1001) { id } }', ['limit']],
    ['a negative limit', '{ notes(limit: -1) { id } }', ['limit']],
    ['a negative offset', '{ notes(offset: -1) { id } }', ['offset']],
    ['first beyond the largest', '{ notesConnection(first: 1001) { totalCount } }', ['first']],
    ['a negative last', '{ notesConnection(last: -5) { totalCount } }', ['last']],
    ['first with last', '{ notesConnection(first: 1, last: 1) { totalCount } }', ['last']],
    ['a foreign cursor', '{ notesConnection(after: "abc") { totalCount } }', ['after']],
    ['an empty cursor', '{ notesConnection(before: "") { totalCount } }', ['before']],
    [
      'an entry of an order with two keys',
      '{ notes(orderBy: { title: ASC, id: ASC }) { id } }',
      ['orderBy', 0],
    ],
    ['an entry of an order without a key', '{ notes(orderBy: {}) { id } }', ['orderBy', 0]],
    ['an order by null', '{ notes(orderBy: { title: null }) { id } }', ['orderBy', 0, 'title']],
    [
      'a nested order with two keys',
      '{ notes(orderBy: { tag: { id: ASC, name: ASC } }) { id } }',
      ['orderBy', 0, 'tag'],
    ],
    ['groups by nothing', '{ notesGroups(by: []) { aggregate { count } } }', ['by']],
    [
      'a bucket of a text',
      '{ notesGroups(by: { field: title, bucket: DAY }) { aggregate { count } } }',
      ['by', 0, 'bucket'],
    ],
    [
      'one field grouped by twice',
      '{ notesGroups(by: [{ field: at, bucket: DAY }, { field: at }]) { aggregate { count } } }',
      ['by', 1],
    ],
    [
      'an order of groups by what is not grouped by',
      '{ notesGroups(by: { field: at }, orderBy: { key: { title: ASC } }) { aggregate { count } } }',
      ['orderBy', 0, 'key', 'title'],
    ],
  ])('%s is BAD_USER_INPUT, also in a relation', async (_claim, query, path) => {
    const { errors } = await reads.ask(query);
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', issues: [{ path }] }]);
    if (query.includes('Groups') || query.includes('tag')) return;
    const nested = await reads.ask(`{ tags(limit: 1) ${query} }`);
    expect(nested.errors).toMatchObject([{ code: 'BAD_USER_INPUT', issues: [{ path }] }]);
  });
});

describe('cursors', () => {
  const edges = async (args: string) =>
    (
      await reads.read(
        `{ notesConnection(${args}) { edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      )
    ).notesConnection;

  it('are rejected in another order, another direction and another list', async () => {
    const { edges: found } = await edges('orderBy: { stars: ASC }');
    const c = found[0].cursor;
    for (const field of [
      'notesConnection(orderBy: { stars: DESC }, after: $c)',
      'notesConnection(after: $c)',
      'tagsConnection(after: $c)',
      'notesConnection(orderBy: { stars: ASC_NULLS_FIRST }, after: $c)',
    ]) {
      const { errors } = await reads.ask(`query ($c: String) { ${field} { totalCount } }`, {
        variables: { c },
      });
      expect(errors).toMatchObject([
        { code: 'BAD_USER_INPUT', message: expect.stringMatching(/another order/) },
      ]);
    }
  });

  it('that were tampered with are BAD_USER_INPUT', async () => {
    const { edges: found } = await edges('orderBy: { stars: ASC }');
    const parts = JSON.parse(Buffer.from(found[0].cursor, 'base64url').toString());
    for (const forged of [
      [parts[0]],
      [parts[0], 'many', '1'],
      [parts[0], '1', '1', '1'],
      [parts[0], 5, 6],
      [parts[0], '1', '\u0000'],
      [parts[0], '99999999999999', '1'],
    ]) {
      const c = Buffer.from(JSON.stringify(forged)).toString('base64url');
      const { errors } = await reads.ask(
        'query ($c: String) { notesConnection(orderBy: { stars: ASC }, after: $c) { nodes { id } } }',
        { variables: { c } },
      );
      expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
    }
  });

  it('work together: between two of them', async () => {
    const { edges: all } = await edges('orderBy: { title: ASC }');
    const [first, , , last] = all.map((edge: Loose) => edge.cursor);
    const { notesConnection } = await reads.read(
      'query ($a: String, $b: String) { notesConnection(orderBy: { title: ASC }, first: 1, after: $a, before: $b) { nodes { title } totalCount pageInfo { hasNextPage hasPreviousPage } } }',
      { variables: { a: first, b: last } },
    );
    expect(notesConnection).toEqual({
      nodes: [{ title: 'apple pie' }],
      totalCount: 4,
      pageInfo: { hasNextPage: true, hasPreviousPage: true },
    });
  });

  it('of first 0 are null, and it still tells that there is more', async () => {
    const { pageInfo } = await edges('first: 0');
    expect(pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
    });
  });
});

describe('search', () => {
  it('wants every word, puts more and better hits first, and pages by rank', async () => {
    expect(titles((await reads.read('{ notes(search: "apple") { title } }')).notes)).toEqual([
      'apple pie',
      'apple',
      'pear',
    ]);
    expect(titles((await reads.read('{ notes(search: "PIE apple") { title } }')).notes).sort()).toEqual([
      'apple',
      'apple pie',
    ]);
    expect(
      titles((await reads.read('{ notes(search: "apple", orderBy: { title: DESC }) { title } }')).notes),
    ).toEqual(['pear', 'apple pie', 'apple']);
    const found: string[] = [];
    let after = null;
    for (let more = true; more; ) {
      const { notesConnection }: Loose = await reads.read(
        'query ($after: String) { notesConnection(search: "apple", first: 1, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } } }',
        { variables: { after } },
      );
      found.push(...titles(notesConnection.nodes));
      after = notesConnection.pageInfo.endCursor;
      more = notesConnection.pageInfo.hasNextPage;
    }
    expect(found).toEqual(['apple pie', 'apple', 'pear']);
  });

  it.each(["'", '\\', '!', '&|<->():*', 'a & !b', '%_', '"', '😀', 'x'.repeat(5000)])(
    'takes any text: %j',
    async (search) => {
      const { errors } = await reads.ask(
        'query ($s: String) { notes(search: $s) { id } tags { notes(search: $s) { id } } }',
        { variables: { s: search } },
      );
      expect(errors).toEqual([]);
    },
  );

  it('of blank text is no search', async () => {
    expect((await reads.read('{ notes(search: "  ") { id } }')).notes).toHaveLength(4);
  });
});

describe('groups', () => {
  it('have buckets in UTC', async () => {
    const { a, b, c } = await reads.read(`{
      a: notesGroups(by: { field: at, bucket: DAY }) { key { at } aggregate { count } }
      b: notesGroups(by: { field: at, bucket: HOUR }, limit: 1) { key { at title } }
      c: notesGroups(by: { field: day, bucket: QUARTER }) { key { day } aggregate { count sum { stars } } }
    }`);
    expect(a).toEqual([
      { key: { at: '2024-01-01T00:00:00.000Z' }, aggregate: { count: 2 } },
      { key: { at: '2024-02-02T00:00:00.000Z' }, aggregate: { count: 1 } },
      { key: { at: null }, aggregate: { count: 1 } },
    ]);
    expect(b).toEqual([{ key: { at: '2024-01-01T10:00:00.000Z', title: null } }]);
    expect(c).toEqual([
      { key: { day: '2024-01-01' }, aggregate: { count: 2, sum: { stars: 4 } } },
      { key: { day: '2024-04-01' }, aggregate: { count: 1, sum: { stars: null } } },
      { key: { day: null }, aggregate: { count: 1, sum: { stars: 1 } } },
    ]);
  });

  it('are filtered by having and ordered by numbers', async () => {
    const query = (args: string) =>
      `{ notesGroups(by: { field: stars }, ${args}) { key { stars } aggregate { count } } }`;
    const keys = async (args: string) =>
      (await reads.read(query(args))).notesGroups.map((group: Loose) => group.key.stars);
    expect(await keys('having: { count: { gt: 1 } }')).toEqual([1]);
    expect(await keys('having: { NOT: { sum: { stars: { eq: 2 } } } }')).toEqual([3]);
    expect(
      await keys('having: { OR: [{ max: { title: { startsWith: "plu" } } }, { count: { in: [2] } }] }'),
    ).toEqual([1, null]);
    expect(await keys('having: { OR: [] }')).toEqual([]);
    expect(await keys('orderBy: [{ count: DESC }, { key: { stars: DESC } }]')).toEqual([1, null, 3]);
    expect(await keys('orderBy: { max: { title: ASC } }')).toEqual([3, 1, null]);
    expect(await keys('orderBy: { key: { stars: DESC_NULLS_LAST } }, limit: 1, offset: 1')).toEqual([1]);
    expect(await keys('where: { stars: { gt: 1 } }')).toEqual([3]);
  });
});

describe('only what is asked for is computed', () => {
  it.each([
    ['no rows for a total', '{ notesConnection { totalCount } }', 1, /LIMIT/],
    ['no total for rows', '{ notesConnection { nodes { title } } }', 1, /count\(/],
    ['no columns that are not selected', '{ notes { title } }', 1, /"body"|"stars"|"day"/],
    ['no sums for counts', '{ notesAggregate { count } }', 1, /sum\(/],
  ])('%s', async (_claim, query, count, absent) => {
    const { statements } = await reads.ask(query);
    expect(statements).toHaveLength(count);
    expect(statements[0]).not.toMatch(absent);
  });

  it('answers __typename of every type and batches aliases of one lookup', async () => {
    const { data, statements } = await reads.ask(
      '{ a: note(id: 1) { __typename title } b: note(id: "2") { title __typename } }',
    );
    expect(data).toEqual({
      a: { __typename: 'Note', title: 'apple pie' },
      b: { __typename: 'Note', title: 'pear' },
    });
    expect(statements).toHaveLength(1);
  });

  it('answers BAD_USER_INPUT for a node id that two entities have', async () => {
    const { errors } = await reads.ask('{ node(id: "1") { id } }');
    expect(errors).toMatchObject([{ code: 'BAD_USER_INPUT', message: expect.stringMatching(/ambiguous/) }]);
    expect(await reads.read('{ node(id: "3") { __typename } }')).toEqual({ node: { __typename: 'Note' } });
  });
});
