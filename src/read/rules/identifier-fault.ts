/** PostgreSQL cuts longer names without a word. */
const MOST_BYTES = 63;

/** What is wrong with the length of a name in the database, as the middle of a sentence; undefined if nothing is. */
export function identifierFault(name: string): string | undefined {
  const bytes = Buffer.byteLength(name);
  return bytes > MOST_BYTES ? `has ${bytes} bytes, and PostgreSQL keeps ${MOST_BYTES}.` : undefined;
}

/** Whether a name has characters that the migrations of Prisma's engine do not quote. */
export function hasUnquotable(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /["\\\u0000-\u001f\u007f]/.test(name);
}
