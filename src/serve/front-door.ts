import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { charsOf } from '../kit/byte-text.ts';
import { type GraphqlDeps, PATH } from './add-graphql-routes.ts';
import { type Incoming, plainOperation } from './admit-request.ts';
import { closeWithConnection, isLastOnConnection } from './close-with-connection.ts';
import { handOver, type MadeContext } from './hand-over.ts';
import type { Life } from './life.ts';
import type { Log } from './log.ts';
import { logRequest } from './log-request.ts';
import { negotiateMediaType } from './negotiate-media-type.ts';
import { parseJsonBody } from './parse-json-bodies.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import type { TimeLimit } from './time-limit.ts';
import type { TextAnswer } from './types.ts';
import { writeTurn } from './write-turn.ts';

interface DoorDeps extends GraphqlDeps {
  /** Where a request comes from, as Fastify would say. */
  readonly addressOf: (request: IncomingMessage) => string;
  readonly life: Life;
  readonly log: Log;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Stands before Fastify for the one kind of request that there are most of: an ordinary post of an operation. Where the app
 * can answer it at once, it is answered here; whatever else it turns out to be is handed over as it is, so that every
 * refusal and every failure has one origin. Every request comes by here, so here they are counted, each once.
 */
export function openFrontDoor(server: Server, deps: DoorDeps): void {
  const [fastify] = server.listeners('request') as Handle[];
  if (!fastify) throw new Error('Fastify does not listen to its server');
  server.removeListener('request', fastify);
  const ended = (): void => deps.life.ended();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    closeWithConnection(request, response);
    deps.life.began();
    response.once('close', ended);
    if (mayEnter(request, deps)) receive(request, response, deps, fastify.bind(server));
    else fastify.call(server, request, response);
  });
}

const JSON_TYPE = /^application\/json(?:\s*;\s*charset=utf-8)?$/i;

/** A post of JSON of a stated and allowed length, without anything that would have to be thought about. */
function mayEnter({ method, url, headers }: IncomingMessage, { config, life, current }: DoorDeps): boolean {
  const length = Number(headers['content-length']);
  return (
    method === 'POST' &&
    url === PATH &&
    !life.stopping &&
    length > 0 &&
    length <= config.limits.bodyBytes &&
    JSON_TYPE.test(headers['content-type'] ?? '') &&
    headers['content-encoding'] === undefined &&
    headers['transfer-encoding'] === undefined &&
    headers.expect === undefined &&
    current.app.answerAgain !== undefined
  );
}

function receive(request: IncomingMessage, response: ServerResponse, deps: DoorDeps, fastify: Handle): void {
  const began = performance.now();
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    const visit = new Visit(request, response, body, deps);
    visit.answer().then(
      (answer) => (answer ? writeTurn().then(() => visit.send(answer, began)) : visit.handOver(fastify)),
      () => visit.handOver(fastify),
    );
  });
}

/** One request that has been read. */
class Visit {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #body: Buffer;
  readonly #deps: DoorDeps;
  readonly #id = randomUUID();
  readonly #limit: TimeLimit;
  readonly #cookies: string[] = [];
  #made: MadeContext | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, body: Buffer, deps: DoorDeps) {
    this.#request = request;
    this.#response = response;
    this.#body = body;
    this.#deps = deps;
    this.#limit = deps.limits.start(response);
  }

  /** Undefined, or any failure: Fastify is to be asked. */
  async answer(): Promise<TextAnswer | undefined> {
    const { addressOf, admit, current, putDocument } = this.#deps;
    const { headers } = this.#request;
    const incoming: Incoming = {
      id: this.#id,
      method: 'POST',
      url: PATH,
      ip: addressOf(this.#request),
      headers,
      body: parseJsonBody(this.#body),
      raw: this.#request,
    };
    if (negotiateMediaType(headers.accept) === undefined) return undefined;
    if (typeof incoming.body === 'object' && incoming.body !== null) putDocument(incoming);
    const operation = plainOperation(incoming);
    if (!operation) return undefined;
    return this.#limit.bound(
      current.use(async ({ app }) => {
        const context = await app.createContext(admit(incoming, '', this.#limit, this.#cookies));
        this.#made = { by: app, context };
        return app.answerAgain?.(operation, context);
      }),
    );
  }

  send(answer: TextAnswer, began: number): void {
    this.#limit.end();
    const type = negotiateMediaType(this.#request.headers.accept) ?? 'application/json';
    const isLast = this.#deps.life.stopping && isLastOnConnection(this.#request, this.#response);
    this.#response.writeHead(200, {
      ...SECURITY_HEADERS,
      'x-request-id': this.#id,
      ...this.#deps.origins.headersFor(this.#request.headers.origin),
      ...answer.headers,
      // What signs somebody in or out is for nobody to keep.
      ...(this.#cookies.length > 0 && { 'set-cookie': this.#cookies, 'cache-control': 'no-store' }),
      ...(isLast && { connection: 'close' }),
      'content-type': `${type}; charset=utf-8`,
      'content-length': answer.text.length,
    });
    this.#response.end(charsOf(answer.text), 'latin1');
    const ms = performance.now() - began;
    logRequest(this.#deps.log, { id: this.#id, method: 'POST', url: PATH, status: 200, ms });
  }

  handOver(fastify: Handle): void {
    const parts = { id: this.#id, body: this.#body, limit: this.#limit, cookies: this.#cookies };
    handOver(this.#request, { ...parts, made: this.#made });
    fastify(this.#request, this.#response);
  }
}
