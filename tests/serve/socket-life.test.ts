import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { askClient, openClient, openRaw, openReady, refusalOf } from './socket-support.ts';
import { ADMIN_KEY, startServer, type TestOptions, testApp } from './support.ts';

const HELLO = { query: '{ hello }' };
const subscribe = (id: string, payload: object = HELLO) => ({ id, type: 'subscribe', payload });
const waitFor = (ms: number, deaf = false) => ({ query: `{ wait(ms: ${ms}, deaf: ${deaf}) }` });

describe('a page that opens a socket', () => {
  const own = ({ port }: { port: number }): string => `http://127.0.0.1:${port}`;
  const upgrade = async (options: TestOptions, originOf: (server: { port: number }) => string) => {
    const server = await startServer(options);
    const headers = { origin: originOf(server), cookie: 'session=x' };
    return openRaw(server.url, { headers }).then(
      () => 'opened',
      (error: Error) => error.message,
    );
  };
  const production = { mode: 'production' } as const;
  const listed = { ...production, env: { CORS_ORIGINS: 'https://app.example' } };
  test.each<[string, TestOptions, (server: { port: number }) => string, string]>([
    ['is refused where it is foreign', {}, () => 'https://evil.example', 'status 403'],
    ['is refused where nobody knows whose it is', {}, () => 'null', 'status 403'],
    [
      'is refused where it is on this machine, in production',
      production,
      () => 'http://localhost:5173',
      'status 403',
    ],
    ['is refused where another is listed', listed, () => 'https://app.example.evil.example', 'status 403'],
    ['may where it is on this machine, in development', {}, () => 'http://localhost:5173', 'opened'],
    ['may where it is our own', production, own, 'opened'],
    ['may where it is listed', listed, () => 'https://app.example', 'opened'],
    ['may where all are', { ...production, env: { CORS_ORIGINS: '*' } }, () => 'https://x.example', 'opened'],
    [
      'may where the app is',
      { ...production, env: { PLINTH_APP_URL: 'https://app.example/start' } },
      () => 'https://app.example',
      'opened',
    ],
  ])('%s', async (_claim, options, origin, outcome) => {
    expect(await upgrade(options, origin)).toBe(outcome);
  });
});

/** Sends bytes, and answers all that comes back until `done` is in it. */
async function exchange(port: number, bytes: string, done: RegExp): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.write(bytes);
  await expect.poll(() => text, { timeout: 5_000 }).toMatch(done);
  socket.destroy();
  return text;
}

describe('an upgrade', () => {
  test('behind requests that wait for their answers closes the connection after them', async () => {
    const { port } = await startServer();
    const post = (query: string, more = '') => {
      const body = JSON.stringify({ query });
      return `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;
    };
    const offer =
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n';
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write(post('{ wait(ms: 200) }') + post('{ first: hello }') + post('{ second: hello }', offer));
    await ended;
    expect(text.match(/"data":\{"\w+/g)).toEqual(['"data":{"wait', '"data":{"first']);
  });

  const lines = (own: Record<string, string>, path = '/graphql', method = 'GET'): string => {
    const usual = {
      Host: 'localhost',
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    };
    const headers = Object.entries({ ...usual, ...own }).filter(([, value]) => value !== '');
    return `${method} ${path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
  };

  test.each<[string, string, RegExp]>([
    [
      'of another version',
      lines({ 'Sec-WebSocket-Version': '8' }),
      /^HTTP\/1\.1 426 [\s\S]*sec-websocket-version: 13/,
    ],
    [
      'without a key',
      lines({ 'Sec-WebSocket-Key': '' }),
      /^HTTP\/1\.1 400 [\s\S]*Sec-WebSocket-Key is missing/,
    ],
    ['with protocols that are none', lines({ 'Sec-WebSocket-Protocol': 'a b,,' }), /^HTTP\/1\.1 400 /],
    [
      'of a foreign page',
      lines({ Origin: 'https://evil.example' }),
      /^HTTP\/1\.1 403 [\s\S]*x-content-type-options: nosniff[\s\S]*"code":"FORBIDDEN"/,
    ],
    ['elsewhere', lines({}, '/elsewhere'), /^HTTP\/1\.1 404 [\s\S]*There is nothing at this address/],
    [
      'by another method',
      lines({ 'Content-Length': '0', 'Content-Type': 'application/json' }, '/graphql', 'POST'),
      /^HTTP\/1\.1 400 /,
    ],
  ])('is refused as HTTP refuses: %s', async (_name, bytes, answer) => {
    const { port } = await startServer();
    expect(await exchange(port, bytes, /"code":"\w+"/)).toMatch(answer);
  });

  test('to another protocol is declined, and the request answered over HTTP/1.1', async () => {
    const { port } = await startServer();
    const offer =
      'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n';
    const body = '{"query":"mutation { count }"}';
    const post = `POST /graphql HTTP/1.1\r\nHost: localhost\r\n${offer}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    const get = `GET /health/live HTTP/1.1\r\nHost: localhost\r\n${offer}\r\n`;
    expect(await exchange(port, post + body, /"count":1/)).toMatch(/^HTTP\/1\.1 200 /);
    // More than once on one connection, and with a body that comes later.
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.write(get);
    await expect.poll(() => text).toContain('live');
    socket.write(post + body.slice(0, 9));
    await new Promise((resolve) => setImmediate(resolve));
    socket.write(body.slice(9));
    await expect.poll(() => text).toContain('"count":2');
    socket.destroy();
  });
});

describe('limits', () => {
  const errorOf = async (raw: { next(): Promise<unknown> }) => {
    const message = (await raw.next()) as {
      type: string;
      payload: { message: string; extensions: object }[];
    };
    expect(message.type).toBe('error');
    return message.payload[0];
  };

  test('bound what one socket has under way, also what it has given up and goes on', async () => {
    const { url } = await startServer({ env: { PLINTH_LIMIT_SOCKET_OPERATIONS: '2' } });
    const raw = await openReady(url);
    for (const id of ['a', 'b']) raw.send(subscribe(id, waitFor(400, true)));
    raw.send({ id: 'a', type: 'complete' });
    raw.send(subscribe('c'));
    expect(await errorOf(raw)).toEqual({
      message:
        'Too many at once: this connection has 2 operations under way, the limit. Wait until one has ended.',
      extensions: { code: 'RATE_LIMITED' },
    });
    expect(await raw.next()).toMatchObject({ id: 'b', payload: { data: { wait: 'done' } } });
    await raw.next();
    raw.send(subscribe('c'));
    expect(await raw.next()).toMatchObject({ id: 'c', payload: { data: { hello: 'hello' } } });
  });

  test('bound what all sockets of a viewer have, and not what those of others have', async () => {
    const app = (): ReturnType<typeof testApp> => ({
      ...testApp(),
      watchViewer: async ({ headers }) => ({ id: headers['x-test-viewer'], stop: () => undefined }),
    });
    const { url } = await startServer({ app, env: { PLINTH_LIMIT_VIEWER_OPERATIONS: '2' } });
    const open = (id: string) => openReady(url, { 'x-test-viewer': id });
    const [first, second, other] = [await open('a'), await open('a'), await open('b')];
    for (const raw of [first, second]) raw.send(subscribe('1', waitFor(5_000)));
    await expect
      .poll(async () => {
        second.send(subscribe('2'));
        const { type, payload } = await second.next();
        if (type === 'next') await second.next();
        return payload;
      })
      .toMatchObject([
        { message: /^Too many at once: the viewer has 2 /, extensions: { code: 'RATE_LIMITED' } },
      ]);
    other.send(subscribe('1'));
    expect((await other.next()).type).toBe('next');
  });

  test('bound what the signed out of an address have, and not the administrator', async () => {
    const { url } = await startServer({ env: { PLINTH_LIMIT_ADDRESS_OPERATIONS: '1' } });
    const raw = await openReady(url);
    const admin = await openReady(url, { 'x-plinth-admin-key': ADMIN_KEY });
    raw.send(subscribe('1', waitFor(5_000)));
    raw.send(subscribe('2'));
    expect(await errorOf(raw)).toMatchObject({ message: /^Too many at once: this address has 1 / });
    for (const id of ['1', '2']) admin.send(subscribe(id, waitFor(50)));
    expect([await admin.next(), await admin.next(), await admin.next()]).toMatchObject([
      { type: 'next' },
      {},
      { type: 'next' },
    ]);
  });

  test.each([
    ['of an address', 'PLINTH_LIMIT_ADDRESS_SOCKETS', 'status 429'],
    ['of all', 'PLINTH_LIMIT_SOCKETS', 'status 503'],
  ])('bound the sockets %s, and count those that are open', async (_whose, variable, status) => {
    const { url } = await startServer({ env: { [variable]: '2' } });
    const [first] = [await openRaw(url), await openRaw(url)];
    await expect(openRaw(url)).rejects.toThrow(status);
    first.socket.close();
    await first.closed;
    await expect.poll(() => openRaw(url).then(() => 'opened', String)).toBe('opened');
  });

  test('bound what waits for a client that does not read, which is told why', async () => {
    const env = { PLINTH_LIMIT_SOCKET_BACKLOG_BYTES: '100000', LOG_LEVEL: 'debug' };
    const { url, logged } = await startServer({ env });
    const raw = await openReady(url);
    raw.socket.pause();
    // What the system's buffers hold is out of our hands: this is more than they take.
    const variables = { t: 'x'.repeat(900_000) };
    for (let i = 0; i < 40; i++)
      raw.send(subscribe(String(i), { query: 'query ($t: String) { echo(text: $t) }', variables }));
    await expect.poll(logged, { timeout: 20_000 }).toContain('socket closed');
    raw.socket.resume();
    expect(await raw.closed).toEqual({ code: 1013, reason: 'The client does not read what it is sent' });
    expect(raw.arrived.length).toBeLessThan(80);
    expect(await askClient(openClient(url), HELLO)).toEqual({ data: { hello: 'hello' } });
  });

  test('end a socket whose client goes on talking and reads nothing, though less waits than may', async () => {
    const env = { PLINTH_TIMEOUT_SOCKET_PING_MS: '400', LOG_LEVEL: 'debug' };
    const { url, logged } = await startServer({ env });
    const raw = await openReady(url);
    raw.socket.pause();
    const variables = { t: 'x'.repeat(900_000) };
    for (let i = 0; i < 8; i++)
      raw.send(subscribe(String(i), { query: 'query ($t: String) { echo(text: $t) }', variables }));
    const talking = setInterval(() => raw.send({ type: 'pong' }), 50);
    await expect.poll(logged, { timeout: 20_000 }).toContain('The client does not read what it is sent');
    clearInterval(talking);
  });

  test('leave a client alone that reads slowly', async () => {
    const { url, port } = await startServer({ env: { PLINTH_TIMEOUT_SOCKET_PING_MS: '150' } });
    const raw = await openReady(`http://127.0.0.1:${port}`);
    const stream = (raw.socket as unknown as { _socket: import('node:net').Socket })._socket;
    const variables = { t: 'x'.repeat(900_000) };
    for (let i = 0; i < 8; i++)
      raw.send(subscribe(String(i), { query: 'query ($t: String) { echo(text: $t) }', variables }));
    // A little of it every 20 ms.
    const reading = setInterval(() => {
      stream.resume();
      stream.once('data', () => stream.pause());
    }, 2);
    await expect.poll(() => raw.arrived.length, { timeout: 30_000 }).toBe(16);
    clearInterval(reading);
    stream.resume();
    expect(await askClient(openClient(url), HELLO)).toEqual({ data: { hello: 'hello' } });
  });

  test('bound the frames that one message comes in', async () => {
    const { url } = await startServer();
    const raw = await openReady(url);
    for (let i = 0; i < 200; i++) raw.socket.send(' ', { fin: false });
    expect((await raw.closed).code).toBe(1008);
  });

  test('end a socket whose client is not there any more, and no other', async () => {
    const server = await startServer({ env: { PLINTH_TIMEOUT_SOCKET_PING_MS: '100' } });
    const alive = await openReady(server.url);
    const dead = await openReady(server.url);
    dead.send(subscribe('1', waitFor(60_000)));
    // Reads nothing any more, and so answers no ping.
    dead.socket.pause();
    await expect.poll(() => server.runs.aborted, { timeout: 5_000 }).toBe(1);
    alive.send(subscribe('1'));
    expect((await alive.next()).type).toBe('next');
  });
});

describe('the app that watches over sockets', () => {
  const failing = (error: Error) => () => ({ ...testApp(), watchViewer: () => Promise.reject(error) });
  const lost = Object.assign(new Error('connect 10.0.0.5'), { name: 'DatabaseError', kind: 'unavailable' });
  test.each<[string, Error, { code: number; reason: string }]>([
    [
      'has lost its database',
      lost,
      { code: 1013, reason: 'The database does not answer right now. Try again in a moment.' },
    ],
    ['fails', new Error('password=hunter2'), { code: 4500, reason: 'Something went wrong on the server.' }],
  ])('opens none while it %s, and does not say more', async (_what, error, closing) => {
    const { url } = await startServer({ app: failing(error) });
    expect(await refusalOf(url)).toEqual(closing);
  });

  test('is waited for no longer than an operation may take', async () => {
    const stopped: string[] = [];
    let found = (): void => undefined;
    const app = () => ({
      ...testApp(),
      watchViewer: async () => {
        await new Promise<void>((resolve) => (found = resolve));
        return { id: undefined, stop: () => void stopped.push('stopped') };
      },
    });
    const { url } = await startServer({ app, env: { PLINTH_LIMIT_REQUEST_MS: '200' } });
    expect((await refusalOf(url)).code).toBe(1013);
    found();
    await expect.poll(() => stopped).toEqual(['stopped']);
  });

  test('is told of the end of every socket, also of one that ends before it is known whose it is', async () => {
    const watched: string[] = [];
    let found = (): void => undefined;
    const app = () => ({
      ...testApp(),
      watchViewer: async ({ headers }: { headers: Record<string, string | undefined> }) => {
        const name = headers['x-name'] ?? '';
        watched.push(`began ${name}`);
        if (name === 'hasty') await new Promise<void>((resolve) => (found = resolve));
        return { id: undefined, stop: () => void watched.push(`ended ${name}`) };
      },
    });
    const { url } = await startServer({ app });
    const patient = await openReady(url, { 'x-name': 'patient' });
    patient.socket.close();
    const hasty = await openRaw(url);
    hasty.send({ type: 'connection_init', payload: { 'x-name': 'hasty' } });
    await expect.poll(() => watched).toContain('began hasty');
    hasty.socket.terminate();
    await hasty.closed;
    found();
    await expect
      .poll(() => watched.toSorted())
      .toEqual(['began hasty', 'began patient', 'ended hasty', 'ended patient']);
  });
});

describe('a stop', () => {
  test('answers what is under way, begins nothing new, and sends everybody away', async () => {
    const server = await startServer();
    const [idle, silent, busy] = [
      await openReady(server.url),
      await openRaw(server.url),
      await openReady(server.url),
    ];
    busy.send(subscribe('1', waitFor(600)));
    busy.send({ type: 'ping' });
    await busy.next();
    const stopped = server.server.close({ graceMs: 10_000 });
    const away = { code: 1001, reason: 'The server is shutting down. Try again in a moment.' };
    expect([await idle.closed, await silent.closed]).toEqual([away, away]);
    busy.send(subscribe('2'));
    expect(await busy.next()).toMatchObject({
      id: '2',
      type: 'error',
      payload: [{ message: away.reason, extensions: { code: 'UNAVAILABLE' } }],
    });
    expect(await busy.next()).toMatchObject({ id: '1', payload: { data: { wait: 'done' } } });
    expect(await busy.next()).toEqual({ id: '1', type: 'complete' });
    expect(await busy.closed).toEqual(away);
    await stopped;
  });

  test('aborts what is not done when the grace is over, and says so', async () => {
    const server = await startServer();
    const raw = await openReady(server.url);
    raw.send(subscribe('1', waitFor(60_000)));
    raw.send({ type: 'ping' });
    await raw.next();
    const stopped = server.server.close({ graceMs: 100 });
    expect(await raw.next()).toMatchObject({
      id: '1',
      payload: { errors: [{ extensions: { code: 'UNAVAILABLE' } }] },
    });
    expect((await raw.closed).code).toBe(1001);
    await stopped;
    expect(server.runs.aborted).toBe(1);
  });

  test('is not held up by a client that does not answer', async () => {
    const server = await startServer();
    const raw = await openReady(server.url);
    raw.socket.pause();
    await server.server.close({ graceMs: 10_000 });
    raw.socket.resume();
    expect((await raw.closed).code).toBe(1001);
  });
});

describe('a new version of the app', () => {
  test('sends sockets away once the old one has answered them', async () => {
    const disposed: string[] = [];
    const version = (name: string) => ({
      ...testApp({ mutations: 0, aborted: 0 }, name),
      dispose: async () => void disposed.push(name),
    });
    const server = await startServer({ app: () => version('old') });
    const [idle, busy] = [await openReady(server.url), await openReady(server.url)];
    busy.send(subscribe('1', { query: '{ wait(ms: 400) hello }' }));
    busy.send({ type: 'ping' });
    await busy.next();
    await server.server.replaceApp(version('new'));
    const restart = { code: 1012, reason: 'The API has been replaced. Connect again.' };
    expect(await idle.closed).toEqual(restart);
    busy.send(subscribe('2'));
    expect(await busy.next()).toMatchObject({
      id: '2',
      type: 'error',
      payload: [{ message: restart.reason }],
    });
    expect(await busy.next()).toMatchObject({ id: '1', payload: { data: { wait: 'done', hello: 'old' } } });
    expect(await busy.next()).toEqual({ id: '1', type: 'complete' });
    expect(await busy.closed).toEqual(restart);
    await expect.poll(() => disposed).toEqual(['old']);
    expect(await askClient(openClient(server.url), HELLO)).toEqual({ data: { hello: 'new' } });
  });

  test('is found by the client that apps use, which connects again by itself', async () => {
    const server = await startServer();
    const opened: unknown[] = [];
    const client = openClient(server.url, {
      lazy: false,
      retryAttempts: 5,
      retryWait: async () => undefined,
      on: { connected: () => void opened.push('connected') },
    });
    expect(await askClient(client, HELLO)).toEqual({ data: { hello: 'hello' } });
    await server.server.replaceApp(testApp({ mutations: 0, aborted: 0 }, 'new'));
    await expect.poll(() => opened).toEqual(['connected', 'connected']);
    expect(await askClient(client, HELLO)).toEqual({ data: { hello: 'new' } });
  });
});
