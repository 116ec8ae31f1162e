import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Two halves of 32 MB: twice what Node 20 takes at most, and half of what Node 24 does. */
const ENOUGH_BYTES = 64 * 2 ** 20;

/**
 * Keeps V8 from growing the space for new objects beyond what helps. Newer versions go on to 128 MB under load, which every
 * process then keeps: 70 MB more resident memory for about a twentieth of the server's CPU on large answers, and none on small
 * ones. The size itself can be set only before Node starts; whether it grows, at any time.
 * @param nodeFlags what Node was started with: an operator who has set these sizes knows better
 */
export function limitYoungGeneration(nodeFlags: readonly string[], enoughBytes = ENOUGH_BYTES): void {
  if (nodeFlags.some((flag) => /semi[-_]space/.test(flag))) return;
  let grows = true;
  const observer = new PerformanceObserver(() => {
    // V8 also makes it smaller, when there is little to do, and then it has to be able to grow again.
    const mayGrow = youngBytes() < enoughBytes;
    if (mayGrow === grows) return;
    grows = mayGrow;
    setFlagsFromString(`--semi-space-growth-factor=${grows ? 2 : 1}`);
  });
  // Only then does it grow or shrink.
  observer.observe({ entryTypes: ['gc'] });
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

/**
 * Collects what has become old and is not used any more when there is as much of it as of what is used. V8 waits for up to four
 * times as much; what a server holds for some requests and then drops would take 80 MB more that way, to save a collection
 * every half minute.
 * @param nodeFlags what Node was started with: an operator who has set sizes of the old space knows better
 */
export function collectOldSooner(nodeFlags: readonly string[]): void {
  if (nodeFlags.some((flag) => /old[-_]space|old[-_]generation|heap[-_]growing/.test(flag))) return;
  setFlagsFromString('--heap-growing-percent=100');
}
