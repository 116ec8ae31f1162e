import type { IncomingHttpHeaders } from 'node:http';
import { ViewerError } from '../../kit/viewer-error.ts';
import { refuseHostileJson } from '../refuse-hostile-json.ts';
import { ACT_AS_HEADER, ADMIN_KEY_HEADER } from '../viewer.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** What says who somebody is: it is text, or a mistake. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'x-api-key',
  ADMIN_KEY_HEADER,
  ACT_AS_HEADER,
]);

/** What only the connection itself can say, so that no page can say it in another's name, and what is of one request alone. */
const NOT_TO_SET = /^(?:origin|host|connection|upgrade|forwarded|x-forwarded-.*|sec-.*|idempotency-key)$/;
const OF_THE_HANDSHAKE = /^(?:accept|connection|upgrade|content-.*|transfer-encoding|sec-websocket-.*)$/;

/** As Node bounds the headers of a request. */
const MAX_CHARACTERS = 16_384;

/**
 * The headers of every operation of a socket: those of its upgrade, and the entries of `connection_init`, at the top or in
 * `headers`. A browser can add none to an upgrade. Entries that are no headers are the client's own business.
 * @throws ViewerError BAD_USER_INPUT
 */
export function connectionHeaders(
  upgrade: IncomingHttpHeaders,
  payload: Readonly<Record<string, unknown>> | undefined,
  jsonDepth: number,
): Headers {
  refuseHostileJson(payload, jsonDepth);
  if (upgrade['idempotency-key'] !== undefined) throw notToSet('idempotency-key');
  const kept = Object.entries(upgrade).filter(([name]) => !OF_THE_HANDSHAKE.test(name));
  const headers: Record<string, string | undefined> = Object.fromEntries(
    kept.map(([name, value]) => [name, value && String(value)]),
  );
  const { headers: nested, ...top } = payload ?? {};
  const entries = [...entriesOf(top), ...nestedEntries(nested)];
  const given = new Map<string, string>();
  for (const [name, value] of entries) {
    if ((given.get(name) ?? value) !== value) throw refusal(`says "${name}" twice`);
    given.set(name, value);
  }
  const size = [...given].reduce((total, [name, value]) => total + name.length + value.length, 0);
  if (size > MAX_CHARACTERS) throw refusal(`has more than ${MAX_CHARACTERS} characters of headers`);
  // Answers come as whole messages, whatever types a browser names.
  return { ...headers, ...Object.fromEntries(given), accept: 'application/graphql-response+json' };
}

function nestedEntries(nested: unknown): (readonly [string, string])[] {
  if (nested === undefined || nested === null) return [];
  if (typeof nested === 'object' && !Array.isArray(nested))
    return entriesOf(nested as Record<string, unknown>);
  throw refusal('has "headers" that are no object');
}

function entriesOf(entries: Readonly<Record<string, unknown>>): (readonly [string, string])[] {
  return Object.entries(entries).flatMap(([key, value]) => {
    const name = key.toLowerCase();
    const header = typeof value === 'string' ? asHeader(name, value) : undefined;
    if (CREDENTIALS.has(name) && header === undefined)
      throw refusal(`has "${name}" that is no header's text`);
    if (header !== undefined && NOT_TO_SET.test(name)) throw notToSet(name);
    return header === undefined ? [] : [[name, header] as const];
  });
}

/** As Node would have read it: a byte for each character. Undefined for what HTTP cannot carry. */
function asHeader(name: string, value: string): string | undefined {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return undefined;
  const bytes = Buffer.from(value.trim()).toString('latin1');
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(bytes) ? bytes : undefined;
}

function notToSet(name: string): ViewerError {
  return refusal(`cannot set "${name}"`);
}

function refusal(fault: string): ViewerError {
  return new ViewerError('BAD_USER_INPUT', `connection_init ${fault}.`);
}
