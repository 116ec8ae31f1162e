/**
 * What is done when the test file that asked for it has ended: vitest's own `afterAll` is forgotten where a hook or a test calls it,
 * and the process goes on with the next file.
 */
const pending: (() => unknown)[] = [];

/** Has something done when this test file has ended, whoever calls and from where. What was asked for last is done first. */
export function afterFile(work: () => unknown): void {
  pending.push(work);
}

/** Does it. @throws AggregateError with all that failed */
export async function endFile(): Promise<void> {
  const errors: unknown[] = [];
  for (let work = pending.pop(); work; work = pending.pop()) {
    try {
      await work();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new AggregateError(errors, 'What a test file leaves behind could not be ended');
}
