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
import type { RequestInfo } from './types.ts';
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
        deps.current.use((served) => run(served, request, limit, measure, deps, cookies)),
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

function run(
  served: ServedApp,
  request: FastifyRequest,
  limit: TimeLimit,
  measure: Measure,
  deps: AnswerDeps,
  cookies: string[],
): Promise<HTTPGraphQLResponse> {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, String(value));
  headers.delete(ADMIN_KEY_HEADER);
  headers.set(REQUEST_ID_HEADER, request.id);
  const search = searchOf(request.url);
  return served.apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method, headers, search, body: request.body },
    context: async () => {
      try {
        return await served.app.createContext({
          ...admit(request, search, limit, measure, deps),
          setCookie: (cookie) => cookies.push(cookie),
        });
      } catch (error) {
        throw asRequestError(error, request.id, deps.requestIds);
      }
    },
  });
}

/** The query string with its question mark; empty where there is none, as for nearly every POST. */
function searchOf(url: string): string {
  return url.includes('?') ? new URL(url, 'http://localhost').search : '';
}

/** Everything that is decided before Apollo reads the operation. Wrong shapes of the body are left to Apollo. */
function admit(
  request: FastifyRequest,
  search: string,
  limit: TimeLimit,
  measure: Measure,
  deps: AnswerDeps,
): Omit<RequestInfo, 'setCookie'> {
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
    headers: { ...headers, [ADMIN_KEY_HEADER]: undefined },
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

function singleHeaders(request: FastifyRequest): Record<string, string | undefined> {
  const entries = Object.entries(request.headers).map(
    ([name, value]) => [name, value && String(value)] as const,
  );
  return Object.fromEntries(entries);
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

function send(answer: HTTPGraphQLResponse, type: string, reply: FastifyReply): FastifyReply {
  if (answer.body.kind !== 'complete') throw new Error('Incremental delivery is not supported');
  for (const [name, value] of answer.headers) reply.header(name, value);
  // Apollo chooses among more types than we offer, and only once the operation has run.
  reply.header('content-type', `${type}; charset=utf-8`);
  return reply.code(answer.status ?? 200).send(answer.body.string);
}
