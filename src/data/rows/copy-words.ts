/** The order of bytes in a word, so long as it is one: that of most machines. */
export const LITTLE_ENDIAN = true;

/** Four bytes at a time: most values and keys are too short for anything else to be worth it. Answers where it has come to. */
export function copyWords(from: DataView, start: number, end: number, to: DataView, at: number): number {
  let next = at;
  let i = start;
  for (; i + 4 <= end; i += 4, next += 4) to.setInt32(next, from.getInt32(i, LITTLE_ENDIAN), LITTLE_ENDIAN);
  for (; i < end; i++) to.setUint8(next++, from.getUint8(i));
  return next;
}
