import type { HTTPGraphQLHead } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ViewerError } from '../kit/viewer-error.ts';
import { ERRORS } from './errors.ts';
import type { MaskError } from './mask-errors.ts';
import { negotiateMediaType } from './negotiate-media-type.ts';

/** Sends an error that happened outside an operation, in the form of a GraphQL answer without data. */
export function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  maskError: MaskError,
  status?: number,
): FastifyReply {
  const formatted = prepare(error, request, reply, maskError, status);
  const type = negotiateMediaType(request.headers.accept) ?? 'application/json';
  return reply.type(`${type}; charset=utf-8`).send(`${JSON.stringify({ errors: [formatted] })}\n`);
}

/** Sends an error of a path that is no GraphQL: with `message` and `code` as better-auth's clients look for them, too. */
export function sendRouteError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  maskError: MaskError,
): FastifyReply {
  const formatted = prepare(error, request, reply, maskError);
  const { message, extensions } = formatted;
  return reply.send({ message, code: extensions?.code, errors: [formatted] });
}

function prepare(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  maskError: MaskError,
  status?: number,
): GraphQLFormattedError {
  const failure = describeFailure(error, request.id, maskError);
  for (const [name, value] of failure.headers) reply.header(name, value);
  reply.code(status ?? failure.status);
  return failure.formatted;
}

/** What a request is told that has failed outside an operation. */
export interface RequestFailure {
  readonly formatted: GraphQLFormattedError;
  readonly status: number;
  readonly headers: Iterable<readonly [string, string]>;
}

export function describeFailure(error: unknown, requestId: string, maskError: MaskError): RequestFailure {
  const graphqlError =
    error instanceof GraphQLError
      ? error
      : new GraphQLError(error instanceof Error ? error.message : 'unknown', {
          originalError: error instanceof Error ? error : new Error(String(error)),
        });
  const formatted = maskError(graphqlError.toJSON(), graphqlError, requestId);
  const code = formatted.extensions?.code as keyof typeof ERRORS;
  const http = graphqlError.extensions.http as Partial<HTTPGraphQLHead> | undefined;
  return {
    formatted,
    status: http?.status ?? ERRORS[code]?.status ?? 400,
    headers: http?.headers ?? [],
  };
}

/** What Fastify refuses by itself, in words for the viewer; other faults of the client share one sentence. */
const FASTIFY_REFUSALS: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'The request body is too large.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'Send the operation as application/json in UTF-8.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body does not have the length that Content-Length states.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The request body is empty.',
};

/** Fastify's error handler: its own refusals keep their status, everything else is judged like any error. */
export function answerFailure(maskError: MaskError) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (error instanceof ViewerError) return sendError(error, request, reply, maskError);
    const { statusCode, code } = error as { statusCode?: number; code?: string };
    if (statusCode === undefined || statusCode < 400 || statusCode >= 500) {
      return sendError(error, request, reply, maskError);
    }
    const message = FASTIFY_REFUSALS[code ?? ''] ?? 'The request is malformed.';
    return sendError(new ViewerError('BAD_USER_INPUT', message), request, reply, maskError, statusCode);
  };
}
