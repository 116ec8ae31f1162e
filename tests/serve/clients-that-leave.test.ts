import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { PlainOperation, PlinthApp } from '../../src/serve/index.ts';
import { type Runs, startServer, type TestServer, testApp } from './support.ts';

// Far longer than a test may take: a stop that waits for its grace fails here.
const LONG = 600_000;

/** A server that tells how many operations it has begun. */
async function startCounting(more: Partial<PlinthApp> = {}): Promise<TestServer & { begun(): number }> {
  let begun = 0;
  const app = (runs: Runs): PlinthApp => {
    const plain = testApp(runs);
    const createContext: PlinthApp['createContext'] = (request) => {
      begun += 1;
      return plain.createContext(request);
    };
    return { ...plain, createContext, ...more };
  };
  return { ...(await startServer({ app })), begun: () => begun };
}

function postOf(query: string): string {
  const body = JSON.stringify({ query });
  const head = ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'];
  return [...head, `Content-Length: ${body.length}`, '', body].join('\r\n');
}

const getOf = (query: string): string =>
  `GET /graphql?query=${encodeURIComponent(query)} HTTP/1.1\r\nHost: localhost\r\n\r\n`;

test.each<[string, (query: string) => string, Partial<PlinthApp>]>([
  ['posts', postOf, {}],
  ['gets', getOf, {}],
  ['posts at the front door', postOf, { answerAgain: async () => undefined }],
])('%s in a row are ended when their client leaves, and hold up no stop', async (_name, write, more) => {
  const server = await startCounting(more);
  const client = connect(server.port, '127.0.0.1');
  client.write(write(`{ wait(ms: ${LONG}) }`).repeat(5));
  await vi.waitFor(() => expect(server.begun()).toBe(5));
  client.destroy();
  await vi.waitFor(() => expect(server.runs.aborted).toBe(5));
  await server.server.close({ graceMs: LONG });
});

test('a request that is handed over after its client has left holds up no stop', async () => {
  let left = false;
  const answerAgain = async (_operation: PlainOperation, context: object): Promise<undefined> => {
    await once((context as { signal: AbortSignal }).signal, 'abort');
    left = true;
  };
  const server = await startCounting({ answerAgain });
  const client = connect(server.port, '127.0.0.1');
  client.write(postOf('{ wait(ms: 0) }'));
  await vi.waitFor(() => expect(server.begun()).toBe(1));
  client.destroy();
  await vi.waitFor(() => expect([left, server.runs.aborted]).toEqual([true, 1]));
  await server.server.close({ graceMs: LONG });
});

test('requests in a row leave nothing behind on their connection', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => void warnings.push(warning);
  process.on('warning', warn);
  onTestFinished(() => void process.off('warning', warn));
  const server = await startServer();
  const client = connect(server.port, '127.0.0.1');
  let text = '';
  client.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  for (let round = 1; round <= 3; round++) {
    client.write(postOf('{ hello }').repeat(20));
    await vi.waitFor(() => expect(text.split('HTTP/1.1 200 ')).toHaveLength(round * 20 + 1));
  }
  expect(warnings).toEqual([]);
  await server.server.close({ graceMs: LONG });
});
