import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from './support.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ shared: true });
});
afterAll(() => server.server.close({ graceMs: 0 }));

describe('the GraphQL over HTTP audit', () => {
  const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn: fetch });

  test('has all 61 checks', () => expect(audits).toHaveLength(61));

  for (const audit of audits) {
    test(audit.name, async () => {
      const result = await audit.fn();
      // A warning has the status "warn": what the specification recommends counts here as what it demands.
      expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok');
    });
  }
});
