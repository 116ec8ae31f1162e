import { createHash } from 'node:crypto';

/** The id of a text by the protocols of clients: SHA-256 of its UTF-8 bytes, in small hexadecimal digits. */
export function documentId(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
