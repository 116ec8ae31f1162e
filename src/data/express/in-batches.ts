/** What is sent together, at most, and how long that may take as a rule: nobody is answered before all are done. */
export const MOST_TOGETHER = 8;
const LONGEST_TOGETHER_MS = 4;

/** What is to be sent together each time, in their order. */
export function inBatches<T extends { readonly usualMs: number }>(
  all: readonly T[],
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let open: T[] | undefined;
  let ms = 0;
  for (const one of all) {
    if (!open || open.length >= MOST_TOGETHER || ms + one.usualMs > LONGEST_TOGETHER_MS) {
      open = [];
      batches.push(open);
      ms = 0;
    }
    open.push(one);
    ms += one.usualMs;
  }
  return batches;
}
