import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.ts';
import { isLocalHost } from '../../kit/is-local-host.ts';
import type { CurrentApp } from '../current-app.ts';
import type { Log } from '../log.ts';
import { bundleFinder } from './find-bundle.ts';
import { pagePolicy, renderNotice, renderPage } from './render-page.ts';

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
};

/** A notice is text, with an empty icon so that the browser does not ask for one. */
const NOTICE_POLICY = "default-src 'none'; img-src data:; frame-ancestors 'none'";

/** Serves GraphiQL's files below `path`, and returns what sends the page itself. Development only. */
export function addGraphiqlRoutes(
  http: FastifyInstance,
  path: string,
  deps: { readonly config: Config; readonly current: CurrentApp },
  log: Log,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  const findBundle = bundleFinder();

  http.get(`${path}/assets/:file`, async (request, reply) => {
    const { file } = request.params as { file: string };
    const bundle = await findBundle();
    const type = MEDIA_TYPES[extname(file)];
    // Names of our own making only: no separators, so nothing outside the folder can be named.
    if (bundle.state !== 'ready' || type === undefined || !/^[\w-][\w.-]*$/.test(file))
      return reply.callNotFound();
    const found = await stat(join(bundle.folder, file)).catch(() => undefined);
    if (!found?.isFile()) return reply.callNotFound();
    reply.header('cache-control', 'no-cache').header('content-length', found.size).type(type);
    return reply.send(createReadStream(join(bundle.folder, file)));
  });

  return async (request, reply) => {
    const bundle = await findBundle();
    reply.type('text/html; charset=utf-8').header('content-security-policy', NOTICE_POLICY);
    if (bundle.state === 'building')
      return reply.send(renderNotice('Preparing GraphiQL, a few seconds…', true));
    if (bundle.state === 'failed') {
      log.error({ reason: bundle.reason }, 'GraphiQL could not be bundled');
      return reply.code(500).send(renderNotice('GraphiQL could not be bundled; the log says why.', false));
    }
    const nonce = randomBytes(16).toString('base64');
    reply.header('content-security-policy', pagePolicy(nonce));
    const samples = deps.current.app.samples ?? [];
    return reply.send(renderPage({ endpoint: path, adminKey: keyForPage(request, deps), samples }, nonce));
  };
}

/**
 * The admin key for the viewer switch, for a browser on this machine only: the name in the address bar must be local
 * (DNS rebinding), and so must the connection, which must not come through a proxy or tunnel either.
 */
function keyForPage(request: FastifyRequest, { config }: { readonly config: Config }): string | null {
  const { headers, socket } = request;
  const loopback = /^(127\.|::1$|::ffff:127\.)/.test(socket.remoteAddress ?? '');
  const proxied = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  return loopback && !proxied && isLocalHost(headers.host) ? (config.adminKey?.value ?? null) : null;
}
