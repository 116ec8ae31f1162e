import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { Config } from '../config/config.ts';
import { ViewerError } from '../kit/viewer-error.ts';
import type { CurrentApp, ServedApp } from './current-app.ts';
import { sendError } from './error-answer.ts';
import { ERRORS } from './errors.ts';
import { limitOperation, type OperationFacts } from './limit-operation.ts';
import { REQUEST_ID_HEADER, type RequestIds } from './make-apollo.ts';
import type { MaskError } from './mask-errors.ts';
import { negotiateMediaType } from './negotiate-media-type.ts';
import { refuseHostileJson } from './refuse-hostile-json.ts';
import { RecentMap } from './remember-recent.ts';
import { startTimeLimit, type TimeLimit } from './time-limit.ts';
import type { ContextValue, PlainOperation, RequestInfo, TextAnswer } from './types.ts';
import { ADMIN_KEY_HEADER, resolveViewer } from './viewer.ts';

export interface AnswerDeps {
  readonly config: Config;
  readonly current: CurrentApp;
  readonly maskError: MaskError;
  readonly requestIds: RequestIds;
  /** Aborted when a stop has used up its grace. */
  readonly stop: AbortSignal;
}

/** Documents longer than this are measured anew each time: they are rare, and the memory is for strangers to fill. */
const REMEMBERED_LENGTH = 16_384;
const REMEMBERED_DOCUMENTS = 500;

/** Makes the handler of `/graphql`: limits, viewer and context are ours, the GraphQL pipeline is Apollo's. */
export function answerOperations(deps: AnswerDeps) {
  const measured = new RecentMap<OperationFacts>(REMEMBERED_DOCUMENTS);
  const measure = (source: string): OperationFacts => {
    const known = measured.get(source);
    if (known) return known;
    const facts = limitOperation(source, deps.config.limits);
    if (source.length <= REMEMBERED_LENGTH) measured.set(source, facts);
    return facts;
  };
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const type = negotiateMediaType(request.headers.accept);
    if (type === undefined) return refuseMediaType(request, reply, deps.maskError);
    const limit = startTimeLimit(deps.config.limits.requestMs, reply.raw, deps.stop);
    try {
      const cookies: string[] = [];
      const answer = await limit.bound(
        deps.current.use((served) => run({ served, request, limit, measure, deps, cookies })),
      );
      if (cookies.length > 0) reply.header('set-cookie', cookies);
      return send(answer, type, reply);
    } catch (error) {
      return sendError(error, request, reply, deps.maskError);
    } finally {
      limit.end();
    }
  };
}

type Measure = (source: string) => OperationFacts;

/** What one request is answered with. */
interface Asked {
  readonly served: ServedApp;
  readonly request: FastifyRequest;
  readonly limit: TimeLimit;
  readonly measure: Measure;
  readonly deps: AnswerDeps;
  readonly cookies: string[];
}

/** The context is made once, by whoever needs it first, and failing to make it is Apollo's to report. */
async function run(asked: Asked): Promise<HTTPGraphQLResponse | TextAnswer> {
  const { served, request, deps } = asked;
  let context: ContextValue | undefined;
  const operation = served.app.answerAgain && plainOperation(request);
  if (operation) {
    try {
      context = await makeContext(asked, '');
    } catch (error) {
      return askApollo(asked, () => Promise.reject(asRequestError(error, request.id, deps.requestIds)));
    }
    const answer = await served.app.answerAgain?.(operation, context);
    if (answer) return answer;
  }
  return askApollo(asked, async (search) => {
    try {
      return context ?? (await makeContext(asked, search));
    } catch (error) {
      throw asRequestError(error, request.id, deps.requestIds);
    }
  });
}

function askApollo(
  { served, request }: Asked,
  context: (search: string) => Promise<ContextValue>,
): Promise<HTTPGraphQLResponse> {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, String(value));
  headers.delete(ADMIN_KEY_HEADER);
  headers.set(REQUEST_ID_HEADER, request.id);
  const search = searchOf(request.url);
  return served.apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method, headers, search, body: request.body },
    context: () => context(search),
  });
}

function makeContext(asked: Asked, search: string): ContextValue | Promise<ContextValue> {
  const { served, cookies } = asked;
  return served.app.createContext({
    ...admit(asked, search),
    setCookie: (cookie) => cookies.push(cookie),
  });
}

/** A post of a text, variables and a name, and of nothing else that could change what is answered. */
function plainOperation({ method, body }: FastifyRequest): PlainOperation | undefined {
  if (method !== 'POST' || typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
  const { query, variables, operationName, ...others } = body as Readonly<Record<string, unknown>>;
  if (typeof query !== 'string' || Object.keys(others).length > 0) return undefined;
  if (operationName != null && typeof operationName !== 'string') return undefined;
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) return undefined;
  return {
    query,
    operationName: operationName ?? undefined,
    variables: (variables as PlainOperation['variables']) ?? undefined,
  };
}

/** The query string with its question mark; empty where there is none, as for nearly every POST. */
function searchOf(url: string): string {
  return url.includes('?') ? new URL(url, 'http://localhost').search : '';
}

/** Everything that is decided before Apollo reads the operation. Wrong shapes of the body are left to Apollo. */
function admit({ request, limit, measure, deps }: Asked, search: string): Omit<RequestInfo, 'setCookie'> {
  const { config, maskError } = deps;
  const parameters = readParameters(request, search);
  refuseHostileJson(parameters, config.limits.jsonDepth);
  const headers = singleHeaders(request);
  const { viewer, hasAdminKey } = resolveViewer(headers, config);
  const source = sourceOf(parameters);
  const facts = source === undefined ? undefined : measure(source);
  if (facts?.usesIntrospection && config.mode === 'production' && !hasAdminKey) {
    throw new ViewerError('FORBIDDEN', 'Introspection is off in production, except with the admin key.');
  }
  return {
    method: request.method,
    url: request.url,
    headers: withoutAdminKey(headers),
    requestId: request.id,
    signal: limit.signal,
    remoteAddress: request.ip,
    viewer,
    hasAdminKey,
    toViewer: (error) => maskError(error.toJSON(), error, request.id),
  };
}

function readParameters(request: FastifyRequest, search: string): unknown {
  if (request.method !== 'GET') return request.body;
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

function singleHeaders(request: FastifyRequest): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const name of Object.keys(request.headers)) {
    const value = request.headers[name];
    headers[name] = value && String(value);
  }
  return headers;
}

/** The request as a whole fails, so the code's HTTP status is due, which a field's error does not get. */
function asRequestError(error: unknown, requestId: string, requestIds: RequestIds): GraphQLError {
  const known =
    error instanceof ViewerError ? ERRORS[error.code].status : ERRORS.INTERNAL_SERVER_ERROR.status;
  const message = error instanceof Error ? error.message : 'Unknown failure';
  const wrapped = new GraphQLError(message, {
    originalError: error instanceof Error ? error : new Error(String(error)),
    extensions: { http: { status: known, headers: new HeaderMap() } },
  });
  requestIds.set(wrapped, requestId);
  return wrapped;
}

function refuseMediaType(request: FastifyRequest, reply: FastifyReply, maskError: MaskError): FastifyReply {
  const message =
    'Answers come as application/graphql-response+json or application/json; Accept names neither.';
  return sendError(new ViewerError('BAD_USER_INPUT', message), request, reply, maskError, 406);
}

function send(answer: HTTPGraphQLResponse | TextAnswer, type: string, reply: FastifyReply): FastifyReply {
  // Apollo chooses among more types than we offer, and only once the operation has run.
  const contentType = `${type}; charset=utf-8`;
  if ('text' in answer) {
    if (answer.headers) reply.headers(answer.headers);
    return reply.header('content-type', contentType).send(answer.text);
  }
  if (answer.body.kind !== 'complete') throw new Error('Incremental delivery is not supported');
  for (const [name, value] of answer.headers) reply.header(name, value);
  reply.header('content-type', contentType);
  return reply.code(answer.status ?? 200).send(answer.body.string);
}
