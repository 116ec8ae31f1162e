import { print } from 'graphql';
import { withTypenames } from './document-forms.ts';
import { documentId } from './document-id.ts';
import type { Operation } from './read-operations.ts';
import type { TrustedDocuments } from './trusted-documents.ts';

/** Every text that a client may send, by id, as GraphQL Code Generator lists them. Sorted: the same text for the same files. */
export function emitDocumentList(documents: TrustedDocuments): string {
  const entries = [...documents.all()].map(({ text }) => [documentId(text), text] as const).sort(byFirst);
  return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
}

/**
 * Apollo's list of operations by name, for `generatePersistedQueryIdsFromManifest` and for routers. The bodies have
 * `__typename`, which Apollo Client's cache needs.
 */
export function emitApolloManifest(operations: readonly Operation[]): string {
  const listed = operations
    .map(({ name, kind, document }) => {
      const body = print(withTypenames(document));
      return { id: documentId(body), name, type: kind, body };
    })
    .sort((a, b) => byFirst([a.name], [b.name]));
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations: listed };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function byFirst(a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
