import { HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { ViewerError } from '../kit/viewer-error.ts';
import { type Admit, plainOperation } from './admit-request.ts';
import type { CurrentApp, ServedApp } from './current-app.ts';
import { hasAlready } from './entity-tag.ts';
import { sendError } from './error-answer.ts';
import { ERRORS } from './errors.ts';
import { handedOver } from './hand-over.ts';
import { REQUEST_ID_HEADER, type RequestIds } from './make-apollo.ts';
import type { MaskError } from './mask-errors.ts';
import { negotiateMediaType } from './negotiate-media-type.ts';
import type { TimeLimit, TimeLimits } from './time-limit.ts';
import type { ContextValue, TextAnswer } from './types.ts';
import { ADMIN_KEY_HEADER } from './viewer.ts';

export interface AnswerDeps {
  readonly current: CurrentApp;
  readonly admit: Admit;
  readonly limits: TimeLimits;
  readonly maskError: MaskError;
  readonly requestIds: RequestIds;
}

/** Makes the handler of `/graphql`: limits, viewer and context are ours, the GraphQL pipeline is Apollo's. */
export function answerOperations(deps: AnswerDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const type = negotiateMediaType(request.headers.accept);
    if (type === undefined) return refuseMediaType(request, reply, deps.maskError);
    const handed = handedOver(request.raw);
    const limit = handed?.limit ?? deps.limits.start(reply.raw);
    const cookies = handed?.cookies ?? [];
    try {
      const answer = await limit.bound(
        deps.current.use((served) => run({ served, request, limit, deps, cookies }, handed?.context)),
      );
      addHeaders(answer, type, reply);
      // What signs somebody in or out is for nobody to keep.
      if (cookies.length > 0) reply.headers({ 'set-cookie': cookies, 'cache-control': 'no-store' });
      return send(answer, request, reply);
    } catch (error) {
      return sendError(error, request, reply, deps.maskError);
    } finally {
      limit.end();
    }
  };
}

/** What one request is answered with. */
interface Asked {
  readonly served: ServedApp;
  readonly request: FastifyRequest;
  readonly limit: TimeLimit;
  readonly deps: AnswerDeps;
  readonly cookies: string[];
}

/** The context is made once, by whoever needs it first, and failing to make it is Apollo's to report. */
async function run(
  asked: Asked,
  handed: ContextValue | undefined,
): Promise<HTTPGraphQLResponse | TextAnswer> {
  const { served, request, deps } = asked;
  let context = handed;
  const operation = context ? undefined : served.app.answerAgain && plainOperation(request);
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

function makeContext(
  { served, request, limit, deps, cookies }: Asked,
  search: string,
): ContextValue | Promise<ContextValue> {
  return served.app.createContext(deps.admit(request, search, limit, cookies));
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
    // HEAD is GET without the body, which Node leaves out by itself.
    httpGraphQLRequest: {
      method: request.method === 'HEAD' ? 'GET' : request.method,
      headers,
      search,
      body: request.body,
    },
    context: () => context(search),
  });
}

/** The query string with its question mark; empty where there is none, as for nearly every POST. */
function searchOf(url: string): string {
  return url.includes('?') ? new URL(url, 'http://localhost').search : '';
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

function addHeaders(answer: HTTPGraphQLResponse | TextAnswer, type: string, reply: FastifyReply): void {
  if ('text' in answer) reply.headers(answer.headers ?? {});
  else for (const [name, value] of answer.headers) reply.header(name, value);
  // Apollo chooses among more types than we offer, and only once the operation has run.
  reply.header('content-type', `${type}; charset=utf-8`);
}

function send(
  answer: HTTPGraphQLResponse | TextAnswer,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const text = textOf(answer);
  reply.code('text' in answer ? 200 : (answer.status ?? 200));
  if (!hasAlready(request, reply, text)) return reply.send(text);
  return reply.removeHeader('content-type').code(304).send();
}

function textOf(answer: HTTPGraphQLResponse | TextAnswer): string {
  if ('text' in answer) return answer.text;
  if (answer.body.kind !== 'complete') throw new Error('Incremental delivery is not supported');
  return answer.body.string;
}
