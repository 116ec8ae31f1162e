import type { ApolloServerOptions } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { RecentMap } from '../kit/recent-map.ts';

type DocumentStore = NonNullable<ApolloServerOptions<object>['documentStore']>;

const REMEMBERED_TEXTS = 1_000;
/** Parsed, with its tokens, a text takes some ten times as many bytes. */
const REMEMBERED_CHARACTERS = 2_000_000;

/**
 * Parsed and validated documents by the hash of their text. Apollo's own store weighs a document by its JSON, which has no
 * tokens in it: twenty thousand texts of a stranger took half a gigabyte.
 * @param prepared documents that were parsed and validated beforehand, by the SHA-256 of their text
 */
export function makeDocumentStore(
  prepared: (hash: string) => DocumentNode | undefined = () => undefined,
): DocumentStore {
  const documents = new RecentMap<DocumentNode>(REMEMBERED_TEXTS, {
    sizeOf: ({ loc }) => loc?.source.body.length ?? 0,
    total: REMEMBERED_CHARACTERS,
  });
  return {
    get: async (key) => documents.get(key) ?? prepared(hashIn(key)),
    set: async (key, document) => documents.set(key, document),
    delete: async () => undefined,
  };
}

/** Apollo puts the hash of the schema before the one of the text. */
function hashIn(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}
