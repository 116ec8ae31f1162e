import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Config } from '../config/config.ts';
import { RecentMap } from '../kit/recent-map.ts';
import { ViewerError } from '../kit/viewer-error.ts';
import { limitOperation, type OperationFacts } from './limit-operation.ts';
import type { MaskError } from './mask-errors.ts';
import { refuseHostileJson } from './refuse-hostile-json.ts';
import type { TimeLimit } from './time-limit.ts';
import type { PlainOperation, RequestInfo } from './types.ts';
import { ADMIN_KEY_HEADER, resolveViewer } from './viewer.ts';

/** What answering an operation needs of a request, whoever has received it. */
export interface Incoming {
  readonly id: string;
  readonly method: string;
  /** Path and query string. */
  readonly url: string;
  readonly ip: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON body, if there was one. */
  body: unknown;
  readonly raw: IncomingMessage;
}

/** Everything that is decided before the operation is looked at any closer. @throws ViewerError */
export type Admit = (request: Incoming, search: string, limit: TimeLimit, cookies: string[]) => RequestInfo;

/** Documents longer than this are measured anew each time: they are rare, and the memory is for strangers to fill. */
const REMEMBERED_LENGTH = 16_384;
const REMEMBERED_DOCUMENTS = 500;

/** Makes the gate of `/graphql`: hostile JSON, viewer, limits of the document. Wrong shapes of the body are left to Apollo. */
export function admitRequests(config: Config, maskError: MaskError): Admit {
  const measured = new RecentMap<OperationFacts>(REMEMBERED_DOCUMENTS);
  const measure = (source: string): OperationFacts => {
    const known = measured.get(source);
    if (known) return known;
    const facts = limitOperation(source, config.limits);
    if (source.length <= REMEMBERED_LENGTH) measured.set(source, facts);
    return facts;
  };
  return (request, search, limit, cookies) => {
    const parameters = readParameters(request, search);
    refuseHostileJson(parameters, config.limits.jsonDepth);
    const headers = singleHeaders(request);
    const { viewer, hasAdminKey } = resolveViewer(headers, config);
    const source = sourceOf(parameters);
    const facts = source === undefined ? undefined : measure(source);
    if (facts?.usesIntrospection && config.mode === 'production' && !hasAdminKey) {
      throw new ViewerError('FORBIDDEN', 'Introspection is off in production, except with the admin key.');
    }
    return new Admitted(request, limit, {
      headers: withoutAdminKey(headers),
      viewer,
      hasAdminKey,
      setCookie: (cookie) => cookies.push(cookie),
      toViewer: (error) => maskError(error.toJSON(), error, request.id),
    });
  };
}

/** A class for `signal` alone, which an object literal would have as a function of its own: V8 keeps those for long. */
class Admitted implements RequestInfo {
  readonly method: string;
  readonly url: string;
  readonly headers: RequestInfo['headers'];
  readonly requestId: string;
  readonly remoteAddress: string;
  readonly viewer: RequestInfo['viewer'];
  readonly hasAdminKey: boolean;
  readonly setCookie: RequestInfo['setCookie'];
  readonly toViewer: RequestInfo['toViewer'];
  readonly #limit: TimeLimit;

  constructor(
    { method, url, id, ip }: Incoming,
    limit: TimeLimit,
    facts: Pick<RequestInfo, 'headers' | 'viewer' | 'hasAdminKey' | 'setCookie' | 'toViewer'>,
  ) {
    this.method = method;
    this.url = url;
    this.headers = facts.headers;
    this.requestId = id;
    this.remoteAddress = ip;
    this.viewer = facts.viewer;
    this.hasAdminKey = facts.hasAdminKey;
    this.setCookie = facts.setCookie;
    this.toViewer = facts.toViewer;
    this.#limit = limit;
  }

  get signal(): AbortSignal {
    return this.#limit.signal;
  }
}

/** A post of a text, variables and a name, and of nothing else that could change what is answered. */
export function plainOperation({ method, body }: Incoming): PlainOperation | undefined {
  if (method !== 'POST' || typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { query, variables, operationName, extensions, ...others } = body as Readonly<
    Record<string, unknown>
  >;
  if (typeof query !== 'string' || Object.keys(others).length > 0) return undefined;
  if (extensions !== undefined && !namesNoDocument(extensions)) return undefined;
  if (operationName != null && typeof operationName !== 'string') return undefined;
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) return undefined;
  return {
    query,
    operationName: operationName ?? undefined,
    variables: (variables as PlainOperation['variables']) ?? undefined,
  };
}

/** Nothing looks at what clients add, such as the `clientLibrary` that Apollo Client sends with each operation. */
function namesNoDocument(extensions: unknown): boolean {
  if (typeof extensions !== 'object' || extensions === null || Array.isArray(extensions)) return false;
  return !Object.hasOwn(extensions, 'persistedQuery');
}

function readParameters(request: Incoming, search: string): unknown {
  if (request.method === 'POST') return request.body;
  const parameters = new URLSearchParams(search);
  return {
    query: parameters.get('query') ?? undefined,
    operationName: parameters.get('operationName') ?? undefined,
    variables: parseJson(parameters.get('variables')),
    extensions: parseJson(parameters.get('extensions')),
  };
}

/** Malformed JSON is undefined here; Apollo says so to the client. */
function parseJson(text: string | null): unknown {
  try {
    return text === null ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function sourceOf(parameters: unknown): string | undefined {
  const query =
    typeof parameters === 'object' && parameters !== null && 'query' in parameters && parameters.query;
  return typeof query === 'string' ? query : undefined;
}

function withoutAdminKey(headers: Record<string, string | undefined>): RequestInfo['headers'] {
  headers[ADMIN_KEY_HEADER] = undefined;
  return headers;
}

function singleHeaders(request: Incoming): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const name of Object.keys(request.headers)) {
    const value = request.headers[name];
    headers[name] = value && String(value);
  }
  return headers;
}
