import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { atEndOfTurn } from '../../src/kit/end-of-turn.ts';

it('asks before it answers, whichever came up first, and leaves what comes up then to the next turn', async () => {
  const done: string[] = [];
  atEndOfTurn('answer', () => {
    done.push('answer 1');
    atEndOfTurn('ask', () => done.push('next ask'));
  });
  atEndOfTurn('ask', () => done.push('ask 1'));
  atEndOfTurn('answer', () => done.push('answer 2'));
  atEndOfTurn('ask', () => done.push('ask 2'));
  expect(done).toEqual([]);
  await setImmediate();
  expect(done).toEqual(['ask 1', 'ask 2', 'answer 1', 'answer 2']);
  await setImmediate();
  expect(done.at(-1)).toBe('next ask');
});
