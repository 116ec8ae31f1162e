import { describe, expect, it } from 'vitest';
import { startProject } from '../sample/start-project.ts';

// The sample's organizations and labels are enough: nothing here is about data.
const ADA = { id: '018d0f5d-15d2-7a54-9f29-f59207c7beea' };
const { url, adminKey, db } = await startProject('.');

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

async function post(body: unknown, headers: Record<string, string> = {}, as: unknown = ADA): Promise<Reply> {
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-plinth-admin-key': adminKey,
      'x-plinth-as': JSON.stringify(as),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const all = Object.fromEntries(response.headers);
  const { 'x-request-id': requestId = '', date: _date, ...others } = all;
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  return { status: response.status, headers: others, text: await response.text() };
}

/** The first time Apollo answers; from the second on it may be the front door. */
async function again(body: unknown, headers: Record<string, string> = {}, as: unknown = ADA): Promise<Reply> {
  const first = await post(body, headers, as);
  for (let turn = 0; turn < 3; turn++)
    expect(withoutIds(await post(body, headers, as))).toEqual(withoutIds(first));
  return first;
}

const withoutIds = ({ text, ...others }: Reply) => ({
  ...others,
  text: text.replaceAll(/"requestId":"[^"]*"/g, '"requestId":"…"'),
});

describe('an operation that has been answered before is answered alike,', () => {
  it.each([
    ['with data', { query: '{ projects(orderBy: [{ id: ASC }]) { name organization { name } } }' }, {}],
    ['without data', { query: '{ __typename }' }, {}],
    [
      'to a client of application/graphql-response+json',
      { query: '{ __typename }' },
      { accept: 'application/graphql-response+json' },
    ],
    ['to a client that accepts anything', { query: '{ __typename }' }, { accept: '*/*' }],
    ['to one that accepts nothing of ours', { query: '{ __typename }' }, { accept: 'text/csv' }],
    ['with a charset', { query: '{ __typename }' }, { 'content-type': 'application/json; charset=utf-8' }],
    [
      'in another charset',
      { query: '{ __typename }' },
      { 'content-type': 'application/json; charset=latin1' },
    ],
    ['by name', { query: 'query A { a: __typename } query B { b: __typename }', operationName: 'B' }, {}],
    [
      'under no name where there are two',
      { query: 'query A { a: __typename } query B { b: __typename }' },
      {},
    ],
    [
      'with variables',
      {
        query: 'query ($l: Int) { labels(limit: $l, orderBy: [{ id: ASC }]) { name } }',
        variables: { l: 2 },
      },
      {},
    ],
    [
      'with variables that do not fit',
      { query: 'query ($l: Int) { labels(limit: $l) { name } }', variables: { l: 'x' } },
      {},
    ],
    [
      'with a limit that is out of range',
      { query: 'query ($l: Int) { labels(limit: $l) { name } }', variables: { l: 5000 } },
      {},
    ],
    ['with null variables', { query: '{ __typename }', variables: null, operationName: null }, {}],
    ['with extensions', { query: '{ __typename }', extensions: { a: 1 } }, {}],
    [
      'with what Apollo Client adds',
      {
        query: '{ __typename }',
        extensions: { clientLibrary: { name: '@apollo/client', version: '4.3.8' } },
      },
      {},
    ],
    ['with extensions that are null', { query: '{ __typename }', extensions: null }, {}],
    ['with extensions that are a list', { query: '{ __typename }', extensions: [] }, {}],
    ['with extensions that are text', { query: '{ __typename }', extensions: 'a' }, {}],
    ['with an unknown member', { query: '{ __typename }', more: 1 }, {}],
    ['that is no document', { query: '{' }, {}],
    ['that is not valid', { query: '{ nothing }' }, {}],
    ['that is a list', [{ query: '{ __typename }' }], {}],
    ['that is no JSON', '{"query": ', {}],
    ['that is null', 'null', {}],
    ['with a hostile key', '{"query":"{ __typename }","variables":{"__proto__":{"a":1}}}', {}],
    [
      'of a page of this machine',
      { query: '{ __typename }' },
      { origin: 'http://localhost:3000', 'x-plinth-admin-key': '', 'x-plinth-as': '' },
    ],
    ['of a foreign page', { query: '{ __typename }' }, { origin: 'https://evil.example' }],
    ['with a wrong key', { query: '{ __typename }' }, { 'x-plinth-admin-key': 'wrong-wrong-wrong' }],
    ['with a malformed viewer', { query: '{ __typename }' }, { 'x-plinth-as': '{"ids": 1}' }],
  ])('%s', async (_what, body, headers) => {
    await again(body, headers as Record<string, string>);
  });

  it('to each viewer their own', async () => {
    const body = { query: '{ viewer { id name } projects { name } }' };
    const mine = await again(body);
    const nobody = await again(body, {}, null);
    expect(JSON.parse(mine.text).data.viewer.id).toBe(ADA.id);
    expect(JSON.parse(nobody.text).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect((await post(body)).text).toBe(mine.text);
  });
});

describe('a mutation', () => {
  const create = 'mutation ($input: LabelCreateInput!) { createLabel(input: $input) { name } }';
  const input = { organization: { connect: { id: '' } }, name: '', color: '#aabbcc' };

  it('runs once for each time it is sent, also where it is refused in the end', async () => {
    const found = await post({ query: '{ viewer { memberships { organization { id } } } }' });
    const id: string = JSON.parse(found.text).data.viewer.memberships[0].organization.id;
    const send = (name: string, as: unknown = ADA) =>
      post(
        { query: create, variables: { input: { ...input, name, organization: { connect: { id } } } } },
        {},
        as,
      );
    for (const name of ['one', 'two', 'three', 'four']) {
      const { text } = await send(name);
      expect(JSON.parse(text)).toEqual({ data: { createLabel: { name } } });
    }
    for (let turn = 0; turn < 3; turn++) {
      expect(JSON.parse((await send('four')).text).errors[0].extensions.code).toBe('CONFLICT');
      expect(JSON.parse((await send('five', null)).text).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    }
    const rows = await db.query(
      `SELECT name FROM "Label" WHERE name IN ('one', 'two', 'three', 'four', 'five') ORDER BY name`,
    );
    expect(rows).toEqual([{ name: 'four' }, { name: 'one' }, { name: 'three' }, { name: 'two' }]);
  });
});

it('a known operation that the database fails is told as one that is not known', async () => {
  const body = {
    query: 'query ($s: Float) { tasksAggregate { count } __typename @skip(if: false) }',
    variables: {},
  };
  const known = { query: '{ tasksAggregate { count } }' };
  await again(known);
  await db.execute('ALTER TABLE "Task" RENAME TO "Gone"');
  try {
    const first = await post(known);
    expect(JSON.parse(first.text).errors[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(first.text).not.toMatch(/Task|relation|SELECT/);
    expect((await post(body)).status).toBe(400);
  } finally {
    await db.execute('ALTER TABLE "Gone" RENAME TO "Task"');
  }
  expect(JSON.parse((await post(known)).text).data.tasksAggregate.count).toBeGreaterThan(0);
});
