import type { Config } from '../../config/config.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { Incoming } from '../admit-request.ts';
import type { CurrentApp } from '../current-app.ts';
import { resolveViewer } from '../viewer.ts';
import { type DocumentRules, findDocument } from './find-document.ts';
import { RegisteredTexts } from './registered-texts.ts';

/** Puts the text that a request means into the request, so that nobody after it has to know of ids. */
export type PutDocument = (request: Incoming) => void;

export function putDocuments(config: Config, current: CurrentApp): PutDocument {
  const registered = new RegisteredTexts();
  return (request) => {
    const rules: DocumentRules = { access: config.documents, trusted: current.app.documents, registered };
    const mayAskFreely = (): boolean =>
      resolveViewer(request.headers as Record<string, string | undefined>, config).hasAdminKey;
    if (request.method !== 'POST') putIntoUrl(request, rules, mayAskFreely);
    else if (typeof request.body === 'object' && request.body !== null && !Array.isArray(request.body))
      request.body = findDocument(request.body as Record<string, unknown>, rules, mayAskFreely);
  };
}

/** The address is what Apollo reads a query by GET from. */
function putIntoUrl(request: Incoming, rules: DocumentRules, mayAskFreely: () => boolean): void {
  const [path = '', search = ''] = split(request.url);
  const given = new URLSearchParams(search);
  for (const name of ['query', 'documentId', 'extensions']) refuseTwice(given, name);
  const parameters = {
    query: given.get('query') ?? undefined,
    documentId: given.get('documentId') ?? undefined,
    extensions: parseJson(given.get('extensions')),
  };
  const found = findDocument(parameters, rules, mayAskFreely);
  if (found === parameters) return;
  given.set('query', String(found.query));
  given.delete('documentId');
  given.delete('extensions');
  if (found.extensions !== undefined) given.set('extensions', JSON.stringify(found.extensions));
  request.raw.url = `${path}?${given}`;
}

/** One of two would be ignored in silence. */
function refuseTwice(given: URLSearchParams, name: string): void {
  if (given.getAll(name).length < 2) return;
  throw new ViewerError('BAD_USER_INPUT', `The '${name}' search parameter may only be specified once.`);
}

function split(url: string): readonly [string, string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

/** Malformed JSON is Apollo's to report. */
function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
