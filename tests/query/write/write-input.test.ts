import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../../support/app.ts';

const OPEN = '@access(read: "true", create: "true", update: "true", delete: "true")';
const SDL = `
enum Kind { BIG SMALL }
type Item @model ${OPEN} @check(expr: "this.low <= this.high", message: "low must not exceed high") @unique(fields: ["kind", "code"]) {
  id: ID!
  name: String! @constraint(minLength: 2, maxLength: 5)
  slug: String @constraint(pattern: "^[a-z]+$")
  mail: String @constraint(format: EMAIL)
  low: Int! @default(value: 0)
  high: Int! @default(value: 10) @constraint(min: 0, max: 100)
  price: Decimal @constraint(min: "0.5", max: "99.99")
  big: BigInt @constraint(max: 9007199254740993)
  day: Date
  words: [String!]! @constraint(minItems: 0, maxItems: 2)
  kind: Kind
  code: String
  data: JSON
  ratio: Float
  version: Int! @version
  parts: [Part!]!
}
type Part @model ${OPEN} {
  id: ID!
  label: String! @constraint(maxLength: 3)
  itemId: ID!
  item: Item! @relation(onDelete: RESTRICT)
}
`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
});
afterAll(() => app?.close());
beforeEach(() => app.db.execute('TRUNCATE "Item", "Part"'));

const create = (input: object) =>
  app.graphql('mutation($input: ItemCreateInput!) { createItem(input: $input) { id } }', { input });
const count = async () =>
  (await app.data<{ itemsAggregate: { count: number } }>('{ itemsAggregate { count } }')).itemsAggregate
    .count;

describe('constraints', () => {
  test.for([
    ['too short', { name: 'a' }, [['name'], 'minLength']],
    ['too long', { name: 'abcdef' }, [['name'], 'maxLength']],
    ['code points are counted, not UTF-16 units', { name: '😀' }, [['name'], 'minLength']],
    ['pattern', { name: 'abc', slug: 'A1' }, [['slug'], 'pattern']],
    ['format', { name: 'abc', mail: 'nobody' }, [['mail'], 'format']],
    ['max', { name: 'abc', high: 101 }, [['high'], 'max']],
    ['min', { name: 'abc', high: -1, low: -2 }, [['high'], 'min']],
    ['exact decimals below', { name: 'abc', price: '0.4999999999999999999999' }, [['price'], 'min']],
    ['exact decimals above', { name: 'abc', price: '99.9900000000000000000001' }, [['price'], 'max']],
    ['big integers beyond floating point', { name: 'abc', big: '9007199254740994' }, [['big'], 'max']],
    ['too many items', { name: 'abc', words: ['aa', 'bb', 'cc'] }, [['words'], 'maxItems']],
    ['a check over fields, by the database', { name: 'abc', low: 11 }, [[], 'check']],
    ['NUL', { name: 'a\u0000b' }, [['name'], 'text']],
    ['half a surrogate pair', { name: 'a\ud800b' }, [['name'], 'text']],
    ['NUL in a list', { name: 'abc', words: ['a\u0000'] }, [['words', 0], 'text']],
    [
      'nested',
      { name: 'abc', parts: { create: [{ label: 'ok' }, { label: 'toolong' }] } },
      [['parts', 'create', 1, 'label'], 'maxLength'],
    ],
  ] as const)('%s', async ([, input, [path, constraint]]) => {
    const { codes, errors } = await create(input);
    expect(codes, JSON.stringify(errors)).toEqual(['BAD_USER_INPUT']);
    expect(errors[0]?.issues).toEqual([expect.objectContaining({ path: ['input', ...path], constraint })]);
    expect(await count()).toBe(0);
  });

  test.for([
    ['NUL inside of JSON', { data: { a: ['\u0000'] } }],
    ['NUL in a key of JSON', { data: { 'a\u0000': 1 } }],
    ['half a surrogate pair in JSON', { data: ['\udc00'] }],
    ['a number that no Int holds', { high: 2 ** 31 }],
    ['a value of no enum', { kind: 'HUGE' }],
    ['an unknown field', { nonsense: 1 }],
    ['a type that does not fit', { name: 7 }],
  ] as const)('%s is refused where it is parsed', async ([, input]) => {
    const { codes, data } = await create({ name: 'abc', ...input });
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(data ?? null).toBeNull();
    expect(await count()).toBe(0);
  });

  test('values at the bounds pass, the database agreeing', async () => {
    const { errors } = await create({
      name: '😀😀😀😀😀',
      slug: 'abc',
      mail: 'a@b.co',
      low: 100,
      high: 100,
      price: '99.990',
      big: '9007199254740993',
      day: '2020-01-01',
      words: ['😀😀'],
      data: { a: [1, { b: null }] },
    });
    expect(errors).toEqual([]);
  });

  test('all faults of a tree are told together, before any SQL', async () => {
    app.statements();
    const { errors } = await create({ name: 'a', high: 200, parts: { create: [{ label: 'toolong' }] } });
    expect(errors[0]?.issues.map((issue) => issue.path.join('.'))).toEqual([
      'input.name',
      'input.high',
      'input.parts.create.0.label',
    ]);
    expect(app.statements()).toEqual([]);
  });

  test('the database’s own refusal has the same code, message and path', async () => {
    const { createItem } = await app.data<{ createItem: { id: string } }>(
      'mutation { createItem(input: { name: "abc", high: 99 }) { id } }',
    );
    const update = (input: string) =>
      app.graphql(`mutation { updateItem(id: "${createItem.id}", input: ${input}) { high } }`);
    const ours = await update('{ high: 101 }');
    const theirs = await update('{ increment: { high: 2 } }');
    expect(theirs.codes).toEqual(['BAD_USER_INPUT']);
    expect(theirs.errors[0]?.issues).toEqual(ours.errors[0]?.issues);
  });

  test('a batch names the row that the database refused', async () => {
    const { errors } = await app.graphql(
      'mutation { createItems(inputs: [{ name: "aa" }, { name: "bb", low: 50 }]) { id } }',
    );
    expect(errors[0]?.issues).toEqual([
      { path: ['inputs', 1], message: 'low must not exceed high', constraint: 'check' },
    ]);
    expect(await count()).toBe(0);
  });

  test('unknown passes a check, as in SQL', async () => {
    expect((await create({ name: 'abc', low: 3, high: 3 })).errors).toEqual([]);
  });
});

describe('updates', () => {
  let id: string;
  beforeEach(async () => {
    const { createItem } = await app.data<{ createItem: { id: string } }>(
      'mutation { createItem(input: { name: "abc", slug: "s", high: 10, big: "5", price: "1.50", kind: BIG, code: "c" }) { id } }',
    );
    id = createItem.id;
  });
  const update = (input: string, more = '') =>
    app.graphql(
      `mutation($id: ID!) { updateItem(id: $id, input: ${input} ${more}) { name slug high big price version } }`,
      { id },
    );

  test('null clears, absent leaves', async () => {
    const { data } = await update('{ slug: null }');
    expect(data?.updateItem).toEqual({
      name: 'abc',
      slug: null,
      high: 10,
      big: '5',
      price: '1.5',
      version: 2,
    });
  });

  test('null for a required field is bad input', async () => {
    const { codes, errors } = await update('{ name: null }');
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(errors[0]?.issues[0]?.path).toEqual(['input', 'name']);
  });

  test('increments add, exactly', async () => {
    const { data } = await update('{ increment: { high: -3, big: "9007199254740000", price: "0.25" } }');
    expect(data?.updateItem).toMatchObject({ high: 7, big: '9007199254740005', price: '1.75', version: 2 });
  });

  test('setting and incrementing one field is bad input', async () => {
    const { codes, errors } = await update('{ high: 1, increment: { high: 1 } }');
    expect(codes).toEqual(['BAD_USER_INPUT']);
    expect(errors[0]?.issues[0]?.path).toEqual(['input', 'increment', 'high']);
  });

  test('overflow is bad input', async () => {
    expect(
      (
        await update('{ increment: { low: 2147483647 } }').then(() =>
          update('{ increment: { low: 2147483647, high: 1 } }'),
        )
      ).codes,
    ).toEqual(['BAD_USER_INPUT']);
    expect((await update('{ big: "9223372036854775808" }')).codes).toEqual(['BAD_USER_INPUT']);
    expect((await update('{ increment: { big: "9223372036854775807" } }')).codes).toEqual(['BAD_USER_INPUT']);
  });

  test('expectVersion that is not met is a conflict and changes nothing', async () => {
    expect((await update('{ high: 1 }', ', expectVersion: 1')).data?.updateItem).toMatchObject({
      high: 1,
      version: 2,
    });
    expect((await update('{ high: 2 }', ', expectVersion: 1')).codes).toEqual(['CONFLICT']);
    expect(
      (await app.graphql(`mutation { deleteItem(id: "${id}", expectVersion: 1) { id } }`)).codes,
    ).toEqual(['CONFLICT']);
    expect((await app.data(`{ item(id: "${id}") { high } }`)).item).toEqual({ high: 1 });
    expect(
      (await app.graphql(`mutation { deleteItem(id: "${id}", expectVersion: 2) { high } }`)).data,
    ).toEqual({ deleteItem: { high: 1 } });
  });

  test('a taken unique is a conflict that names the fields and no value', async () => {
    const { codes, errors } = await create({ name: 'xyz', kind: 'BIG', code: 'c' });
    expect(codes).toEqual(['CONFLICT']);
    expect(errors[0]?.message).toBe('Another Item has the same kind and code.');
  });

  test('upsert by a composite unique fills it in', async () => {
    const upsert = () =>
      app.data(
        'mutation { upsertItem(by: { kind_code: { kind: SMALL, code: "z" } }, create: { name: "zz" }, update: { increment: { high: 1 } }) { name kind code high } }',
      );
    expect(await upsert()).toEqual({ upsertItem: { name: 'zz', kind: 'SMALL', code: 'z', high: 10 } });
    expect(await upsert()).toEqual({ upsertItem: { name: 'zz', kind: 'SMALL', code: 'z', high: 11 } });
  });

  test('upsert by an id makes the row with that id, once', async () => {
    const by = '0190a000-0000-7000-8000-00000000000A';
    const upsert = () =>
      app.data(
        `mutation { upsertItem(by: { id: "${by}" }, create: { name: "zz" }, update: { name: "yy" }) { id name } }`,
      );
    expect(await upsert()).toEqual({ upsertItem: { id: by.toLowerCase(), name: 'zz' } });
    expect(await upsert()).toEqual({ upsertItem: { id: by.toLowerCase(), name: 'yy' } });
    expect(
      (
        await app.graphql(
          'mutation { upsertItem(by: { id: "x" }, create: { name: "zz" }, update: {}) { id } }',
        )
      ).codes,
    ).toEqual(['BAD_USER_INPUT']);
  });
});

describe('declared keys', () => {
  const missing = '0190a000-0000-7000-8000-00000000000b';
  let id: string;
  beforeEach(async () => {
    id = (
      await app.data<{ createItem: { id: string } }>('mutation { createItem(input: { name: "abc" }) { id } }')
    ).createItem.id;
  });
  const part = (fields: string) =>
    app.graphql(`mutation { createPart(input: { label: "l", ${fields} }) { itemId item { name } } }`);

  test('the key or the relation, one of the two', async () => {
    expect((await part(`itemId: "${id}"`)).data).toEqual({
      createPart: { itemId: id, item: { name: 'abc' } },
    });
    expect((await part(`item: { connect: { id: "${id}" } }`)).data).toEqual({
      createPart: { itemId: id, item: { name: 'abc' } },
    });
    const both = await part(`itemId: "${id}", item: { connect: { id: "${id}" } }`);
    expect(both.codes).toEqual(['BAD_USER_INPUT']);
    const none = await app.graphql('mutation { createPart(input: { label: "l" }) { id } }');
    expect(none.codes).toEqual(['BAD_USER_INPUT']);
    expect(none.errors[0]?.issues[0]?.path).toEqual(['input', 'item']);
  });

  test('a key without a row is a conflict, connecting to none not found', async () => {
    expect((await part(`itemId: "${missing}"`)).codes).toEqual(['CONFLICT']);
    expect((await part(`item: { connect: { id: "${missing}" } }`)).codes).toEqual(['NOT_FOUND']);
    expect((await part(`itemId: "nonsense"`)).codes).toEqual(['BAD_USER_INPUT']);
  });

  test('deleting what others refer to is a conflict', async () => {
    await part(`itemId: "${id}"`);
    expect((await app.graphql(`mutation { deleteItem(id: "${id}") { id } }`)).codes).toEqual(['CONFLICT']);
    expect((await app.graphql('mutation { deleteItems(where: {}) { count } }')).codes).toEqual(['CONFLICT']);
    expect(await count()).toBe(1);
  });
});
