import { describe, expect, test } from 'vitest';
import { PrimaryHistory } from '../../src/data/replicas/primary-history.ts';
import { parseWalPosition } from '../../src/data/replicas/wal-position.ts';
import { positionTokens } from '../../src/project/replicas/position-token.ts';
import { WrittenPositions } from '../../src/project/replicas/written-positions.ts';

test('positions of the log are compared as numbers, not as text', () => {
  expect(parseWalPosition('16/B374D848')).toBe(0x16_b374d848n);
  expect(parseWalPosition('10/0') > parseWalPosition('9/FFFFFFFF')).toBe(true);
});

describe('the delay of a replica', () => {
  test('cannot be told before the primary was heard of', () => {
    expect(new PrimaryHistory().delay(5n, 100)).toBeUndefined();
  });

  test('counts from the first thing that it lacks, and is none where it has all', () => {
    const history = new PrimaryHistory();
    for (const [at, position] of [
      [100, 10n],
      [200, 20n],
      [300, 30n],
    ] as const)
      history.add(at, position);
    expect([history.delay(9n, 500), history.delay(10n, 500), history.delay(30n, 500)]).toEqual([400, 300, 0]);
    history.forgetUntil(20n);
    expect([history.delay(20n, 500), history.delay(30n, 500)]).toEqual([200, 0]);
    history.forgetUntil(99n);
    expect([history.delay(30n, 500), history.newest]).toEqual([0, 300]);
  });
});

describe('what was written', () => {
  test('is asked of its writer alone, the furthest of it, for as long as it is kept', () => {
    const written = new WrittenPositions(1_000);
    written.note('ann', 7n, 100);
    written.note('ann', 5n, 101);
    written.note('bob', 9n, 102);
    expect(written.required(['ann'], 500)).toBe(7n);
    expect(written.required(['ann', 'bob'], 500)).toBe(9n);
    expect(written.required(['cid'], 500)).toBe(0n);
    expect(written.required(['ann', 'bob'], 1_200)).toBe(0n);
  });

  test('is asked of everybody where there was no room to tell whose it was', () => {
    const written = new WrittenPositions(1_000);
    for (let i = 1; i <= 20_010; i++) written.note(`writer ${i}`, BigInt(i), 100);
    expect(written.required(['nobody'], 500)).toBe(10n);
    expect(written.required(['writer 1'], 500)).toBe(10n);
    expect(written.required(['writer 20010'], 500)).toBe(20_010n);
    expect(written.required(['nobody'], 1_200)).toBe(0n);
  });
});

describe('a token', () => {
  const tokens = positionTokens('secret', 30_000);

  test('says what was written, until it is out of date', () => {
    const token = tokens.make(0xffff_ffff_ffff_ffffn, 1_000_000);
    expect(tokens.read(token, 1_020_000)).toBe(0xffff_ffff_ffff_ffffn);
    expect(tokens.read(token, 1_031_000)).toBe(0n);
  });

  test.each([
    ['of another secret', positionTokens('other', 30_000).make(99n, 1_000_000)],
    ['with another position', tokens.make(99n, 1_000_000).replace(/^2r/, '2s')],
    ['with another time', tokens.make(99n, 1_000_000).replace(/\.rs\./, '.zz.')],
    ['that is none', 'a.b.c'],
    ['that is absent', undefined],
  ])('%s says nothing', (_what, token) => {
    expect(tokens.read(token, 1_000_000)).toBe(0n);
  });
});
