import { AsyncLocalStorage } from 'node:async_hooks';

/** Savepoints of one connection nest and must not interleave: inner mutations of one parent run one after another. */
interface Frame {
  tail: Promise<unknown>;
}

const frames = new AsyncLocalStorage<Frame>();
const outermost = new WeakMap<object, Frame>();

/**
 * Runs `fn` after the inner mutations that the same outer one started before. What `fn` itself starts has turns of its
 * own, so that it never waits for itself.
 */
export function inTurn<T>(parent: object, fn: () => Promise<T>): Promise<T> {
  let frame = frames.getStore();
  if (!frame) {
    frame = outermost.get(parent) ?? { tail: Promise.resolve() };
    outermost.set(parent, frame);
  }
  const result = frame.tail.then(() => frames.run({ tail: Promise.resolve() }, fn));
  frame.tail = result.catch(() => undefined);
  return result;
}
