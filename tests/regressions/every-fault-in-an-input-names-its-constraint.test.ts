import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestServer } from '../../src/testing/index.ts';
import { serveFiles } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await serveFiles({
    'schema.graphql': `
      enum Color { RED BLUE }
      type Item @model @access(read: "true", create: "true") { id: ID! n: Int! color: Color price: Decimal at: DateTime }`,
  });
});
afterAll(() => server.stop());

const create = 'mutation ($input: ItemCreateInput!) { createItem(input: $input) { id } }';
const groups = (rest: string) => `{ itemsGroups(${rest}) { key { n } } }`;

test.each([
  [create, { input: { n: 'one' } }, [['input', 'n'], 'type']],
  [create, { input: { n: null } }, [['input', 'n'], 'required']],
  [create, { input: {} }, [['input'], 'required']],
  [create, {}, [['input'], 'required']],
  [create, { input: { n: 1, color: 'GREEN' } }, [['input', 'color'], 'enum']],
  [create, { input: { n: 1, size: 2 } }, [['input'], 'unknown']],
  [create, { input: { n: 1, price: 'dear' } }, [['input', 'price'], 'type']],
  [groups('by: [{ field: n, bucket: DAY }]'), {}, [['by', 0, 'bucket'], 'bucket']],
  [
    groups('by: [{ field: n }], orderBy: [{ key: { price: ASC } }]'),
    {},
    [['orderBy', 0, 'key', 'price'], 'groupedBy'],
  ],
])('%s with %j', async (document, variables, expected) => {
  const { errors } = await server.graphql(document, variables);
  const [path, constraint] = expected;
  expect(errors?.[0]?.extensions).toEqual({
    code: 'BAD_USER_INPUT',
    issues: [{ path, constraint, message: expect.any(String) }],
  });
});

test.each([
  ['eq', '`eq: null` compares with nothing: use `isNull` to find nulls.'],
  ['in', '`in: null` compares with nothing: use `isNull` to find nulls.'],
  ['isNull', '`isNull: null` says neither: write `true` or `false`.'],
])('null for the operator %s is told with what to write instead', async (operator, message) => {
  const { errors } = await server.graphql(`{ items(where: { price: { ${operator}: null } }) { id } }`);
  expect(errors?.[0]?.extensions).toEqual({
    code: 'BAD_USER_INPUT',
    issues: [{ path: ['where', 'price', operator], constraint: 'notNull', message }],
  });
});
