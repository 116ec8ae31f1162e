import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { toByteText } from '../../src/kit/byte-text.ts';
import type { TextAnswer } from '../../src/serve/index.ts';
import { codeOf, startServer, testApp } from './support.ts';

const waitFor = (ms: number, deaf = false) => ({ query: `{ wait(ms: ${ms}, deaf: ${deaf}) }` });

describe('health', () => {
  test('is live whatever the database does', async () => {
    const server = await startServer({ checkHealth: () => new Promise(() => undefined) });
    expect((await server.get('/health/live')).status).toBe(200);
  });

  test('is ready when the database answers and is migrated', async () => {
    const answer = await (await startServer()).get('/health/ready');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { status: 'ready', reasons: [] }]);
  });

  test.each<[string, () => Promise<{ ready: boolean; reasons: string[] }>, string]>([
    [
      'says why not',
      async () => ({ ready: false, reasons: ['2 migrations are pending'] }),
      '2 migrations are pending',
    ],
    [
      'does not tell how the check failed',
      async () => Promise.reject(new Error('connect 10.0.0.5')),
      'the database does not answer',
    ],
    [
      'does not wait for a silent database',
      () => new Promise(() => undefined),
      'the database does not answer',
    ],
  ])('%s', async (_name, checkHealth, reason) => {
    const server = await startServer({ checkHealth });
    const started = Date.now();
    const answer = await server.get('/health/ready');
    expect(Date.now() - started).toBeLessThan(3_000);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      503,
      { status: 'unavailable', reasons: [reason] },
    ]);
  });
});

describe('the time limit', () => {
  const env = { PLINTH_LIMIT_REQUEST_MS: '200' };

  test('aborts the work and says TIMEOUT', async () => {
    const server = await startServer({ env });
    const answer = await server.post(waitFor(10_000));
    expect(codeOf(answer)).toBe('TIMEOUT');
    expect(server.runs.aborted).toBe(1);
  });

  test('answers also for work that does not listen', async () => {
    const server = await startServer({ env });
    const started = Date.now();
    const answer = await server.post(waitFor(10_000, true));
    expect(Date.now() - started).toBeLessThan(2_500);
    expect([answer.status, codeOf(answer)]).toEqual([504, 'TIMEOUT']);
  });

  test('lets work finish that is nearly done', async () => {
    const server = await startServer({ env });
    expect((await server.post(waitFor(500, true))).json.data).toEqual({ wait: 'done' });
  });

  test('does not matter when the client goes away: the work ends at once', async () => {
    const server = await startServer();
    const controller = new AbortController();
    const request = fetch(
      `${server.url}/graphql?query=${encodeURIComponent('{ wait(ms: 10000) }')}`,
      controller,
    );
    await sleep(100);
    controller.abort();
    await expect(request).rejects.toThrow();
    await vi.waitFor(() => expect(server.runs.aborted).toBe(1));
  });
});

describe('a stop', () => {
  test('answers what is under way, refuses what is new, and ends', async () => {
    const server = await startServer();
    const idle = connect(server.port, '127.0.0.1');
    idle.on('error', () => undefined);
    const underWay = server.post(waitFor(1_500));
    await sleep(300);
    const closed = server.server.close({ graceMs: 10_000 });
    await sleep(50);
    await expect(fetch(`${server.url}/health/ready`)).rejects.toThrow();
    const answer = await underWay;
    expect(answer.json.data).toEqual({ wait: 'done' });
    expect(answer.headers.get('connection')).toBe('close');
    const started = Date.now();
    await closed;
    expect(Date.now() - started).toBeLessThan(2_000);
    await server.server.close();
  });

  test('turns readiness false and refuses operations on connections that are already open', async () => {
    const server = await startServer();
    const answers = keepAlive(server.port);
    answers.send('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await vi.waitFor(() => expect(answers.text()).toContain('live'));
    const underWay = server.post(waitFor(600));
    // A request whose body is still coming keeps its connection open across the stop.
    answers.send(
      'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 19\r\n',
    );
    await sleep(100);
    const closed = server.server.close({ graceMs: 5_000 });
    await sleep(50);
    answers.send('\r\n{"query":"{hello}"}');
    await vi.waitFor(() => expect(answers.text()).toContain('503 '));
    expect(answers.text()).toContain('UNAVAILABLE');
    expect((await underWay).json.data).toEqual({ wait: 'done' });
    await closed;
  });

  /** A server whose front door answers every operation when it is told to, and a connection with `requests` under way there. */
  const countOf = (text: string, part: string): number => text.split(part).length - 1;

  test('tells who is answered at the front door meanwhile that the connection is closed', async () => {
    const { server, answers, answer } = await underWayAtTheDoor(1);
    const closed = server.server.close();
    answer();
    await closed;
    expect(answers.text()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*connection: close\r\n.*"door"/is);
  });

  test('answers all that were sent in a row', async () => {
    const { server, answers, answer } = await underWayAtTheDoor(3);
    const closed = server.server.close();
    answer();
    await closed;
    expect(countOf(answers.text(), '"door"')).toBe(3);
    expect(countOf(answers.text().toLowerCase(), 'connection: close')).toBe(1);
  });

  test('answers what has arrived and has not been read yet', async () => {
    const { server, answers, answer } = await underWayAtTheDoor(1);
    answer();
    await vi.waitFor(() => expect(answers.text()).toContain('"door"'));
    answers.send(HELLO);
    await server.server.close();
    expect(answers.text()).toMatch(/HTTP\/1\.1 503 .*"UNAVAILABLE"/s);
  });

  test('aborts what is not done when the grace is over', async () => {
    const server = await startServer();
    const underWay = server.post(waitFor(30_000)).catch(() => undefined);
    await sleep(100);
    const started = Date.now();
    await server.server.close({ graceMs: 200 });
    expect(Date.now() - started).toBeLessThan(2_500);
    expect(server.runs.aborted).toBe(1);
    await underWay;
  });
});

describe('a new version of the app', () => {
  test('answers from the next request on, while the old one finishes what it began', async () => {
    const disposed: string[] = [];
    const version = (name: string) => ({
      ...testApp({ mutations: 0, aborted: 0 }, name),
      dispose: async () => void disposed.push(name),
    });
    const server = await startServer({ app: () => version('old') });
    const underWay = server.post({ query: '{ wait(ms: 400) hello }' });
    await sleep(100);
    await server.server.replaceApp(version('new'));
    expect((await server.post({ query: '{hello}' })).json.data).toEqual({ hello: 'new' });
    expect(disposed).toEqual([]);
    expect((await underWay).json.data).toEqual({ wait: 'done', hello: 'old' });
    await vi.waitFor(() => expect(disposed).toEqual(['old']));
  });

  test('answers nobody with what the one before has made of the request', async () => {
    const made: string[] = [];
    const version = (name: string) => ({
      ...testApp({ mutations: 0, aborted: 0 }, name),
      createContext: async () => {
        made.push(name);
        return { by: name };
      },
    });
    const old = {
      ...version('old'),
      answerAgain: async () => void (await server.server.replaceApp(version('new'))),
    };
    const server = await startServer({ app: () => old });
    expect((await server.post({ query: '{hello}' })).json.data).toEqual({ hello: 'new' });
    expect(made).toEqual(['old', 'new']);
  });

  test('lets requests wait while what they are answered from changes, once those under way are answered', async () => {
    const { server, answers, answer } = await underWayAtTheDoor(1);
    let isPaused = false;
    const paused = server.server.pause(20_000).then(() => {
      isPaused = true;
    });
    const held = server.post({ query: '{hello}' });
    await server.get('/health/live');
    expect([isPaused, answers.text()]).toEqual([false, '']);
    answer();
    await paused;
    await server.server.replaceApp(testApp({ mutations: 0, aborted: 0 }, 'new'));
    expect(await Promise.race([held, server.get('/health/live').then(() => 'held')])).toBe('held');
    server.server.resume();
    expect((await held).json.data).toEqual({ hello: 'new' });
  });

  test('does not wait for ever for those under way', async () => {
    const { server, answers, answer } = await underWayAtTheDoor(1);
    await server.server.pause(1);
    await server.server.replaceApp(testApp({ mutations: 0, aborted: 0 }, 'new'));
    server.server.resume();
    expect((await server.post({ query: '{hello}' })).json.data).toEqual({ hello: 'new' });
    answer();
    await vi.waitFor(() => expect(answers.text()).toContain('"door"'));
  });

  test('loses no request under load', async () => {
    const server = await startServer();
    let done = false;
    const asker = async () => {
      const seen: unknown[] = [];
      while (!done) seen.push((await server.post({ query: '{hello}' })).json.data?.hello);
      return seen;
    };
    const askers = Array.from({ length: 8 }, asker);
    for (let i = 0; i < 10; i++) {
      await sleep(20);
      await server.server.replaceApp(testApp({ mutations: 0, aborted: 0 }, 'hello'));
    }
    done = true;
    const seen = (await Promise.all(askers)).flat();
    expect(seen.length).toBeGreaterThan(10);
    expect(new Set(seen)).toEqual(new Set(['hello']));
  });
});

test('a port in use is a plain message', async () => {
  const { port } = await startServer();
  await expect(startServer({ env: { PORT: String(port) } })).rejects.toThrow(`Port ${port} is in use`);
});

const HELLO =
  'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{"query":"{hello}"}';

/** Requests that are answered at the front door once the test says so. */
async function underWayAtTheDoor(requests: number) {
  const waiting: (() => void)[] = [];
  const answerAgain = () =>
    new Promise<TextAnswer>((resolve) =>
      waiting.push(() => resolve({ text: toByteText('{"data":{"hello":"door"}}') })),
    );
  const server = await startServer({ app: (runs) => ({ ...testApp(runs), answerAgain }) });
  const answers = keepAlive(server.port);
  for (let i = 0; i < requests; i++) answers.send(HELLO);
  await vi.waitFor(() => expect(waiting).toHaveLength(requests));
  return { server, answers, answer: () => waiting.splice(0).forEach((one) => void one()) };
}

function keepAlive(port: number) {
  let text = '';
  const socket = connect(port, '127.0.0.1');
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  return { send: (bytes: string) => socket.write(bytes), text: () => text };
}
