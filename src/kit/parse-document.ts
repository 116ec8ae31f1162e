import { type DocumentNode, type ParseOptions, parse, type Source } from 'graphql';

/** What only a text of two bytes for each character can hold. */
const WIDE = /[^\0-\xff]/;

const narrowNames = new WeakMap<DocumentNode, object>();

/**
 * Parses as graphql-js does, and sees to it that names take one byte for each letter.
 *
 * V8 keeps one string for all properties of a name: the first that it meets. Cut out of a text with a single character beyond
 * Latin-1 (a dash in a description) it has two bytes for each letter, and so has every answer that is put together with
 * it, which takes several times as long to write to a socket. So V8 meets the names of such a text here, each by itself.
 *
 * For the author's own texts: a stranger's may have a hundred thousand words.
 *
 * @throws GraphQLError for syntax
 */
export function parseDocument(source: string | Source, options?: ParseOptions): DocumentNode {
  const document = parse(source, options);
  const text = typeof source === 'string' ? source : source.body;
  // V8 keeps them no longer than somebody does.
  if (WIDE.test(text)) narrowNames.set(document, narrowNamesIn(text));
  return document;
}

function narrowNamesIn(text: string): object {
  const narrow: Record<string, true> = Object.create(null);
  for (const name of new Set(text.match(/[A-Za-z_]\w*/g)))
    narrow[Buffer.from(name, 'latin1').toString('latin1')] = true;
  return narrow;
}
