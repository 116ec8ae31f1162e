import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { documentId } from '../../src/operations/index.ts';
import { askClient, type Message, openClient, openRaw, openReady, refusalOf } from './socket-support.ts';
import { ADMIN_KEY, startServer, type TestOptions } from './support.ts';

const HELLO = { query: '{ hello }' };
const subscribe = (id: string, payload: object = HELLO) => ({ id, type: 'subscribe', payload });

describe('an operation over a socket', () => {
  test('is answered to the client that apps use, as often as it asks', async () => {
    const { url } = await startServer();
    const client = openClient(url);
    const variables = { text: 'Žofie 🦊' };
    expect(await askClient(client, HELLO)).toEqual({ data: { hello: 'hello' } });
    expect(
      await askClient(client, { query: 'query ($text: String) { echo(text: $text) }', variables }),
    ).toEqual({
      data: { echo: 'Žofie 🦊' },
    });
    expect(await askClient(client, { query: 'mutation { count }' })).toEqual({ data: { count: 1 } });
  });

  test('is answered by its own id, however many there are at once', async () => {
    const { url } = await startServer();
    const raw = await openReady(url);
    raw.send(subscribe('slow', { query: '{ wait(ms: 200) }' }));
    raw.send(subscribe('quick'));
    expect([await raw.next(), await raw.next(), await raw.next(), await raw.next()]).toEqual([
      { id: 'quick', type: 'next', payload: { data: { hello: 'hello' } } },
      { id: 'quick', type: 'complete' },
      { id: 'slow', type: 'next', payload: { data: { wait: 'done' } } },
      { id: 'slow', type: 'complete' },
    ]);
  });

  test('writes one line into the log, without its variables', async () => {
    const server = await startServer();
    const raw = await openReady(server.url);
    raw.send(subscribe('1', { query: '{ echo(text: "a secret") }' }));
    await raw.next();
    await raw.next();
    expect(server.logged().match(/method=WS path=\/graphql status=200/g)).toHaveLength(1);
    expect(server.logged()).not.toContain('a secret');
  });

  test('that the client gives up is aborted, is not answered, and leaves its id free', async () => {
    const server = await startServer();
    const raw = await openReady(server.url);
    raw.send(subscribe('1', { query: '{ wait(ms: 60000) }' }));
    raw.send({ id: '1', type: 'complete' });
    raw.send(subscribe('1'));
    expect(await raw.next()).toMatchObject({ id: '1', type: 'next', payload: { data: { hello: 'hello' } } });
    expect(await raw.next()).toEqual({ id: '1', type: 'complete' });
    await expect.poll(() => server.runs.aborted).toBe(1);
    raw.send({ type: 'ping' });
    expect(await raw.next()).toEqual({ type: 'pong' });
  });

  test('is aborted when its socket closes', async () => {
    const server = await startServer();
    const raw = await openReady(server.url);
    raw.send(subscribe('1', { query: '{ wait(ms: 60000) }' }));
    raw.send({ type: 'ping' });
    await raw.next();
    raw.socket.terminate();
    await expect.poll(() => server.runs.aborted).toBe(1);
  });
});

/** The body that HTTP answers, in the terms of the protocol; ids of requests are never the same. */
async function bothWays(options: TestOptions, payload: object, headers: Record<string, string> = {}) {
  const server = await startServer(options);
  const accept = 'application/graphql-response+json';
  const http = await server.post(payload, { accept, ...headers });
  const raw = await openReady(server.url, headers);
  raw.send(subscribe('1', payload));
  const { type, payload: told } = await raw.next();
  const plain = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll(/"requestId":"[0-9a-f-]{36}"/g, '"requestId":"…"'));
  return {
    http: plain(http.json.data === undefined ? http.json.errors : http.json),
    socket: plain(told),
    type,
    wasAnswer: http.json.data !== undefined,
    server,
  };
}

const deep = (levels: number): string => `{ ${'thing { '.repeat(levels)}id${' }'.repeat(levels)} }`;
const aliases = Array.from({ length: 40 }, (_, i) => `a${i}: hello`).join(' ');
const nested = (depth: number): unknown => (depth === 0 ? null : { and: [nested(depth - 1)] });
const WHERE = 'query ($where: Filter) { filtered(where: $where) }';

describe('what HTTP says, a socket says', () => {
  test.each<[string, object, TestOptions?, Record<string, string>?]>([
    ['of data', HELLO],
    ['of one operation of several', { query: 'query a { hello } query b { viewer }', operationName: 'b' }],
    ['of no operation of several', { query: 'query a { hello } query b { viewer }' }],
    ['of a syntax error', { query: '{ hel' }],
    ['of an empty document', { query: '' }],
    ['of a field that does not exist', { query: '{ helo }' }],
    ['of a field that does not exist, in production', { query: '{ helo }' }, { mode: 'production' }],
    [
      'of variables that do not fit',
      { query: 'query ($n: Int!) { required(n: $n) }', variables: { n: 'x' } },
    ],
    ['of variables that are not there', { query: 'query ($n: Int!) { required(n: $n) }' }],
    ['of a refusal', { query: '{ fail(kind: "viewer") hello }' }],
    ['of a failure that is not to be told', { query: '{ fail(kind: "plain") hello }' }],
    ['of a failure in production', { query: '{ fail(kind: "plain") }' }, { mode: 'production' }],
    ['of an error with a code that is not ours', { query: '{ fail(kind: "foreignCode") }' }],
    ['of an error with a code that is', { query: '{ fail(kind: "graphql") }' }],
    ['of a database that is gone', { query: '{ fail(kind: "unavailable") }' }],
    ['of a result that does not fit', { query: '{ tooLarge }' }],
    ['of too many levels', { query: deep(40) }],
    ['of too many aliases', { query: `{ ${aliases} }` }],
    ['of too many tokens', { query: `{ ${'hello '.repeat(5000)} }` }],
    ['of 50 000 levels of syntax', { query: `${'{'.repeat(50_000)}` }],
    ['of JSON that is too deep', { query: WHERE, variables: { where: nested(100) } }],
    [
      'of half a surrogate pair',
      { query: 'query ($t: String) { echo(text: $t) }', variables: { t: '\ud800' } },
    ],
    ['of introspection in production', { query: '{ __schema { types { name } } }' }, { mode: 'production' }],
    [
      'of introspection for the administrator',
      { query: '{ __schema { queryType { name } } }' },
      { mode: 'production' },
      { 'x-plinth-admin-key': ADMIN_KEY },
    ],
    ['of a subscription where there are none', { query: 'subscription { hello }' }],
    ['of an id that nobody knows', { query: '', documentId: 'nobody' }],
    [
      'of a hash that nobody knows',
      { query: '', extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } },
    ],
    ['of a document where only known ones run', HELLO, { env: { PLINTH_DOCUMENTS: 'trusted' } }],
    ['of time that is up', { query: '{ wait(ms: 60000) }' }, { env: { PLINTH_LIMIT_REQUEST_MS: '200' } }],
    [
      'of who asks',
      { query: '{ viewer }' },
      {},
      { 'x-plinth-admin-key': ADMIN_KEY, 'x-plinth-as': '{"id":"é"}' },
    ],
  ])('%s', async (_claim, payload, options = {}, headers = {}) => {
    const { http, socket, type, wasAnswer } = await bothWays(options, payload, headers);
    expect(socket).toEqual(http);
    expect(type).toBe(wasAnswer ? 'next' : 'error');
  });

  test('and in the log stands what neither tells', async () => {
    const { socket, server } = await bothWays({}, { query: '{ fail(kind: "plain") }' });
    expect(JSON.stringify(socket)).not.toContain('hunter2');
    expect(server.logged().match(/password=hunter2/g)?.length).toBeGreaterThan(1);
  });

  test('of a text that was registered by its hash over HTTP', async () => {
    const { url, post } = await startServer();
    const persistedQuery = { version: 1, sha256Hash: documentId(HELLO.query) };
    await post({ ...HELLO, extensions: { persistedQuery } });
    const raw = await openReady(url);
    // Clients leave the text out, or send an empty one.
    raw.send(subscribe('1', { extensions: { persistedQuery } }));
    expect(await raw.next()).toMatchObject({ type: 'next', payload: { data: { hello: 'hello' } } });
  });

  test('of "__proto__" in variables', async () => {
    const { url, post } = await startServer();
    const payload = '{"query":"{ hello }","variables":{"__proto__":{"x":1}}}';
    const http = await post(payload, { accept: 'application/graphql-response+json' });
    const raw = await openReady(url);
    raw.send(`{"id":"1","type":"subscribe","payload":${payload}}`);
    expect(await raw.next()).toEqual({ id: '1', type: 'error', payload: http.json.errors });
  });
});

describe('a fault in one operation', () => {
  test('leaves the others of its socket alone', async () => {
    const { url } = await startServer();
    const raw = await openReady(url);
    raw.send(subscribe('slow', { query: '{ wait(ms: 300) }' }));
    for (const [id, query] of [
      ['a', '{ hel'],
      ['b', '{ helo }'],
      ['c', deep(40)],
      ['d', '{ fail(kind: "plain") }'],
    ] as const)
      raw.send(subscribe(id, { query }));
    const told = new Map<string, Message[]>();
    while (told.get('slow')?.length !== 2) {
      const message = await raw.next();
      told.set(message.id, [...(told.get(message.id) ?? []), message.type]);
    }
    expect(Object.fromEntries(told)).toEqual({
      a: ['error'],
      b: ['error'],
      c: ['error'],
      d: ['next', 'complete'],
      slow: ['next', 'complete'],
    });
  });
});

describe('the protocol', () => {
  test.each<[string, unknown]>([
    ['text that is no JSON', '{'],
    ['an empty frame', ''],
    ['JSON that is no object', '"connection_init"'],
    ['a batch', [subscribe('1')]],
    ['no type', { id: '1' }],
    ['a type of its own', { type: 'start', id: '1', payload: HELLO }],
    ['the server’s acknowledgement', { type: 'connection_ack' }],
    ['the server’s answer', { type: 'next', id: '1', payload: {} }],
    ['the server’s error', { type: 'error', id: '1', payload: [] }],
    ['an operation without an id', { type: 'subscribe', payload: HELLO }],
    ['an operation with an empty id', subscribe('')],
    ['an operation without a payload', { type: 'subscribe', id: '1' }],
    ['an operation without a text', subscribe('1', {})],
    ['a text that is none', subscribe('1', { query: 1 })],
    ['variables that are none', subscribe('1', { ...HELLO, variables: [] })],
    ['a name that is none', subscribe('1', { ...HELLO, operationName: 7 })],
    ['extensions that are none', subscribe('1', { ...HELLO, extensions: 'x' })],
    ['a ping with a payload that is no object', { type: 'ping', payload: 'x' }],
    ['JSON of 100 000 levels', '['.repeat(100_000)],
  ])('closes with 4400 for %s', async (_name, message) => {
    const { url } = await startServer();
    const raw = await openReady(url);
    raw.send(message);
    expect((await raw.closed).code).toBe(4400);
    expect(raw.arrived).toEqual([]);
    expect(await askClient(openClient(url), HELLO)).toEqual({ data: { hello: 'hello' } });
  });

  test('closes with 4400 for a ping that is nested too deep to be sent back', async () => {
    const { url } = await startServer();
    const raw = await openRaw(url);
    const depth = 200_000;
    raw.send(`{"type":"ping","payload":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`);
    expect((await raw.closed).code).toBe(4400);
  });

  test('closes with 4400 for a binary message', async () => {
    const raw = await openReady((await startServer()).url);
    raw.socket.send(Buffer.from(JSON.stringify(subscribe('1'))));
    expect(await raw.closed).toEqual({ code: 4400, reason: 'Messages are text' });
  });

  test.each<[string, object[], number, string]>([
    ['an operation before the greeting', [subscribe('1')], 4401, 'Unauthorized'],
    [
      'an operation before the acknowledgement',
      [{ type: 'connection_init' }, subscribe('1')],
      4401,
      'Unauthorized',
    ],
    [
      'a second greeting',
      [{ type: 'connection_init' }, { type: 'connection_init' }],
      4429,
      'Too many initialisation requests',
    ],
    ['a greeting that is no object', [{ type: 'connection_init', payload: 'x' }], 4400, ''],
  ])('closes for %s', async (_name, messages, code, reason) => {
    const server = await startServer();
    const raw = await openRaw(server.url);
    for (const message of messages) raw.send(message);
    expect(await raw.closed).toMatchObject({ code, ...(reason && { reason }) });
    expect(server.runs.mutations).toBe(0);
  });

  test('closes with 4409 for an id that is in use, whatever its length', async () => {
    const { url } = await startServer();
    for (const [id, reason] of [
      ['1', 'Subscriber for 1 already exists'],
      ['__proto__', 'Subscriber for __proto__ already exists'],
      ['é'.repeat(500), `Subscriber for ${'é'.repeat(52)}…`],
    ] as const) {
      const raw = await openReady(url);
      raw.send(subscribe(id, { query: '{ wait(ms: 60000) }' }));
      raw.send(subscribe(id));
      expect(await raw.closed).toEqual({ code: 4409, reason });
    }
  });

  test('closes with 4408 who does not greet in time', async () => {
    const raw = await openRaw((await startServer({ env: { PLINTH_TIMEOUT_SOCKET_INIT_MS: '100' } })).url);
    raw.send({ type: 'ping' });
    expect(await raw.next()).toEqual({ type: 'pong' });
    expect(await raw.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  test.each([[[]], [['graphql-ws']], [['x', 'graphql-transport-w']]])(
    'closes with 4406 who speaks another: %s',
    async (protocols) => {
      const { url } = await startServer();
      // Clients refuse a handshake without the protocol that they have offered, so this one looks at the bytes.
      const offer = protocols.length > 0 ? `Sec-WebSocket-Protocol: ${protocols.join(', ')}\r\n` : '';
      const bytes = await handshake(url, offer);
      expect(bytes.toString('latin1')).toMatch(/^HTTP\/1\.1 101 /);
      expect(bytes.toString('latin1')).not.toMatch(/Sec-WebSocket-Protocol/);
      const frame = bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
      expect([frame.readUInt16BE(2), frame.toString('latin1', 4)]).toEqual([
        4406,
        'Subprotocol not acceptable',
      ]);
    },
  );

  test('answers pings with what they carry, also before the greeting', async () => {
    const raw = await openRaw((await startServer()).url);
    raw.send({ type: 'ping' });
    raw.send({ type: 'ping', payload: { at: 1 } });
    raw.send({ type: 'pong', payload: {} });
    expect([await raw.next(), await raw.next()]).toEqual([
      { type: 'pong' },
      { type: 'pong', payload: { at: 1 } },
    ]);
  });

  test('does not mind the end of an operation that is none', async () => {
    const raw = await openReady((await startServer()).url);
    raw.send({ type: 'complete', id: 'nobody' });
    raw.send(subscribe('1'));
    expect((await raw.next()).type).toBe('next');
  });
});

/** What the server sends after an upgrade until it ends the connection. */
function handshake(url: string, offer: string): Promise<Buffer> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${offer}` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      // The frame that closes ends with its reason.
      if (all.includes('acceptable')) {
        socket.destroy();
        resolve(all);
      }
    });
  });
}

describe('frames', () => {
  const MASKED = 0x80;
  const text = (bytes: number[]): Buffer => Buffer.from([0x81, MASKED | bytes.length, 0, 0, 0, 0, ...bytes]);
  test.each<[string, Buffer, number]>([
    ['text that is no UTF-8', text([0x22, 0xff, 0xfe, 0x22]), 1007],
    ['a frame without a mask', Buffer.from([0x81, 2, 0x7b, 0x7d]), 1002],
    ['a frame of no known kind', Buffer.from([0x83, MASKED, 0, 0, 0, 0]), 1002],
    ['reserved bits', Buffer.from([0xf1, MASKED, 0, 0, 0, 0]), 1002],
    ['a ping in pieces', Buffer.from([0x09, MASKED, 0, 0, 0, 0]), 1002],
    ['a piece of nothing', Buffer.from([0x80, MASKED, 0, 0, 0, 0]), 1002],
    ['a length that no message has', Buffer.from([0x81, MASKED | 127, 255, 255, 255, 255, 0, 0, 0, 0]), 1009],
    ['a closing with a code that is none', Buffer.from([0x88, MASKED | 2, 0, 0, 0, 0, 0, 5]), 1002],
  ])('are refused with their code: %s', async (_name, frame, code) => {
    const { url } = await startServer();
    const raw = await openReady(url);
    (Reflect.get(raw.socket, '_socket') as NodeJS.WritableStream).write(frame);
    expect((await raw.closed).code).toBe(code);
    expect(await askClient(openClient(url), HELLO)).toEqual({ data: { hello: 'hello' } });
  });

  test('are as large as a body may be', async () => {
    const { url } = await startServer();
    const raw = await openReady(url);
    const fits = 'x'.repeat(900_000);
    raw.send(subscribe('1', { query: 'query ($t: String) { echo(text: $t) }', variables: { t: fits } }));
    expect((await raw.next()).payload.data.echo).toHaveLength(900_000);
    await raw.next();
    raw.send(subscribe('2', { query: '{ hello }', variables: { t: 'x'.repeat(20_000_000) } }));
    expect((await raw.closed).code).toBe(1009);
    expect(await askClient(openClient(url), HELLO)).toEqual({ data: { hello: 'hello' } });
  });
});

describe('connection_init', () => {
  const as = (viewer: object): string => JSON.stringify(viewer);
  const key = { 'x-plinth-admin-key': ADMIN_KEY };
  const viewerOf = async (payload: Record<string, unknown>, headers: Record<string, string> = {}) => {
    const { url } = await startServer();
    const client = openClient(url, { connectionParams: payload, headers });
    return JSON.parse((await askClient(client, { query: '{ viewer }' })).data.viewer);
  };

  test.each<[string, Record<string, unknown>, Record<string, string>, object]>([
    ['nobody', {}, {}, { kind: 'signedOut' }],
    ['the administrator', key, {}, { kind: 'admin' }],
    ['the administrator, by the upgrade', {}, key, { kind: 'admin' }],
    [
      'whoever the administrator names',
      { ...key, 'X-Plinth-As': as({ id: 'a' }) },
      {},
      { kind: 'viewer', id: 'a' },
    ],
    ['the same by `headers`', { headers: { ...key, 'x-plinth-as': as({ id: 'a' }) } }, {}, { id: 'a' }],
    ['the same by both ways', { 'x-plinth-as': as({ id: 'a' }) }, key, { id: 'a' }],
    [
      'one that is written in UTF-8',
      { ...key, 'x-plinth-as': as({ id: 'Žofie 🦊' }) },
      {},
      { id: 'Žofie 🦊' },
    ],
    ['nobody, for the administrator', { ...key, 'x-plinth-as': 'null' }, {}, { kind: 'signedOut' }],
    ['nobody, beside parameters of the client’s own', { lang: 'de', retry: 3, user: { id: 1 } }, {}, {}],
  ])('says who is there: %s', async (_name, payload, headers, viewer) => {
    expect(await viewerOf(payload, headers)).toMatchObject(viewer);
  });

  test('adds headers that resolvers can read, and keeps the admin key from them', async () => {
    const { url } = await startServer();
    const client = openClient(url, {
      connectionParams: { 'X-Tenant': 'north', headers: { 'accept-language': 'de' }, ...key },
      headers: { 'user-agent': 'a test', 'x-tenant': 'south' },
    });
    const { data } = await askClient(client, { query: '{ headers }' });
    expect(JSON.parse(data.headers)).toMatchObject({
      'x-tenant': 'north',
      'accept-language': 'de',
      'user-agent': 'a test',
    });
    expect(data.headers).not.toContain(ADMIN_KEY);
    expect(data.headers).not.toContain('sec-websocket');
  });

  test.each<[string, Record<string, unknown>, number, string]>([
    ['a wrong admin key', { 'x-plinth-admin-key': 'wrong' }, 4403, 'The admin key is wrong.'],
    [
      'a viewer without the key',
      { 'x-plinth-as': as({ id: 'a' }) },
      4403,
      'X-Plinth-As needs the admin key in X-Plinth-Admin-Key.',
    ],
    [
      'a viewer that is none',
      { ...key, 'x-plinth-as': '{"id":1}' },
      4400,
      'X-Plinth-As: id must be a string that is not empty.',
    ],
    [
      'a viewer as an object',
      { ...key, 'x-plinth-as': { id: 'a' } },
      4400,
      `connection_init has "x-plinth-as" that is no header's text.`,
    ],
    [
      'a credential that is null',
      { Authorization: null },
      4400,
      `connection_init has "authorization" that is no header's text.`,
    ],
    [
      'a credential of two lines',
      { 'x-api-key': 'a\nb' },
      4400,
      `connection_init has "x-api-key" that is no header's text.`,
    ],
    [
      'two that differ',
      { authorization: 'a', headers: { Authorization: 'b' } },
      4400,
      'connection_init says "authorization" twice.',
    ],
    ['an origin', { origin: 'https://own.example' }, 4400, 'connection_init cannot set "origin".'],
    [
      'another’s address',
      { headers: { 'X-Forwarded-For': '1.2.3.4' } },
      4400,
      'connection_init cannot set "x-forwarded-for".',
    ],
    [
      'what browsers say',
      { 'Sec-Fetch-Site': 'same-origin' },
      4400,
      'connection_init cannot set "sec-fetch-site".',
    ],
    [
      'what belongs to one operation',
      { 'Idempotency-Key': 'x' },
      4400,
      'connection_init cannot set "idempotency-key".',
    ],
    ['headers that are none', { headers: 'x' }, 4400, 'connection_init has "headers" that are no object.'],
    [
      'more than headers may be',
      { note: 'x'.repeat(20_000) },
      4400,
      'connection_init has more than 16384 characters of headers.',
    ],
  ])('is refused with its reason: %s', async (_name, payload, code, reason) => {
    expect(await refusalOf((await startServer()).url, payload)).toEqual({ code, reason });
  });

  test('is refused with an admin key that comes from a page, and with "__proto__"', async () => {
    const { url, port } = await startServer({ mode: 'production' });
    const page = { headers: { origin: `http://127.0.0.1:${port}` } };
    expect(await refusalOf(url, key, page)).toMatchObject({
      code: 4403,
      reason: /not accepted from a web page/,
    });
    const raw = await openRaw(url);
    raw.send('{"type":"connection_init","payload":{"__proto__":{"authorization":"x"}}}');
    expect(await raw.closed).toEqual({ code: 4400, reason: 'The request has a key "__proto__".' });
  });
});
