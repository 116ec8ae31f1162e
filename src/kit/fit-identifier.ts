import { createHash } from 'node:crypto';

/** Longest name that PostgreSQL keeps; it cuts longer ones without a word. */
const MAX_BYTES = 63;

/**
 * `stem` + `suffix` as a PostgreSQL identifier of at most 63 bytes. A longer one is cut on a character's border and gets
 * eight hex digits of its own hash, so that two long names stay two.
 */
export function fitIdentifier(stem: string, suffix: string): string {
  const full = stem + suffix;
  if (Buffer.byteLength(full) <= MAX_BYTES) return full;
  const hash = createHash('sha256').update(full).digest('hex').slice(0, 8);
  return `${cutToBytes(stem, MAX_BYTES - Buffer.byteLength(suffix) - 9)}_${hash}${suffix}`;
}

function cutToBytes(text: string, bytes: number): string {
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += Buffer.byteLength(character);
    if (used > bytes) break;
    kept += character;
  }
  return kept;
}
