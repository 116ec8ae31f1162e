import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';
import { ViewerError } from '../kit/viewer-error.ts';
import { type AllowedOrigins, answerPreflight } from './allow-origins.ts';
import { type AnswerDeps, answerOperations } from './answer-operation.ts';
import type { PutDocument } from './documents/put-document.ts';
import { sendError } from './error-answer.ts';
import { addGraphiqlRoutes } from './graphiql/add-graphiql-routes.ts';
import type { Log } from './log.ts';
import { asksForPage } from './negotiate-media-type.ts';
import { refuseCrossSiteRequests } from './refuse-cross-site-requests.ts';

export const PATH = '/graphql';

export interface GraphqlDeps extends AnswerDeps {
  readonly config: Config;
  readonly origins: AllowedOrigins;
  readonly putDocument: PutDocument;
}

/** `/graphql`: operations by POST and GET, preflights, and in development GraphiQL for browsers. */
export function addGraphqlRoutes(http: FastifyInstance, deps: GraphqlDeps, log: Log): void {
  const { origins, putDocument } = deps;
  const answer = answerOperations(deps);
  const sendPage = deps.config.mode === 'development' ? addGraphiqlRoutes(http, PATH, deps, log) : undefined;

  http.post(PATH, (request, reply) => {
    origins.addHeaders(request.headers.origin, reply);
    putDocument(request);
    return answer(request, reply);
  });
  http.get(PATH, { exposeHeadRoute: true }, (request, reply) => {
    // The page carries admin access, so it goes out without CORS headers: no other origin may read it.
    if (sendPage && asksForPage(request.headers.accept)) return sendPage(request, reply);
    origins.addHeaders(request.headers.origin, reply);
    refuseCrossSiteRequests(headersOf(request), origins);
    putDocument(request);
    return answer(request, reply);
  });
  http.options(PATH, (request, reply) => answerPreflight(request.headers.origin, origins, reply));
  http.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: PATH,
    handler: (request, reply) => {
      reply.header('allow', 'GET, HEAD, POST, OPTIONS');
      const message = 'Send operations by POST, or queries by GET.';
      return sendError(new ViewerError('BAD_USER_INPUT', message), request, reply, deps.maskError, 405);
    },
  });
}

function headersOf(request: FastifyRequest): Readonly<Record<string, string | undefined>> {
  return request.headers as Readonly<Record<string, string | undefined>>;
}
