import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ shared: true });
});
afterAll(() => server.server.close({ graceMs: 0 }));

const deepJson = (depth: number) =>
  `{"query":"{hello}","variables":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
const deepFilter = `${'{"and":['.repeat(20_000)}${']}'.repeat(20_000)}`;
const surrogate = '{"query":"query($t:String){echo(text:$t)}","variables":{"t":"\\ud800"}}';

describe('a malformed request is a coded 400', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', '{"query":'],
    ['a number', '1'],
    ['null', 'null'],
    ['a string', '"{hello}"'],
    ['an empty object', '{}'],
    ['an empty list', '[]'],
    ['query as a number', '{"query":1}'],
    ['query as a list', '{"query":["{hello}"]}'],
    ['query as an object', '{"query":{"kind":"Document"}}'],
    ['query as null', '{"query":null}'],
    ['an empty query', '{"query":""}'],
    ['variables as a list', '{"query":"{hello}","variables":[1]}'],
    ['variables as a string', '{"query":"{hello}","variables":"{}"}'],
    ['variables as a number', '{"query":"{hello}","variables":7}'],
    ['operationName as a number', '{"query":"{hello}","operationName":1}'],
    ['operationName as an object', '{"query":"{hello}","operationName":{}}'],
    ['extensions as a string', '{"query":"{hello}","extensions":"x"}'],
    ['an operation that is not there', '{"query":"query A {hello}","operationName":"B"}'],
    ['__proto__ in the body', '{"query":"{hello}","__proto__":{"polluted":true}}'],
    ['__proto__ in variables', '{"query":"{hello}","variables":{"a":{"__proto__":{"polluted":true}}}}'],
    ['JSON 50 000 deep', deepJson(50_000)],
    ['JSON 65 deep', deepJson(65)],
    [
      'a filter 20 000 deep',
      `{"query":"query($f:Filter){filtered(where:$f)}","variables":{"f":${deepFilter}}}`,
    ],
    ['half a surrogate pair', surrogate],
    ['half a surrogate pair in the document', '{"query":"{echo(text:\\"\\ud800\\")}"}'],
  ])('%s', async (_name, body) => {
    const answer = await server.post(body);
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toMatch(/^(BAD_USER_INPUT|GRAPHQL_PARSE_FAILED)$/);
    expect(answer.text).not.toMatch(/call stack|node_modules|\bat /i);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('bytes that are not UTF-8', async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]);
    const answer = await server.get('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
  });

  test.each([
    ['variables that are no JSON', 'variables={'],
    ['variables as a list', 'variables=[1]'],
    ['__proto__ in variables', `variables=${encodeURIComponent('{"__proto__":{"a":1}}')}`],
    ['a parameter given twice', 'query={hello}'],
  ])('by GET: %s', async (_name, rest) => {
    const answer = await server.get(`/graphql?query={hello}&${rest}`);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_USER_INPUT']);
  });
});

describe('a variable of the wrong kind is BAD_USER_INPUT with its path', () => {
  const filter = 'query($f: Filter) { filtered(where: $f) }';
  test.each([
    ['a string for an Int', filter, { f: { level: 'x' } }, ['f', 'level']],
    ['2^31', filter, { f: { level: 2 ** 31 } }, ['f', 'level']],
    ['2^53 + 1', filter, { f: { level: 2 ** 53 + 1 } }, ['f', 'level']],
    ['an unknown field in a list', filter, { f: { and: [{}, { nope: 1 }] } }, ['f', 'and', 1]],
    ['an operator object for a string', filter, { f: { name: { not: 'x' } } }, ['f', 'name']],
    ['none for a required one', 'query($n: Int!) { required(n: $n) }', {}, ['n']],
  ])('%s', async (_name, query, variables, path) => {
    const answer = await server.post({ query, variables });
    expect(answer.status).toBe(400);
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
    const issues = answer.json.errors?.[0]?.extensions.issues as { path: unknown[]; message: string }[];
    expect(issues[0]?.path).toEqual(path);
    expect(issues[0]?.message).not.toBe('');
  });

  test('null for a required argument, found while running', async () => {
    const query = 'query($n: Int = 1) { required(n: $n) }';
    expect(codeOf(await server.post({ query, variables: { n: null } }))).toBe('BAD_USER_INPUT');
  });

  test('1e400, which no double holds', async () => {
    const body = '{"query":"query($f:Filter){filtered(where:$f)}","variables":{"f":{"level":1e400}}}';
    expect(codeOf(await server.post(body))).toBe('BAD_USER_INPUT');
  });

  test('and a wrong value of 100 KB is not sent back whole', async () => {
    const answer = await server.post({ query: filter, variables: { f: { level: 'x'.repeat(100_000) } } });
    expect(answer.text.length).toBeLessThan(3_000);
  });
});

describe('odd and legal text is data', () => {
  test.each([
    ['100 KB', 'x'.repeat(100_000)],
    ['script', '<script>alert(1)</script>'],
    ['SQL', "'; DROP TABLE x; --"],
    ['a byte order mark', '\ufeffa'],
    ['an emoji', '🙂'],
    ['ANSI', '\u001b[2J'],
    ['a name of Object.prototype', 'constructor'],
  ])('%s', async (_name, text) => {
    const answer = await server.post({
      query: 'query($t: String) { echo(text: $t) }',
      variables: { t: text },
    });
    expect(answer.json.data).toEqual({ echo: text });
  });
});
