import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { UserError } from '../kit/user-error.ts';
import { ViewerError } from '../kit/viewer-error.ts';
import { addAppRoutes } from './add-app-routes.ts';
import { addGraphqlRoutes, type GraphqlDeps } from './add-graphql-routes.ts';
import { addressFinder } from './address-of.ts';
import { admitRequests } from './admit-request.ts';
import { allowOrigins } from './allow-origins.ts';
import { isLastOnConnection } from './close-with-connection.ts';
import { CurrentApp } from './current-app.ts';
import { putDocuments } from './documents/put-document.ts';
import { answerFailure, sendError } from './error-answer.ts';
import { openFrontDoor } from './front-door.ts';
import { handedOver } from './hand-over.ts';
import { addHealthRoutes } from './health.ts';
import { Life } from './life.ts';
import type { Log } from './log.ts';
import { logRequest } from './log-request.ts';
import type { RequestIds } from './make-apollo.ts';
import { type MaskError, maskErrorsWith } from './mask-errors.ts';
import { parseJsonBodies } from './parse-json-bodies.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { openSockets } from './sockets/open-sockets.ts';
import { stopping, TimeLimits } from './time-limit.ts';
import type { PlinthServer, ServerOptions } from './types.ts';

/** Sets up the HTTP server: Apollo Server behind a lean handler, health, and GraphiQL in development. */
export async function createServer(options: ServerOptions): Promise<PlinthServer> {
  const { config, log } = options;
  const maskError = maskErrorsWith({ mode: config.mode, log });
  const requestIds: RequestIds = new WeakMap();
  const current = await CurrentApp.start(options.app, { config, log, maskError, requestIds });
  const life = new Life();
  const http = makeHttp(options);

  // In this order: every answer gets the headers, even a refusal; a stopping server refuses before it reads anything.
  addSecurityHeaders(http);
  addRequestLog(http, log);
  refuseWhileStopping(http, life, maskError);
  parseJsonBodies(http);
  http.setErrorHandler(answerFailure(maskError));
  http.setNotFoundHandler((request, reply) =>
    sendError(new ViewerError('NOT_FOUND', 'There is nothing at this address.'), request, reply, maskError),
  );
  addHealthRoutes(http, options, () => life.stopping);
  const graphql: GraphqlDeps = {
    config,
    current,
    maskError,
    requestIds,
    origins: allowOrigins(config),
    putDocument: putDocuments(config, current),
    admit: admitRequests(config, maskError),
    limits: new TimeLimits(config.limits.requestMs, life.cutOff.signal),
  };
  addGraphqlRoutes(http, graphql, log);
  addAppRoutes(http, { config, current, maskError });
  if (config.mode === 'development') http.get('/', (_request, reply) => reply.redirect('/graphql'));
  await http.ready();
  const edge = { ...graphql, addressOf: addressFinder(config.trustedProxies), life, log };
  openFrontDoor(http.server, edge);
  const sockets = openSockets(http.server, edge);
  return {
    listen: () => listen(http, options),
    pause: (patienceMs) => current.pause(patienceMs),
    resume: () => current.resume(),
    replaceApp: async (next) => {
      await current.replace(next);
      sockets.restart();
    },
    close: ({ graceMs = 10_000 } = {}) => life.close({ http, sockets, current }, graceMs),
  };
}

function makeHttp({ config, log }: ServerOptions): FastifyInstance {
  const { timeouts, trustedProxies } = config;
  return fastify({
    loggerInstance: log as FastifyBaseLogger,
    // We write one line per request ourselves (addRequestLog), and need no logger per request for it.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (logger) => logger,
    genReqId: (request) => handedOver(request as IncomingMessage)?.id ?? randomUUID(),
    requestIdHeader: false,
    // Anybody can send X-Forwarded-For: only what these have added to it counts.
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    bodyLimit: config.limits.bodyBytes,
    connectionTimeout: timeouts.idleMs,
    requestTimeout: timeouts.bodyMs,
    keepAliveTimeout: timeouts.keepAliveMs,
    // Our own refusal says the same as a GraphQL answer, and leaves health readable.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    // No route has a JSON schema: Fastify's compilers for them would be loaded all the same.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    http: {
      headersTimeout: timeouts.headersMs,
      // How often Node looks for connections that exceed the two limits above.
      connectionsCheckingInterval: Math.min(5_000, timeouts.headersMs),
    },
  }) as unknown as FastifyInstance;
}

function noSchemas(): never {
  throw new Error('Routes have no JSON schemas here');
}

function refuseWhileStopping(http: FastifyInstance, life: Life, maskError: MaskError): void {
  http.addHook('onRequest', (request, reply, done) => {
    if (!life.stopping || request.url.startsWith('/health/')) return done();
    sendError(stopping(), request, reply, maskError);
  });
  http.addHook('onSend', (request, reply, _payload, done) => {
    if (life.stopping && isLastOnConnection(request.raw, reply.raw)) reply.header('connection', 'close');
    done();
  });
}

function addRequestLog(http: FastifyInstance, log: Log): void {
  http.addHook('onResponse', (request, reply, done) => {
    const { id, method, url } = request;
    logRequest(log, { id, method, url, status: reply.statusCode, ms: reply.elapsedTime });
    done();
  });
}

async function listen(
  http: FastifyInstance,
  { config }: ServerOptions,
): Promise<{ url: string; port: number }> {
  try {
    await http.listen({ host: config.host, port: config.port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new UserError(
      `Port ${config.port} is in use by another process. Stop that one, or choose another port with PORT or --port.`,
    );
  }
  const { port } = http.server.address() as AddressInfo;
  const everywhere = config.host === '0.0.0.0' || config.host === '::';
  const host = everywhere || config.host === '127.0.0.1' ? 'localhost' : config.host;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, port };
}
