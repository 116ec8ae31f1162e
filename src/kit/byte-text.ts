declare const bytes: unique symbol;

/**
 * Text as its bytes in UTF-8, each of which is a character of a string. PostgreSQL's bytes are taken over and sent so, as
 * they are; read as text and written again, every character beyond ASCII costs twice, and one beyond Latin-1 makes
 * the whole string twice as long and several times as slow. ASCII is the same in both, so what is only
 * looked for or put in between, as JSON's own signs and GraphQL's names, may be either.
 *
 * To TypeScript it is no string, so that nobody takes it for a text.
 */
export interface ByteText {
  readonly length: number;
  readonly [bytes]: true;
}

export function toByteText(text: string): ByteText {
  return asByteText(Buffer.from(text).toString('latin1'));
}

export function fromByteText(text: ByteText): string {
  return Buffer.from(charsOf(text), 'latin1').toString();
}

/** What has been put together of byte texts and ASCII. */
export function asByteText(pieces: string): ByteText {
  return pieces as unknown as ByteText;
}

/** The string that has the bytes for characters: for who writes it as `latin1`, or looks for ASCII in it. */
export function charsOf(text: ByteText): string {
  return text as unknown as string;
}
