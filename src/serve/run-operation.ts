import type { HTTPGraphQLResponse } from '@apollo/server';
import { GraphQLError } from 'graphql';
import { HeaderMap } from '../kit/apollo-server.ts';
import { fromByteText } from '../kit/byte-text.ts';
import { type Admit, type Incoming, plainOperation } from './admit-request.ts';
import type { ServedApp } from './current-app.ts';
import { ERRORS, isErrorCode } from './errors.ts';
import { REQUEST_ID_HEADER, type RequestIds } from './make-apollo.ts';
import { codeOfFailure } from './mask-errors.ts';
import type { TimeLimit } from './time-limit.ts';
import type { ContextValue, TextAnswer } from './types.ts';
import { ADMIN_KEY_HEADER } from './viewer.ts';

export interface RunDeps {
  readonly admit: Admit;
  readonly requestIds: RequestIds;
}

/** One operation, and what it is answered with. */
export interface Asked {
  readonly served: ServedApp;
  readonly request: Incoming;
  readonly limit: TimeLimit;
  readonly deps: RunDeps;
  readonly cookies: string[];
}

export type Answer = HTTPGraphQLResponse | TextAnswer;

/**
 * Runs an operation, whatever has brought it: limits, viewer and context are ours, the GraphQL pipeline is Apollo's. The
 * context is made once, by whoever needs it first, and failing to make it is Apollo's to report.
 * @param handed the context, where it has been made already
 */
export async function runOperation(asked: Asked, handed: ContextValue | undefined): Promise<Answer> {
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
  const code = codeOfFailure(error);
  const { status } = ERRORS[isErrorCode(code) ? code : 'INTERNAL_SERVER_ERROR'];
  const message = error instanceof Error ? error.message : 'Unknown failure';
  const wrapped = new GraphQLError(message, {
    originalError: error instanceof Error ? error : new Error(String(error)),
    extensions: { http: { status, headers: new HeaderMap() } },
  });
  requestIds.set(wrapped, requestId);
  return wrapped;
}

export function statusOf(answer: Answer): number {
  return 'text' in answer ? 200 : (answer.status ?? 200);
}

export function textOf(answer: Answer): string {
  if ('text' in answer) return fromByteText(answer.text);
  if (answer.body.kind !== 'complete') throw new Error('Incremental delivery is not supported');
  return answer.body.string;
}
