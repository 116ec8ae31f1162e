import { afterAll, beforeAll, expect, test } from 'vitest';
import { scalarTypes } from '../../src/emit/index.ts';
import { ADMIN, createTestApp, type TestApp } from '../support/app.ts';

const SDL = /* GraphQL */ `
  type Pair @model @access(read: "true", create: "true") {
    id: ID! @id(auto: NONE) @column(type: "char(6)")
    label: String @column(type: "varchar(4)")
  }
`;

/** As many as a request may have. An expression like `/ +$/` would be busy with them for minutes, and the server with it. */
const LONG = 900_000;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
});
afterAll(() => app?.close());

test('spaces before a letter are too long for a column', { timeout: 10_000 }, async () => {
  const text = `a${' '.repeat(LONG)}b`;
  const create = 'mutation ($input: PairCreateInput!) { createPair(input: $input) { id } }';
  for (const input of [{ id: text }, { id: 'a', label: text }])
    expect((await app.graphql(create, { input })).codes).toEqual(['BAD_USER_INPUT']);
  const find = 'query ($id: ID!) { pair(id: $id) { id } }';
  expect((await app.graphql(find, { id: text })).data).toEqual({ pair: null });
  expect(await app.compiled(find, { id: text }, ADMIN)).toEqual({ pair: null });
});

test('spaces at the end are none', { timeout: 10_000 }, async () => {
  const create = 'mutation ($input: PairCreateInput!) { createPair(input: $input) { id label } }';
  const input = { id: `c${' '.repeat(LONG)}`, label: `d${' '.repeat(LONG)}` };
  expect((await app.graphql(create, { input })).data).toEqual({ createPair: { id: 'c', label: 'd   ' } });
});

test('zeros before a digit are too many for a decimal', { timeout: 10_000 }, () => {
  const decimal = scalarTypes.Decimal;
  expect(() => decimal?.parseValue(`0.1${'0'.repeat(LONG)}1`)).toThrow('Decimal');
  expect(decimal?.parseValue(`0.1${'0'.repeat(10_000)}`)).toBe('0.1');
});
