import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';
import { ViewerError } from '../kit/viewer-error.ts';
import { allowOrigins, answerPreflight } from './allow-origins.ts';
import type { CurrentApp } from './current-app.ts';
import { sendRouteError } from './error-answer.ts';
import type { MaskError } from './mask-errors.ts';
import { ADMIN_KEY_HEADER, resolveViewer } from './viewer.ts';

interface RouteDeps {
  readonly config: Config;
  readonly current: CurrentApp;
  readonly maskError: MaskError;
}

/** Paths that the app answers itself, whatever version of it is current. */
const PATHS = ['/auth/*', '/dev/mail'];

/** Hands requests to the app's own paths on, as web-standard requests go; origins are treated as for `/graphql`. */
export function addAppRoutes(http: FastifyInstance, deps: RouteDeps): void {
  const origins = allowOrigins(deps.config);
  for (const url of PATHS) {
    http.options(url, (request, reply) => answerPreflight(request.headers.origin, origins, reply));
    http.route({
      method: ['GET', 'POST'],
      url,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        origins.addHeaders(request.headers.origin, reply);
        try {
          return send(await ask(request, deps), reply);
        } catch (error) {
          addWait(error, reply);
          return sendRouteError(error, request, reply, deps.maskError);
        }
      },
    });
  }
}

function ask(request: FastifyRequest, { config, current }: RouteDeps): Promise<Response> {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, value && String(value)]),
  );
  const { hasAdminKey } = resolveViewer(headers, config);
  return current.use(async ({ app }) => {
    if (!app.answerRoute) throw new ViewerError('NOT_FOUND', 'There is nothing at this address.');
    return app.answerRoute({
      method: request.method,
      url: request.url,
      headers: { ...headers, [ADMIN_KEY_HEADER]: undefined },
      body: request.body,
      remoteAddress: request.ip,
      hasAdminKey,
    });
  });
}

async function send(answer: Response, reply: FastifyReply): Promise<FastifyReply> {
  for (const [name, value] of answer.headers) if (!NOT_COPIED.has(name)) reply.header(name, value);
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  return reply.code(answer.status).send(Buffer.from(await answer.arrayBuffer()));
}

const NOT_COPIED: ReadonlySet<string> = new Set([
  'set-cookie',
  'content-length',
  'transfer-encoding',
  'vary',
]);

/** RFC 9110 §10.2.3: how long to wait, for programs. */
function addWait(error: unknown, reply: FastifyReply): void {
  if (!(error instanceof ViewerError) || error.code !== 'RATE_LIMITED') return;
  const seconds = /(\d+) s\b/.exec(error.message)?.[1];
  if (seconds !== undefined) reply.header('retry-after', seconds);
}
