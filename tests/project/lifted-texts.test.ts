import { buildSchema, type DocumentNode, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { LiftedTexts } from '../../src/project/lifted-texts.ts';
import { startProject } from '../sample/start-project.ts';

const schema = buildSchema(`
  scalar JSON
  input Filter { eq: String in: [ID!] count: Int ratio: Float all: JSON more: Filter one: One }
  input One @oneOf { id: ID name: String }
  type Row { id: ID! name(as: String): String rows(where: Filter, limit: Int): [Row!]! }
  type Query { row(id: ID!): Row rows(where: Filter, limit: Int): [Row!]! at(json: JSON): Row }
`);

function start() {
  const remembered: string[] = [];
  const documents: DocumentNode[] = [];
  const lifted = new LiftedTexts(schema, (text, document) => {
    remembered.push(text);
    documents.push(document);
  });
  const learn = (...texts: readonly string[]): void => {
    for (const text of texts) lifted.learn(text, parse(text));
  };
  const variablesOf = (query: string, variables?: Record<string, unknown>) =>
    lifted.lift({ query, ...(variables && { variables }) })?.variables;
  return { lifted, learn, variablesOf, remembered, documents };
}

const row = (id: string): string => `{ row(id: ${id}) { name } }`;

describe('texts that differ in their values', () => {
  it('are one operation with variables from the second one on', () => {
    const { learn, lifted, remembered, documents } = start();
    expect(lifted.lift({ query: row('"1"') })).toBeUndefined();
    learn(row('"1"'));
    expect(lifted.lift({ query: row('"1"') })).toBeUndefined();
    learn(row('"2"'));
    expect(remembered).toHaveLength(1);
    expect(validate(schema, documents[0] as DocumentNode)).toEqual([]);
    expect(lifted.lift({ query: row('"x \\"y\\" \\n"'), operationName: 'A' })).toEqual({
      query: remembered[0],
      operationName: 'A',
      variables: { literal_0: 'x "y" \n' },
    });
  });

  it('have their variables beside those that were sent, which are none of ours', () => {
    const { learn, variablesOf } = start();
    const text = (name: string) =>
      `query ($a: ID!) { row(id: $a) { name(as: ${name}) } b: row(id: 7) { id } }`;
    learn(text('"x"'), text('"y"'));
    expect(variablesOf(text('"z"'), { a: '1', literal_0: 'sent', literal_1: 'sent' })).toEqual({
      a: '1',
      literal_0: 'z',
      literal_1: '7',
    });
  });

  it('have numbers as their types read them, and lists as wholes', () => {
    const { learn, variablesOf } = start();
    const text = (list: string, count: string) =>
      `{ rows(limit: 20, where: { in: [${list}], count: ${count}, more: { one: { id: 5 } } }) { id } }`;
    learn(text('1, "b"', '1'), text('1, "c"', '2'));
    expect(variablesOf(text('99999999999999999999, "d"', '-3'))).toEqual({
      literal_0: 20,
      literal_1: ['99999999999999999999', 'd'],
      literal_2: -3,
      literal_3: '5',
    });
    // A longer list is another text.
    expect(variablesOf(text('1, "b", 3', '1'))).toBeUndefined();
  });

  it('keep what no variable would be read alike from, and are others where that differs', () => {
    const { learn, variablesOf, remembered } = start();
    const text = (name: string, ratio: string, json: string) =>
      `query ($d: Int = 3) { rows(where: { eq: ${name}, ratio: ${ratio}, all: { a: ${json} } }, limit: $d) { id } }`;
    learn(text('"a"', '1', '"x"'), text('"b"', '1', '"x"'));
    expect(remembered[0]).toContain('$d: Int = 3');
    expect(remembered[0]).toContain('ratio: 1, all: {a: "x"}');
    expect(variablesOf(text('"c"', '1', '"x"'))).toEqual({ literal_0: 'c' });
    expect(variablesOf(text('"c"', '2', '"x"'))).toBeUndefined();
    expect(variablesOf(text('"c"', '1', '"y"'))).toBeUndefined();
    learn(text('"a"', '1', '"y"'));
    expect(variablesOf(text('"c"', '1', '"y"'))).toBeUndefined();
    learn(text('"b"', '1', '"y"'));
    expect(variablesOf(text('"c"', '1', '"y"'))).toEqual({ literal_0: 'c' });
    // What comes once only makes nothing, and takes nothing from others.
    const before = remembered.length;
    for (let time = 0; time < 100; time++) learn(text('"a"', '1', `"${time}"`));
    expect(remembered).toHaveLength(before);
    expect(variablesOf(text('"c"', '1', '"x"'))).toEqual({ literal_0: 'c' });
  });

  it.each([
    ['of several operations', 'query A { row(id: "1") { id } } query B { row(id: "2") { id } }'],
    ['that are one field only while they are the same', '{ row(id: "1") { id } row(id: "1") { name } }'],
    [
      'with variables called like ours',
      'query ($literal_0: Int) { rows(where: { eq: "a", count: $literal_0 }) { id } }',
    ],
    ['that are none of an argument', 'query ($d: Int = 3) { rows(limit: $d) { id } }'],
  ])('stay as they are: %s', (_, text) => {
    const { learn, variablesOf } = start();
    learn(text, text, text);
    expect(variablesOf(text)).toBeUndefined();
  });

  it('are remembered again whenever they are answered anew', () => {
    const { learn, remembered } = start();
    learn(row('1'), row('2'), row('3'));
    expect(remembered).toHaveLength(2);
    expect(new Set(remembered).size).toBe(1);
  });
});

describe('over HTTP', async () => {
  const { url, adminKey, db } = await startProject('.');
  /** Names of statements as they are sent. */
  const names: (string | undefined)[] = [];
  const seen = new WeakSet<object>();
  db.pool.on('acquire', (client) => {
    if (seen.has(client)) return;
    seen.add(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      names.push((args[0] as { name?: string }).name);
      return query(...args);
    }) as typeof client.query;
  });

  async function post(query: string, variables?: Record<string, unknown>) {
    const response = await fetch(new URL('/graphql', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-plinth-admin-key': adminKey },
      body: JSON.stringify({ query, ...(variables && { variables }) }),
    });
    const { 'x-request-id': _id, date: _date, ...headers } = Object.fromEntries(response.headers);
    const text = (await response.text()).replaceAll(/"requestId":"[^"]*"/g, '');
    return { status: response.status, headers, text };
  }

  const labels = await db.query<{ id: string; name: string; organizationId: string }>(
    'SELECT id, name, "organizationId" FROM "Label" ORDER BY id LIMIT 6',
  );

  it('they are answered as the same with variables, by one prepared statement', async () => {
    const inline = (id: string, name: string) =>
      `query One { label(id: "${id}") { id name } labels(where: { name: { eq: "${name}" } }, limit: 2) { id } }`;
    const withVariables = `query One($id: ID!, $name: String!) {
      label(id: $id) { id name } labels(where: { name: { eq: $name } }, limit: 2) { id } }`;
    expect(labels.length).toBeGreaterThan(4);
    for (const [at, { id, name }] of labels.entries()) {
      names.length = 0;
      const answer = await post(inline(id, name));
      // Two are learnt from, and two more make it known that the shape comes again.
      if (at >= 4) expect(names).toEqual([expect.any(String)]);
      expect(JSON.parse(answer.text).data.label).toEqual({ id, name });
      expect(answer).toEqual(await post(withVariables, { id, name }));
    }
  });

  it('what does not fit is refused as if nothing was known', async () => {
    const inline = (limit: string, after: string) =>
      `{ labelsConnection(first: ${limit}, after: ${after}, orderBy: [{ id: ASC }]) { nodes { id } pageInfo { endCursor } } }`;
    const refusals = [
      inline('1', '"no cursor"'),
      inline('5000', '"no cursor"'),
      inline('-1', 'null'),
      inline('"1"', '"x"'),
      inline('99999999999', '"x"'),
    ];
    const before = [];
    for (const text of refusals) before.push(await post(text));
    let cursor: string | undefined;
    for (let page = 0; page < 4; page++) {
      const { text } = await post(inline(String(page + 1), cursor ? `"${cursor}"` : 'null'));
      cursor = JSON.parse(text).data.labelsConnection.pageInfo.endCursor;
    }
    for (const [at, text] of refusals.entries()) expect(await post(text)).toEqual(before[at]);
  });

  it('mutations run once each, and are refused as ever', async () => {
    const create = (name: string, color = '#aabbcc') =>
      `mutation { createLabel(input: { organization: { connect: { id: "${labels[0]?.organizationId}" } }, name: "${name}", color: "${color}" }) { name color } }`;
    for (const name of ['lift 1', 'lift 2', 'lift 3', 'lift 4', "lift 'x'"]) {
      expect(JSON.parse((await post(create(name))).text).data.createLabel.name).toBe(name);
      const again = await post(create(name));
      expect(JSON.parse(again.text).errors[0].extensions.code).toBe('CONFLICT');
    }
    for (const [name, color, code] of [
      ['', '#aabbcc', 'BAD_USER_INPUT'],
      ['x'.repeat(41), '#aabbcc', 'BAD_USER_INPUT'],
      ['lift 9', 'no colour', 'GRAPHQL_VALIDATION_FAILED'],
    ] as const) {
      const { text } = await post(create(name, color));
      expect(JSON.parse(text).errors[0].extensions.code, text).toBe(code);
    }
    const stored = await db.query(`SELECT name FROM "Label" WHERE name LIKE 'lift%'`);
    expect(stored).toHaveLength(5);
  });
});
