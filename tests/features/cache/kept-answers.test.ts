import { describe, expect, it } from 'vitest';
import { Changes } from '../../../src/features/cache/changes.ts';
import { KeptAnswers, type Turn } from '../../../src/features/cache/kept-answers.ts';
import { fromByteText, toByteText } from '../../../src/kit/byte-text.ts';

const TASK = new Set(['Task']);

function start(limits: { maxEntries?: number; maxBytes?: number } = {}) {
  const changes = new Changes();
  const kept = new KeptAnswers({
    changes,
    maxEntries: 10,
    maxBytes: 1_000_000,
    patienceMs: 60_000,
    ...limits,
  });
  const turn = (key: string, tables: ReadonlySet<string> | 'all' = TASK, signal?: AbortSignal) =>
    kept.turn({ key, tables: tables === 'all' ? undefined : tables, maxAge: 60, signal });
  const keep = async (key: string, text: string) => first(await turn(key))(text);
  return { changes, kept, turn, keep };
}

function first(turn: Turn): (text: string | undefined) => void {
  if (turn.kind !== 'first') throw new Error(`It is ${turn.kind}, not first`);
  return (text) => turn.finish(text === undefined ? undefined : toByteText(text));
}

const textOf = (turn: Turn): string => (turn.kind === 'kept' ? fromByteText(turn.answer.text) : turn.kind);

describe('what was kept', () => {
  it('is answered until one of its tables changes', async () => {
    const { changes, turn, keep } = start();
    await keep('a', '1');
    changes.changed('Person');
    expect(textOf(await turn('a'))).toBe('1');
    changes.changed('Task');
    expect(textOf(await turn('a'))).toBe('first');
  });

  it('that may have read anything ends with any change', async () => {
    const { changes, turn, keep } = start();
    const finish = first(await turn('a', 'all'));
    finish('1');
    expect(textOf(await turn('a', 'all'))).toBe('1');
    await keep('b', '2');
    changes.changed('Whatever');
    expect(textOf(await turn('a', 'all'))).toBe('first');
    expect(textOf(await turn('b'))).toBe('2');
  });

  it('is not believed once changes may have been missed', async () => {
    const { changes, turn, keep } = start();
    await keep('a', '1');
    const underWay = first(await turn('b'));
    changes.changedUnheard();
    underWay('2');
    expect(textOf(await turn('a'))).toBe('first');
    expect(textOf(await turn('b'))).toBe('first');
  });

  it('was not read before a write that was heard of meanwhile', async () => {
    const { changes, turn } = start();
    const finish = first(await turn('a'));
    changes.changed('Task');
    finish('read before the write');
    expect(textOf(await turn('a'))).toBe('first');
  });

  it('is bounded in number and in bytes, the least used forgotten first', async () => {
    const few = start({ maxEntries: 3 });
    for (const key of ['a', 'b', 'c']) await few.keep(key, key);
    await few.turn('a');
    await few.keep('d', 'd');
    expect(few.kept.size).toBe(3);
    expect(textOf(await few.turn('a'))).toBe('a');
    expect(textOf(await few.turn('b'))).toBe('first');

    const small = start({ maxEntries: 1_000, maxBytes: 100_000 });
    for (let number = 0; number < 100; number++) await small.keep(`key ${number}`, 'x'.repeat(2_000));
    expect(small.kept.bytes).toBeLessThanOrEqual(100_000);
    expect(small.kept.size).toBeGreaterThan(10);
    await small.keep('too large', 'x'.repeat(20_000));
    expect(textOf(await small.turn('too large'))).toBe('first');
  });
});

describe('requests for the same', () => {
  it('wait for the first of them', async () => {
    const { turn } = start();
    const finish = first(await turn('a'));
    const others = [turn('a'), turn('a')];
    finish('1');
    expect((await Promise.all(others)).map(textOf)).toEqual(['1', '1']);
  });

  it('take over from a first one that goes away or fails, and one of them goes first', async () => {
    const { turn } = start();
    const gone = new AbortController();
    first(await turn('a', TASK, gone.signal));
    const others = [turn('a'), turn('a'), turn('a')];
    gone.abort();
    const next = await Promise.race(others);
    const finish = first(next);
    finish('1');
    expect((await Promise.all(others)).map(textOf).sort()).toEqual(['1', '1', 'first']);
  });

  it('do not wait once they are aborted', async () => {
    const { turn } = start();
    first(await turn('a'));
    const gone = new AbortController();
    const waiting = turn('a', TASK, gone.signal);
    gone.abort();
    expect(textOf(await waiting)).toBe('alone');
  });

  it('work alone rather than wait for one failure after the other', async () => {
    const { turn } = start();
    let leader = first(await turn('a'));
    const patient = turn('a');
    let settled = false;
    void patient.then(() => (settled = true));
    for (let round = 0; round < 3; round++) {
      // Another request is quicker to take over each time.
      const finish = leader;
      finish(undefined);
      const next = await turn('a');
      if (next.kind !== 'first') break;
      leader = first(next);
      await Promise.resolve();
    }
    leader(undefined);
    expect(['alone', 'first']).toContain(textOf(await patient));
    expect(settled).toBe(true);
  });

  it('do not wait for ever for one that was forgotten', async () => {
    const changes = new Changes();
    const kept = new KeptAnswers({ changes, maxEntries: 10, maxBytes: 1_000, patienceMs: -1 });
    const wanted = { key: 'a', tables: TASK, maxAge: 60, signal: undefined };
    await kept.turn(wanted);
    expect(textOf(await kept.turn(wanted))).toBe('first');
  });
});
