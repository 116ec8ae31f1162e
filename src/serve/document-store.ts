import type { ApolloServerOptions } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { RecentMap } from './remember-recent.ts';

type DocumentStore = NonNullable<ApolloServerOptions<object>['documentStore']>;

const REMEMBERED_TEXTS = 1_000;
/** Parsed, with its tokens, a text takes some ten times as many bytes. */
const REMEMBERED_CHARACTERS = 2_000_000;

/**
 * Parsed and validated documents by the hash of their text. Apollo's own store weighs a document by its JSON, which has no
 * tokens in it: twenty thousand texts of a stranger took half a gigabyte.
 */
export function makeDocumentStore(): DocumentStore {
  const documents = new RecentMap<DocumentNode>(REMEMBERED_TEXTS, {
    sizeOf: ({ loc }) => loc?.source.body.length ?? 0,
    total: REMEMBERED_CHARACTERS,
  });
  return {
    get: async (hash) => documents.get(hash),
    set: async (hash, document) => documents.set(hash, document),
    delete: async () => undefined,
  };
}
