import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const MB = 2 ** 20;

/** Allocates as under load in a process of its own, and answers the largest size that the space for new objects had. */
function largest(flags: readonly string[]): number {
  const source = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { limitYoungGeneration } from ${JSON.stringify(pathToFileURL(join(root, 'src/project/limit-heap.ts')).href)};
    limitYoungGeneration(${JSON.stringify(flags)}, ${2 * MB});
    const kept = [];
    let largest = 0;
    for (let round = 0; round < 300; round++) {
      for (let i = 0; i < 20_000; i++) kept[(round * 20_000 + i) % 100_000] = { i, of: [i] };
      await new Promise((done) => setImmediate(done));
      largest = Math.max(largest, getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
    }
    console.log(largest);
    process.exit(0);`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', source];
  return Number(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
}

describe('the space for new objects', () => {
  it('stops growing when it is large enough, give or take one step that V8 was ahead', () => {
    expect(largest([])).toBeLessThanOrEqual(8 * MB);
  });

  it('is left alone where the operator has chosen its size', () => {
    expect(largest(['--max-semi-space-size=16'])).toBeGreaterThan(8 * MB);
  });
});

/** Drops what has become old in a process of its own, and answers how much there was at most, used and not. */
function mostOld(flags: readonly string[]): number {
  const source = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { collectOldSooner } from ${JSON.stringify(pathToFileURL(join(root, 'src/project/limit-heap.ts')).href)};
    collectOldSooner(${JSON.stringify(flags)});
    const kept = [];
    let most = 0;
    for (let round = 0; round < 400; round++) {
      for (let i = 0; i < 20_000; i++) kept[(round * 20_000 + i) % 400_000] = { i, of: [i, round, i] };
      await new Promise((done) => setImmediate(done));
      most = Math.max(most, getHeapSpaceStatistics().find((space) => space.space_name === 'old_space').space_used_size);
    }
    console.log(most);
    process.exit(0);`;
  const args = ['--import', 'tsx', '--input-type=module', '--eval', source];
  return Number(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
}

describe('what is old', () => {
  it('is collected sooner, but where the operator has chosen sizes', () => {
    expect(mostOld([])).toBeLessThan(0.8 * mostOld(['--max-old-space-size=2000']));
  });
});
