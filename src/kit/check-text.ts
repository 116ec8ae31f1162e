/** Why PostgreSQL cannot store `text`, or undefined when it can: it takes neither NUL nor half of a surrogate pair. */
export function textFault(text: string): string | undefined {
  if (text.includes('\u0000')) return 'has a NUL character (U+0000), which cannot be stored';
  if (!text.isWellFormed()) return 'has half of a surrogate pair, which is no character';
  return undefined;
}
