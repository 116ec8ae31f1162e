import type { FastifyReply, FastifyRequest } from 'fastify';
import { ViewerError } from '../kit/viewer-error.ts';
import type { CurrentApp } from './current-app.ts';
import { hasAlready } from './entity-tag.ts';
import { sendError } from './error-answer.ts';
import { handedOver } from './hand-over.ts';
import type { MaskError } from './mask-errors.ts';
import { negotiateMediaType } from './negotiate-media-type.ts';
import { type Answer, type RunDeps, runOperation, statusOf, textOf } from './run-operation.ts';
import type { TimeLimits } from './time-limit.ts';

export interface AnswerDeps extends RunDeps {
  readonly current: CurrentApp;
  readonly limits: TimeLimits;
  readonly maskError: MaskError;
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
        deps.current.use((served) =>
          runOperation(
            { served, request, limit, deps, cookies },
            handed?.made?.by === served.app ? handed.made.context : undefined,
          ),
        ),
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

function refuseMediaType(request: FastifyRequest, reply: FastifyReply, maskError: MaskError): FastifyReply {
  const message =
    'Answers come as application/graphql-response+json or application/json; Accept names neither.';
  return sendError(new ViewerError('BAD_USER_INPUT', message), request, reply, maskError, 406);
}

function addHeaders(answer: Answer, type: string, reply: FastifyReply): void {
  if ('text' in answer) reply.headers(answer.headers ?? {});
  else for (const [name, value] of answer.headers) reply.header(name, value);
  // Apollo chooses among more types than we offer, and only once the operation has run.
  reply.header('content-type', `${type}; charset=utf-8`);
}

function send(answer: Answer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const text = textOf(answer);
  reply.code(statusOf(answer));
  if (!hasAlready(request, reply, text)) return reply.send(text);
  return reply.removeHeader('content-type').code(304).send();
}
