import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeOf, startServer, type TestServer } from './support.ts';

let server: TestServer;
let production: TestServer;
beforeAll(async () => {
  server = await startServer({ shared: true });
  production = await startServer({
    shared: true,
    mode: 'production',
    env: { CORS_ORIGINS: 'https://app.example.com', PLINTH_TIMEOUT_HEADERS_MS: '500' },
  });
});
afterAll(async () => {
  await server.server.close({ graceMs: 0 });
  await production.server.close({ graceMs: 0 });
});

const MUTATION = encodeURIComponent('mutation { count }');
const FORM = 'application/x-www-form-urlencoded';

describe('a mutation never runs by a request that needs no preflight', () => {
  const rows: [string, string, RequestInit, number][] = [
    ['GET', `/graphql?query=${MUTATION}`, {}, 405],
    [
      'GET with preflight headers',
      `/graphql?query=${MUTATION}`,
      { headers: { 'apollo-require-preflight': '1' } },
      405,
    ],
    [
      'GET with an override',
      `/graphql?query=${MUTATION}`,
      { headers: { 'x-http-method-override': 'POST' } },
      405,
    ],
    [
      'GET chosen by operationName',
      `/graphql?operationName=M&query=${encodeURIComponent('query Q { hello } mutation M { count }')}`,
      {},
      405,
    ],
    [
      'a form',
      '/graphql',
      { method: 'POST', headers: { 'content-type': FORM }, body: `query=${MUTATION}` },
      415,
    ],
    [
      'text/plain',
      '/graphql',
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"query":"mutation{count}"}' },
      415,
    ],
    [
      'an unknown charset',
      '/graphql',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-16' },
        body: '{"query":"mutation{count}"}',
      },
      415,
    ],
    ['multipart', '/graphql', { method: 'POST', body: multipart() }, 415],
    [
      'no content type',
      '/graphql',
      { method: 'POST', body: new Uint8Array(Buffer.from('{"query":"mutation{count}"}')) },
      415,
    ],
    ['PUT', '/graphql', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' }, 405],
    [
      'an answer that nobody accepts',
      '/graphql',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'image/png' },
        body: '{"query":"mutation{count}"}',
      },
      406,
    ],
  ];
  test.each(rows)('%s', async (_name, path, init, status) => {
    const answer = await server.get(path, init);
    expect(answer.status).toBe(status);
    expect(codeOf(answer)).toBe('BAD_USER_INPUT');
    expect(server.runs.mutations).toBe(0);
  });

  test('while a POST of JSON runs it', async () => {
    const other = await startServer();
    expect((await other.post({ query: 'mutation { count }' })).json.data).toEqual({ count: 1 });
  });
});

function multipart(): FormData {
  const form = new FormData();
  form.set('operations', '{"query":"mutation{count}"}');
  return form;
}

describe('pages of other origins', () => {
  test.each([
    ['GET with a foreign content type', { 'content-type': 'text/plain' }, 415],
    ['GET by a script element', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    [
      'GET by fetch from an origin not allowed',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', origin: 'https://evil.example' },
      403,
    ],
    ['GET by the own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
  ])('%s is answered rightly', async (_name, headers, status) => {
    // fetch() sets Sec-Fetch-* itself, so this goes over a plain socket.
    const text = await rawGet(server.port, '/graphql?query={hello}', headers);
    expect(text).toContain(`HTTP/1.1 ${status} `);
  });

  test.each([
    'https://evil.example',
    'null',
    'https://app.example.com.evil.example',
    'http://app.example.com',
  ])('origin %s gets no CORS headers in production', async (origin) => {
    for (const method of ['POST', 'OPTIONS']) {
      const init = method === 'POST' ? { body: '{"query":"{hello}"}' } : {};
      const answer = await production.get('/graphql', {
        method,
        headers: { origin, 'content-type': 'application/json', 'access-control-request-method': 'POST' },
        ...init,
      });
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('an allowed origin is answered with its own name and credentials', async () => {
    const answer = await production.post({ query: '{hello}' }, { origin: 'https://app.example.com' });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answer.headers.get('vary')).toBe('origin');
  });

  test('development allows origins of this machine and no others', async () => {
    const local = await server.post({ query: '{hello}' }, { origin: 'http://localhost:5173' });
    expect(local.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    const foreign = await server.post({ query: '{hello}' }, { origin: 'http://localhost.evil.example' });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('answers', () => {
  test('carry our request id and never the client’s', async () => {
    const answer = await server.post({ query: '{hello}' }, { 'x-request-id': 'chosen\tby-client' });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('carry security headers and no version', async () => {
    const { headers } = await server.post({ query: '{hello}' });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('server')).toBeNull();
  });

  test('are JSON at unknown addresses', async () => {
    const answer = await production.get('/wp-login.php');
    expect(answer.status).toBe(404);
    expect(codeOf(answer)).toBe('NOT_FOUND');
  });

  test('of trace and debug headers have no extensions', async () => {
    const headers = {
      'apollo-federation-include-trace': 'ftv1',
      'x-apollo-tracing': '1',
      'apollo-query-plan-experimental': '1',
    };
    expect((await server.post({ query: '{hello}' }, headers)).json).toEqual({ data: { hello: 'hello' } });
  });

  test('`/` leads to GraphiQL in development and nowhere in production', async () => {
    expect((await server.get('/')).headers.get('location')).toBe('/graphql');
    expect((await production.get('/')).status).toBe(404);
    expect((await production.get('/graphql', { headers: { accept: 'text/html' } })).text).not.toContain(
      '<html',
    );
  });
});

describe('bodies', () => {
  test('of 20 MB are refused with 413', async () => {
    const answer = await server
      .post(`{"query":"${'x'.repeat(20_000_000)}"}`)
      .catch(() => ({ status: 413 }) as const);
    expect(answer.status).toBe(413);
  });

  test('in chunks without a length are refused at the limit', async () => {
    const head =
      'POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    expect(await raw(server.port, head + chunk.repeat(20))).toContain('HTTP/1.1 413 ');
  });

  test('that are compressed are refused unread', async () => {
    const body = new Uint8Array(gzipSync(Buffer.alloc(10_000_000, ' ')));
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect((await server.get('/graphql', { method: 'POST', headers, body })).status).toBe(415);
  });

  test.each([
    ['CL and TE', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\n12345'],
  ])('with %s (request smuggling) are refused', async (_name, rest) => {
    const text = await raw(
      server.port,
      `POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n${rest}`,
    );
    expect(text).toContain('HTTP/1.1 400 ');
  });
});

test('200 connections that say nothing, or stop within their headers, are cut and others served', async () => {
  const started = Date.now();
  const sockets = Array.from({ length: 200 }, (_, index) =>
    raw(production.port, index % 2 === 0 ? '' : 'POST /graphql HTTP/1.1\r\nHost: a\r\nX-Slow: '),
  );
  expect((await production.post({ query: '{hello}' })).status).toBe(200);
  await Promise.all(sockets);
  expect(Date.now() - started).toBeLessThan(5_000);
});

function rawGet(port: number, path: string, headers: Record<string, string>): Promise<string> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return raw(port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines.join('')}\r\n`);
}

/** Sends bytes and gives back all that comes until the server closes. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (/^HTTP\/1\.1 4/.test(text)) socket.end();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}
