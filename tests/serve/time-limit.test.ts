import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { TimeLimits } from '../../src/serve/time-limit.ts';

test('an operation of many statements side by side is not taken for a leak of listeners', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => void warnings.push(warning);
  process.on('warning', note);
  const response = new EventEmitter() as ServerResponse;
  const limit = new TimeLimits(60_000, new AbortController().signal).start(response);
  for (let statement = 0; statement < 30; statement++)
    limit.signal.addEventListener('abort', () => undefined);
  // Node tells in a later turn.
  await new Promise((resolve) => setImmediate(resolve));
  limit.end();
  process.off('warning', note);
  expect(warnings).toEqual([]);
});
