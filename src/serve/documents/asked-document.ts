import { ViewerError } from '../../kit/viewer-error.ts';
import { normalId } from '../../operations/index.ts';

/** What a request that has an id says about its document. */
export interface AskedDocument {
  /** As `normalId` writes it. */
  readonly id: string;
  /** Sent beside the id, to register it. */
  readonly text: string | undefined;
  /** Whether the id is the hash of Apollo's protocol, whose clients send the text when it is not known. */
  readonly isHash: boolean;
}

type Parameters = Readonly<Record<string, unknown>>;

/** Undefined for what has no id: most requests. @throws ViewerError for ids of a wrong form */
export function askedDocument({ query, documentId, extensions }: Parameters): AskedDocument | undefined {
  const persisted = isObject(extensions) ? extensions.persistedQuery : undefined;
  const hash = persisted == null ? undefined : hashOf(persisted);
  const id = documentId == null ? hash : idOf(documentId);
  if (id === undefined) return undefined;
  if (hash !== undefined && id !== hash)
    throw refusal('`documentId` and `extensions.persistedQuery` name different documents.');
  if (query != null && typeof query !== 'string') throw refusal('The document must be text.');
  return { id, text: query || undefined, isHash: hash !== undefined };
}

function hashOf(persisted: unknown): string {
  const { version, sha256Hash } = isObject(persisted) ? persisted : {};
  if (version !== 1) throw refusal('`extensions.persistedQuery` must have `version: 1`.');
  if (typeof sha256Hash !== 'string' || sha256Hash === '')
    throw refusal('`extensions.persistedQuery` must have a `sha256Hash`.');
  return normalId(sha256Hash);
}

function idOf(documentId: unknown): string {
  if (typeof documentId !== 'string' || documentId === '') throw refusal('`documentId` must be text.');
  return normalId(documentId);
}

function isObject(value: unknown): value is Parameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(message: string): ViewerError {
  return new ViewerError('BAD_USER_INPUT', message);
}
