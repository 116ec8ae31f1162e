import { GraphQLError, type GraphQLSchema, Kind, parse, validate } from 'graphql';
import type { Place, Problems } from '../kit/problem.ts';
import { normalId } from './normal-id.ts';
import { OPERATION_RULES } from './operation-rules.ts';
import type { OperationSource } from './read-operations.ts';

/** A document that a client's build has listed, under the id that the client sends. */
export interface ListedDocument {
  readonly id: string;
  /** The list. */
  readonly file: string;
  readonly text: string;
}

const APOLLO_FORMAT = 'apollo-persisted-query-manifest';

/**
 * Reads `operations/*.json`, the lists that builds of clients make: `{ id: text }` (GraphQL Code Generator, Relay) or
 * Apollo's `{ format, version, operations: [{ id, name, type, body }] }`. Ids may be made in any way.
 */
export function readManifests(
  sources: readonly OperationSource[],
  problems: Problems,
): readonly ListedDocument[] {
  const byId = new Map<string, ListedDocument>();
  for (const { file, text } of sources) {
    const tell = (message: string): void => problems.error(startOf(file), 'MANIFEST_INVALID', message);
    const entries = entriesOf(parseJson(text));
    if (!entries) {
      tell(
        'This is no list of documents. Write { "id": "query …" }, or let the build of the client write it.',
      );
      continue;
    }
    for (const { id, text: document } of entries) {
      const known = byId.get(normalId(id));
      if (known && known.text !== document) tell(standsForTwo(id, known));
      else byId.set(normalId(id), { id, file, text: document });
    }
  }
  return [...byId.values()];
}

function standsForTwo(id: string, known: ListedDocument): string {
  const sameness = `it is the same as "${known.id}" in ${known.file}, since neither "sha256:" nor the capitals of a hash count`;
  const why = known.id === id ? '' : `: ${sameness}`;
  return `The id "${id}" stands for two documents${why}. Give each an id of its own.`;
}

/** Compares listed documents with the API that they are for; all that does not fit is a problem. */
export function checkListed(listed: readonly ListedDocument[], api: GraphQLSchema, problems: Problems): void {
  for (const { id, file, text } of listed) {
    const fault = faultOf(text, api);
    const message = `The document "${id}" does not fit the API: ${fault}`;
    if (fault !== undefined) problems.error(startOf(file), 'MANIFEST_INVALID', message);
  }
}

const startOf = (file: string): Place => ({ file, line: 1, column: 1 });

type Entry = Pick<ListedDocument, 'id' | 'text'>;

function entriesOf(json: unknown): readonly Entry[] | undefined {
  if (!isObject(json)) return undefined;
  if (json.format !== undefined || Array.isArray(json.operations)) return apolloEntries(json);
  const entries = Object.entries(json).map(([id, text]) => ({ id, text }));
  return entries.every(isEntry) ? entries : undefined;
}

function apolloEntries({
  format,
  version,
  operations,
}: Record<string, unknown>): readonly Entry[] | undefined {
  if (format !== APOLLO_FORMAT || version !== 1 || !Array.isArray(operations)) return undefined;
  const entries = operations.map((one: unknown) => (isObject(one) ? { id: one.id, text: one.body } : {}));
  return entries.every(isEntry) ? entries : undefined;
}

function isEntry(entry: { readonly id?: unknown; readonly text?: unknown }): entry is Entry {
  return typeof entry.id === 'string' && entry.id !== '' && typeof entry.text === 'string';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is wrong with a document, in a sentence. */
function faultOf(text: string, api: GraphQLSchema): string | undefined {
  try {
    const document = parse(text);
    if (!document.definitions.some(({ kind }) => kind === Kind.OPERATION_DEFINITION))
      return 'It has no operation.';
    return validate(api, document, OPERATION_RULES)[0]?.message;
  } catch (error) {
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}
