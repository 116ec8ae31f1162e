import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for `work`, and at least `ms`: what takes less than that takes the same time however it goes. Failures wait too.
 */
export async function afterAtLeast<T>(ms: number, work: Promise<T>): Promise<T> {
  const floor = sleep(ms);
  try {
    return await work;
  } finally {
    await floor;
  }
}
