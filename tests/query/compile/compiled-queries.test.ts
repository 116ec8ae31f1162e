import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toByteText } from '../../../src/kit/byte-text.ts';
import { SplicedData, stringifyResult } from '../../../src/query/compile/index.ts';
import { as, signedOut } from '../reads/start-reads.ts';
import { startTwoPaths, type TwoPaths } from './two-paths.ts';

const OPEN = '@access(read: "true")';
const SDL = `
type Query { hello: String }
type Author @model ${OPEN} { id: ID! @id(auto: INT) name: String! @unique books: [Book!]! shout: String! @computed }
type Book @model @access(read: "viewer != null && (this.open || this.keeper == viewer.id)") {
  id: ID! @id(auto: INT)
  title: String!
  open: Boolean!
  keeper: ID
  price: Float
  extra: JSON
  author: Author!
}
extend type Query { greeting: String @access(call: "true") }
`.replace('type Query { hello: String }\n', '');

let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(SDL, {
    Query: { greeting: () => 'hi' },
    Author: { shout: (author: { name: string }) => author.name.toUpperCase() },
  });
  await paths.reads.run(`
    INSERT INTO "Author" (id, name) VALUES (1, 'Ann'), (2, 'Bob "the" Ö');
    INSERT INTO "Book" (id, title, open, keeper, price, extra, "authorId") VALUES
      (1, 'One', true, NULL, 1e20, '{"b": 1.0, "a": [1]}', 1), (2, 'Two', false, '7', 1.5e-5, NULL, 1), (3, 'Three', false, '8', 0.1, 'null', 2)`);
});
afterAll(() => paths?.reads.stop());

const viewer = as('7');

describe('a query of generated fields', () => {
  it('is one statement, however deep', async () => {
    const source =
      '{ authors { name books { title author { name } } booksAggregate { count } } n: booksAggregate { count } }';
    const { compiled, resolvers, statements } = await paths.ask({ source, viewer });
    expect(compiled).toBe(resolvers);
    expect(statements).toHaveLength(1);
  });

  it('runs no statement where nothing is asked of the database', async () => {
    const { compiled, statements } = await paths.ask({ source: '{ a: __typename }', viewer: signedOut });
    expect(compiled).toBe('{"a":"Query"}');
    expect(statements).toEqual([]);
  });

  it('has floats and JSON as JavaScript writes them', async () => {
    const { compiled } = await paths.ask({ source: '{ books(orderBy: [{ id: ASC }]) { price extra } }' });
    expect(compiled).toBe(
      '{"books":[{"price":100000000000000000000,"extra":{"a":[1],"b":1}},{"price":0.000015,"extra":null},{"price":0.1,"extra":null}]}',
    );
  });

  it('shows no viewer what another asked for in the same shape', async () => {
    const source = '{ books(orderBy: [{ id: ASC }]) { id } }';
    const ids = async (id: string) =>
      JSON.parse((await paths.ask({ source, viewer: as(id) })).compiled ?? '').books;
    for (let turn = 0; turn < 3; turn++) {
      expect(await ids('7')).toEqual([{ id: '1' }, { id: '2' }]);
      expect(await ids('8')).toEqual([{ id: '1' }, { id: '3' }]);
      expect(await ids('nobody')).toEqual([{ id: '1' }]);
    }
  });

  it('keeps its SQL for other variables, and limits in its text', async () => {
    const source =
      'query ($name: String!, $limit: Int) { authors(where: { name: { startsWith: $name } }, limit: $limit) { id } }';
    const texts: string[] = [];
    for (const [name, limit] of [
      ['A', 5],
      ['A', 5],
      ['B', 5],
      ['50%_', 5],
      ['A', 6],
    ] as const) {
      const { compiled, resolvers, statements } = await paths.ask({ source, variables: { name, limit } });
      expect(compiled).toBe(resolvers);
      texts.push(statements[0] ?? '');
    }
    expect(new Set(texts.slice(0, 4)).size).toBe(1);
    expect(texts[4]).toBe(texts[0]?.replace('LIMIT 5', 'LIMIT 6'));
    expect(texts.join()).not.toMatch(/50%|'A'/);
  });
});

describe('node', () => {
  const source = `query ($id: ID!) {
    a: node(id: $id) { __typename id ... on Author { name books { title } } ...B ... on Node { same: id } }
  } fragment B on Book { title price author { name } }`;
  const ask = (id: string, who = viewer) => paths.ask({ source, variables: { id }, viewer: who });

  it('is one statement, whichever type the row has', async () => {
    await paths.reads.run(`
      INSERT INTO "Author" (id, name) VALUES (21, 'Only an author');
      INSERT INTO "Book" (id, title, open, price, "authorId") VALUES (22, 'Only a book', true, 1e21, 21)`);
    for (const [id, type] of [
      ['21', 'Author'],
      ['22', 'Book'],
    ] as const) {
      const { compiled, resolvers, statements } = await ask(id);
      expect(compiled).toBe(resolvers);
      expect(compiled).toContain(`"__typename":"${type}"`);
      expect(statements).toHaveLength(1);
    }
  });

  it('is null for what is not there, is hidden, or is no id, every time', async () => {
    for (const id of ['404', '404', '404', 'nonsense', '00', '-1', '99999999999999']) {
      const { compiled, resolvers } = await ask(id);
      expect(compiled).toBe(resolvers);
      expect(compiled).toBe('{"a":null}');
    }
    expect((await ask('22', signedOut)).compiled).toBe('{"a":null}');
  });

  it('is left to the resolvers where two rows have the id, and where the id is no text', async () => {
    expect(await ask('1')).toMatchObject({
      compiled: undefined,
      errors: ['This id is ambiguous: Author, Book each have a row with it.'],
    });
    expect(await ask('3')).toMatchObject({ compiled: '{"a":null}', errors: [] });
    expect((await ask('\u0000')).compiled).toBeUndefined();
    expect(paths.faults).toEqual([]);
  });
});

describe('nodes', () => {
  const source = `query ($ids: [ID!]!) {
    a: nodes(ids: $ids) { __typename id ... on Author { name books { title } } ...B ... on Node { same: id } }
  } fragment B on Book { title price author { name } }`;
  const ask = (ids: readonly string[], who = viewer) =>
    paths.ask({ source, variables: { ids }, viewer: who });

  beforeAll(() =>
    paths.reads.run(`
      INSERT INTO "Author" (id, name) VALUES (31, 'Alone'), (32, 'Also');
      INSERT INTO "Book" (id, title, open, price, "authorId") VALUES (33, 'Later', true, 2, 31), (34, 'Closed', false, 3, 31)`),
  );

  it('is one statement, in the order of the ids, with null for what is not there, is hidden or is no id', async () => {
    const ids = ['33', '404', '31', '34', '33', 'nonsense', '32', '00', '99999999999999'];
    for (const list of [ids, ids.toReversed(), ids, ids, ids.slice(1)]) {
      const { compiled, resolvers, statements } = await ask(list);
      expect(compiled).toBe(resolvers);
      expect(statements).toHaveLength(1);
    }
    const { a } = JSON.parse((await ask(ids)).compiled ?? '');
    expect(a.map((row: { id: string } | null) => row?.id ?? null)).toEqual([
      '33',
      null,
      '31',
      null,
      '33',
      null,
      '32',
      null,
      null,
    ]);
    expect((await ask(ids, signedOut)).compiled).toBe((await ask(ids, signedOut)).resolvers);
  });

  it('runs the same SQL for other ids, however many', async () => {
    const texts = new Set<string>();
    for (const ids of [['31'], ['33', '32'], ['31', '32', '33', '34'], ['404', '405', '406']]) {
      const { compiled, resolvers, statements } = await ask(ids);
      expect(compiled).toBe(resolvers);
      texts.add(statements[0] ?? '');
    }
    expect(texts.size).toBe(1);
  });

  it('asks the database nothing for no ids, and for ids that no row can have', async () => {
    expect(await ask([])).toMatchObject({ compiled: '{"a":[]}', statements: [] });
    expect(await ask(['x', 'y'])).toMatchObject({ compiled: '{"a":[null,null]}', statements: [] });
  });

  it('is left to the resolvers where two rows have an id, where there are too many, and where one is no text', async () => {
    expect(await ask(['31', '1'])).toMatchObject({
      compiled: undefined,
      errors: ['This id is ambiguous: Author, Book each have a row with it.'],
    });
    const many = Array.from({ length: 1001 }, (_, index) => String(index + 100));
    expect(await ask(many)).toMatchObject({ compiled: undefined, errors: ['At most 1000 ids.'] });
    expect((await ask(['31', '\u0000'])).compiled).toBeUndefined();
    expect(paths.faults).toEqual([]);
  });

  it('answers as many as there may be', async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => String(index % 2 === 0 ? 33 : 31));
    const { compiled, resolvers, statements } = await ask(ids);
    expect(compiled).toBe(resolvers);
    expect(statements).toHaveLength(1);
  });
});

describe('what goes to the resolvers', () => {
  it.each([
    ['{ greeting }', 'Query.greeting is implemented in resolvers/*.ts.'],
    ['{ authors { id shout } }', 'Author.shout is implemented in resolvers/*.ts.'],
    [
      '{ books { author { ... on Author { ...F } } } } fragment F on Author { shout }',
      'Author.shout is implemented in resolvers/*.ts.',
    ],
    ['{ nodes(ids: [1]) { ... on Author { shout } } }', 'Author.shout is implemented in resolvers/*.ts.'],
    ['{ node(id: 1) { ... on Author { shout } } }', 'Author.shout is implemented in resolvers/*.ts.'],
    ['{ __schema { description } }', 'Introspection is answered by graphql-js.'],
    ['mutation { deleteAuthor(id: 1) { id } }', 'A mutation runs through the resolvers.'],
  ])('%s', (source, reason) => {
    expect(paths.queries.whyNot(parse(source))).toBe(reason);
  });

  it('a denied root field, and arguments that are wrong, so that the errors are theirs', async () => {
    const cases = [
      { source: '{ books { id } }', viewer: signedOut },
      { source: '{ authors(limit: 5000) { id } }' },
      { source: '{ authorsConnection(after: "nonsense") { totalCount } }' },
    ];
    for (const question of cases) {
      const { compiled, errors, statements } = await paths.ask(question);
      expect(compiled).toBeUndefined();
      expect(errors).toHaveLength(1);
      expect(statements).toEqual([]);
    }
    expect(paths.faults).toEqual([]);
  });

  it('a number that PostgreSQL cannot hold', async () => {
    await paths.reads.run(
      `INSERT INTO "Book" (id, title, open, price, "authorId") VALUES (9, 'NaN', true, 'NaN', 1)`,
    );
    const { compiled } = await paths.ask({ source: '{ book(id: 9) { price } }' });
    expect(compiled).toBeUndefined();
    await paths.reads.run('DELETE FROM "Book" WHERE id = 9');
  });
});

describe('a spliced answer', () => {
  it('is the text that JSON.stringify would make of the same data', () => {
    const data = { a: [1, 'ä'] };
    const text = JSON.stringify(data);
    const spliced = { data: new SplicedData(toByteText(text)) } as never;
    expect(stringifyResult(spliced)).toBe(stringifyResult({ data }));
    expect(JSON.stringify(spliced)).toBe(JSON.stringify({ data }));
  });
});
