import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { openPool, syncDevelopment } from '../../src/data/index.ts';
import { buildApp } from '../../src/pipeline.ts';
import { desiredState } from '../../src/project/desired-state.ts';
import { writeCompiledDocuments } from '../../src/project/documents/write-compiled-documents.ts';
import { emitResolverTypes } from '../../src/project/emit-resolver-types.ts';
import { findProject, readOperationSources, readSources } from '../../src/project/find-project.ts';
import { prepareTables } from '../../src/project/prepare-tables.ts';
import { serveProject } from '../../src/project/serve-project.ts';
import { makeLog } from '../../src/serve/index.ts';
import { createDatabase } from '../support/database.ts';
import { serveFiles } from './support.ts';

const SCHEMA = `
scalar Money
scalar Anything
scalar money
scalar Odd
type Item @model @access(read: "true") { id: ID!  name: String! }
input Outer { inner: Inner! = {} }
input Inner { amount: Money! = "0.07 EUR" }
input Price { amount: Money!  per: Int! = 1 }
type Bill { total: Money!  parts: [Money]! }
extend type Query {
  notes: JSON @access(call: "true")
  twice(money: Money!): Money! @access(call: "true")
  bill(prices: [Price!]!, tip: Money = "0.01 EUR"): Bill! @access(call: "true")
  nested(outer: Outer = {}): Money! @access(call: "true")
  small(value: money): Int @access(call: "true")
  odd(value: Odd): Odd @access(call: "true")
  unwritable(what: String!): Anything @access(call: "true")
  broken: Money @access(call: "true")
  same(value: Anything): Anything @access(call: "true")
}
`;

// As an author finds it: not the copy that we load, whose classes are others.
const GRAPHQL = JSON.stringify(new URL('index.mjs', import.meta.resolve('graphql')).href);
const MONEY = `
import { GraphQLScalarType } from ${GRAPHQL};
export const Money = new GraphQLScalarType({
  name: 'Money',
  serialize: (cents) => {
    if (typeof cents !== 'number') throw new TypeError('secret inside');
    return (cents / 100).toFixed(2) + ' EUR';
  },
  parseValue: (text) => {
    const [, euro] = /^(\\d+\\.\\d\\d) EUR$/.exec(String(text)) ?? [];
    if (euro === undefined) throw new TypeError('Money is written as 1.00 EUR');
    return Math.round(Number(euro) * 100);
  },
});
// Nobody declares it, so files may have one each.
export const helper = new GraphQLScalarType({ name: 'Other' });`;
const QUERY = `
export const Query = {
  twice: (_p, { money }) => money * 2,
  bill: (_p, { prices, tip }) => {
    const parts = prices.map(({ amount, per }) => amount * per);
    return { total: parts.reduce((sum, one) => sum + one, tip), parts: [...parts, null] };
  },
  notes: () => null,
  nested: (_p, { outer }) => outer.inner.amount * 2,
  small: (_p, { value }) => value,
  odd: (_p, { value }) => value,
  unwritable: (_p, { what }) => ({ bigint: 10n, function: () => () => 1, symbol: Symbol('x') })[what],
  broken: () => 'no number',
  same: (_p, { value }) => value,
};`;
// The odd one throws and answers what it is asked for.
const ODD = `
import { GraphQLError, GraphQLScalarType } from ${GRAPHQL};
const parseValue = (value) => {
  if (value === 'error') throw new GraphQLError('told', { extensions: { code: 'FORBIDDEN', http: { status: 418 } } });
  if (value === 'text') throw 'told';
  if (value === 'null') throw null;
  if (value === 'async') return Promise.reject(new Error('nobody hears this'));
  return value;
};
export const Odd = new GraphQLScalarType({
  name: 'Odd',
  parseValue,
  serialize: (value) => (value === 'promise' ? Promise.reject(new Error('secret')) : value),
});
export const money = new GraphQLScalarType({ name: 'money', parseValue: (value) => value + 1 });
export const helper = new GraphQLScalarType({ name: 'Helper' });`;
const FILES = {
  'resolvers/odd.mjs': ODD,
  'schema.graphql': SCHEMA,
  'resolvers/money.mjs': MONEY,
  'resolvers/query.mjs': QUERY,
};

async function serve(files: Readonly<Record<string, string>> = FILES) {
  const server = await serveFiles(files);
  onTestFinished(() => server.stop());
  return server;
}

test('values are read and written by it, wherever they stand', async () => {
  const { graphql } = await serve();
  const ask = async (query: string, variables: object = {}) => (await graphql(query, variables, null)).data;
  expect(await ask('{ twice(money: "1.25 EUR") }')).toEqual({ twice: '2.50 EUR' });
  for (const money of ['1.25 EUR', '3.00 EUR'])
    expect(await ask('query ($m: Money!) { twice(money: $m) }', { m: money })).toEqual({
      twice: money === '1.25 EUR' ? '2.50 EUR' : '6.00 EUR',
    });
  const bill = { bill: { total: '4.01 EUR', parts: ['1.00 EUR', '3.00 EUR', null] } };
  const fields = '{ total parts }';
  expect(
    await ask(`{ bill(prices: [{ amount: "1.00 EUR" }, { amount: "1.50 EUR", per: 2 }]) ${fields} }`),
  ).toEqual(bill);
  const prices = [{ amount: '1.00 EUR' }, { amount: '1.50 EUR', per: 2 }];
  expect(await ask(`query ($p: [Price!]!) { bill(prices: $p) ${fields} }`, { p: prices })).toEqual(bill);
  // Beside what is one statement, and without code as it is.
  expect(await ask('{ items { name } twice(money: "0.10 EUR") same(value: { a: [1, "b"] }) }')).toEqual({
    items: [],
    twice: '0.20 EUR',
    same: { a: [1, 'b'] },
  });
});

test('defaults are read by it, those within others too, and shown as it writes them', async () => {
  const { graphql } = await serve();
  expect((await graphql('{ nested }', {}, null)).data).toEqual({ nested: '0.14 EUR' });
  expect((await graphql('{ nested(outer: {}) }', {}, null)).data).toEqual({ nested: '0.14 EUR' });
  const shown = await graphql('{ __type(name: "Query") { fields { name args { name defaultValue } } } }');
  expect(shown.data.__type.fields.find(({ name }: { name: string }) => name === 'bill').args).toContainEqual({
    name: 'tip',
    defaultValue: '"0.01 EUR"',
  });
});

test.each([
  ['amount: Money! = "0.07 EUR"', 'amount: Money! = "a lot"', 'The default of Inner.amount is no Money!.'],
  [
    'value: Anything',
    'value: Anything = { a: [1] }',
    'The default of Query.same(value:) cannot be told to clients',
  ],
  ['value: Anything', 'value: JSON = []', 'The default of Query.same(value:) cannot be told to clients'],
])('a default that cannot be is told of its argument: %s, %s', async (before, after, said) => {
  const schema = SCHEMA.replace(before, after);
  await expect(serve({ ...FILES, 'schema.graphql': schema })).rejects.toThrow(said);
});

test('what it does not take is the mistake of the client, and what it cannot write ours', async () => {
  const { graphql } = await serve();
  const refusal = async (query: string, variables: object = {}) => {
    const { errors } = await graphql(query, variables, null);
    return [errors?.[0]?.extensions.code, errors?.[0]?.message];
  };
  const [code, message] = await refusal('{ twice(money: "a lot") }');
  expect([code, message]).toEqual(['GRAPHQL_VALIDATION_FAILED', expect.stringContaining('1.00 EUR')]);
  const [sentCode, sent] = await refusal('query ($m: Money!) { twice(money: $m) }', { m: 'a lot' });
  expect([sentCode, sent]).toEqual(['BAD_USER_INPUT', expect.stringContaining('1.00 EUR')]);
  expect(await refusal('{ broken }')).toEqual([
    'INTERNAL_SERVER_ERROR',
    'Something went wrong on the server.',
  ]);
});

test.each([
  ['error', 'told'],
  ['text', 'told'],
  ['null', 'null'],
  ['async', 'The code of Odd must not be async.'],
])('whatever it throws (%s) is the mistake of the client', async (value, said) => {
  const { url } = await serve();
  const post = async (body: object) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { errors } = (await response.json()) as { errors: { message: string; extensions: object }[] };
    return { status: response.status, errors };
  };
  const sent = await post({ query: 'query ($v: Odd) { odd(value: $v) }', variables: { v: value } });
  expect(sent).toMatchObject({ status: 400, errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(sent.errors[0]?.message).toContain(said);
  const written = await post({ query: `{ odd(value: "${value}") }` });
  expect(written).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
  expect(written.errors[0]?.message).toContain(said);
});

test('what JSON cannot write is a fault of its field alone', async () => {
  const { graphql } = await serve();
  const fields = ['bigint', 'function', 'symbol'].map((what) => `unwritable(what: "${what}")`);
  for (const field of [...fields, 'odd(value: "promise")']) {
    const { data, errors } = await graphql(`{ twice(money: "1.00 EUR") ${field} }`, {}, null);
    expect(data).toEqual({ twice: '2.00 EUR', [field.split('(')[0] ?? '']: null });
    expect(errors?.[0]).toMatchObject({
      message: 'Something went wrong on the server.',
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });
  }
});

test('it is found whatever its name begins with', async () => {
  const { graphql } = await serve();
  expect((await graphql('{ small(value: 1) }', {}, null)).data).toEqual({ small: 2 });
});

test.each([
  [
    'is not declared',
    { 'resolvers/other.mjs': MONEY.replace('const Money', 'const Coin') },
    'add `scalar Coin`',
  ],
  [
    'is ours',
    { 'resolvers/other.mjs': MONEY.replace('const Money', 'const DateTime') },
    "DateTime, which is Plinth's own",
  ],
  [
    'is an object type',
    { 'resolvers/other.mjs': MONEY.replace('const Money', 'const Bill') },
    'Bill, which is no scalar in the schema',
  ],
  ['is twice', { 'resolvers/other.mjs': MONEY }, 'resolvers/other.mjs: Money is defined in another file'],
  [
    'is no scalar',
    { 'resolvers/money.mjs': 'export const Money = { parseValue: Number };' },
    'make it a GraphQLScalarType',
  ],
])('a scalar that %s does not start', async (_what, files, said) => {
  await expect(serve({ ...FILES, ...files })).rejects.toThrow(said);
});

test('types leave to the author what it makes of a value', async () => {
  const types = await emitResolverTypes(buildApp([{ file: 'schema.graphql', text: SCHEMA }]));
  expect(types).toContain('Money: { input: any; output: any; }');
  expect(types).toContain('JSON: { input: unknown; output: unknown; }');
});

/** A server that takes only the documents of the project, beside which lies what `plinth generate` has compiled. */
async function serveTrusted(document: string): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-scalar-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const files = { ...FILES, 'operations/ask.graphql': document };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), { recursive: true });
    writeFileSync(join(directory, name), text);
  }
  const project = findProject(directory);
  const built = buildApp(readSources(project));
  const { url } = await createDatabase();
  await syncDevelopment({ url, projectDir: directory, ...desiredState(built) });
  const config = readConfig(
    { LOG_LEVEL: 'silent', PLINTH_DOCUMENTS: 'trusted' },
    { mode: 'development', commandLine: { port: 0, host: '127.0.0.1' } },
  );
  await writeCompiledDocuments(
    project,
    built,
    { sources: readOperationSources(project), limits: config.limits },
    (error) => {
      throw error;
    },
  );
  const db = openPool({ url });
  onTestFinished(() => db.close());
  await prepareTables(db);
  const database = { db, url, embedded: false, close: () => db.close() };
  const server = await serveProject({ project, config, built, database, log: makeLog(config) });
  onTestFinished(() => server.stop());
  const answer = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document }),
  });
  return answer.text();
}

test('a document that it does not take keeps a server of trusted documents from starting', async () => {
  expect(JSON.parse(await serveTrusted('query Ask { twice(money: "1.00 EUR") }'))).toEqual({
    data: { twice: '2.00 EUR' },
  });
  await expect(serveTrusted('query Ask { twice(money: "a lot") }')).rejects.toThrow('1.00 EUR');
});
