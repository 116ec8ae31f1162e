import type { Config } from '../../config/index.ts';
import { isLocalHost } from '../../kit/is-local-host.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { AppModel } from '../../model/app-model.ts';
import type { ViewerState } from '../../model/viewer.ts';
import { afterAtLeast } from './after-at-least.ts';
import { signUpFields } from './api.ts';
import { authOperation } from './auth-scope.ts';
import { ADDRESS_HEADER, PAGE_ORIGIN_HEADER } from './http-names.ts';
import { isLoopback } from './loopback.ts';
import { renderMailPage } from './mail-page.ts';
import type { Mailer } from './mailer.ts';
import type { BetterAuth } from './make-better-auth.ts';
import { checkPassword } from './passwords.ts';
import { refuseUnstorable } from './refuse-unstorable.ts';
import { admitAttempt, SILENT } from './route-attempts.ts';
import type { Throttle } from './throttle.ts';
import { trustsCookie } from './trust-cookie.ts';

/** A request to a path of ours, as the server hands it on. */
export interface AuthHttpRequest {
  readonly method: string;
  /** Path and query string. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The parsed JSON body, if there was one. */
  readonly body: unknown;
  readonly remoteAddress: string;
  readonly hasAdminKey: boolean;
}

/** A handler of one path below `/auth` that better-auth does not have. */
export type OwnRoute = (
  request: AuthHttpRequest & { readonly viewer: ViewerState },
  body: Readonly<Record<string, unknown>>,
) => Promise<Response>;

export interface RouteParts {
  readonly app: AppModel;
  readonly config: Config;
  readonly throttle: Throttle;
  readonly mailer: Mailer;
  readonly publicUrl: () => string;
  readonly betterAuth: () => Promise<BetterAuth>;
  readonly findViewer: (headers: AuthHttpRequest['headers']) => Promise<ViewerState>;
  /** By method and path: `POST /auth/api-keys`. */
  readonly own: Readonly<Record<string, OwnRoute>>;
  readonly endSession: (token: string) => Promise<void>;
  /** Runs what must not wait for connections that slow operations hold. */
  readonly reserved: <T>(work: () => T) => T;
  /** @throws ViewerError FORBIDDEN where the session was begun in somebody's name and the path is not for it */
  readonly refuseImpersonation: (request: AuthHttpRequest, path: string) => Promise<void>;
}

/** Answers `/auth/*` and `/dev/mail`. @throws ViewerError */
export async function answerRoute(parts: RouteParts, request: AuthHttpRequest): Promise<Response> {
  const path = request.url.split('?', 1)[0] ?? '';
  if (path === '/dev/mail') return sendMails(parts, request);
  refuseUnstorable(request);
  await parts.refuseImpersonation(request, path);
  const own = parts.own[`${request.method} ${path}`];
  const body = bodyOf(request);
  if (own) return own({ ...request, viewer: await parts.findViewer(request.headers) }, body);
  return passOn(parts, request, path.slice('/auth'.length), body);
}

function bodyOf({ body }: AuthHttpRequest): Readonly<Record<string, unknown>> {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
    ? (body as Readonly<Record<string, unknown>>)
    : {};
}

function sendMails({ config, mailer }: RouteParts, { headers, remoteAddress }: AuthHttpRequest): Response {
  if (config.mode !== 'development' || !isLoopback(remoteAddress) || !isLocalHost(headers.host))
    throw new ViewerError('NOT_FOUND', 'There is nothing at this address.');
  if (headers.accept?.includes('json')) return Response.json(mailer.sent());
  return new Response(renderMailPage(mailer.sent()), {
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
}

async function passOn(
  parts: RouteParts,
  request: AuthHttpRequest,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<Response> {
  refuseForeignPages(parts, request);
  const settle = await admitAttempt(parts, request, path, body);
  for (const key of ['password', 'newPassword'])
    if (path !== '/sign-in/email' && typeof body[key] === 'string') checkPassword(body[key], [key]);
  const answering = handle(parts, request, path, body);
  const answer = await (SILENT.has(path) ? afterAtLeast(SILENT_FLOOR_MS, answering) : answering);
  await settle(answer);
  return answer;
}

const SILENT_FLOOR_MS = 300;

/** A page of another site may neither sign somebody in under an account of its own nor see what came of trying. */
function refuseForeignPages({ config, publicUrl }: RouteParts, { method, headers }: AuthHttpRequest): void {
  if (method === 'GET' || headers.origin === undefined || config.corsOrigins.includes('*')) return;
  if (!trustsCookie(headers, config, publicUrl()))
    throw new ViewerError(
      'FORBIDDEN',
      'Pages of this origin may not sign in here; CORS_ORIGINS names those that may.',
    );
}

async function handle(
  parts: RouteParts,
  request: AuthHttpRequest,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Promise<Response> {
  const auth = await parts.betterAuth();
  const operation = { mails: [], input: ownFields(parts.app, path, body), failure: undefined as unknown };
  const answer = await authOperation.run(operation, () =>
    parts.reserved(() => auth.handler(toWebRequest(parts, request, path, body))),
  );
  if (operation.failure instanceof ViewerError) throw operation.failure;
  for (const mail of operation.mails) parts.mailer.send(mail);
  // With CORS_ORIGINS=* any page may sign in and keep the token; the browser shall not keep a session for it.
  const trusted = trustsCookie(request.headers, parts.config, parts.publicUrl());
  return trusted ? answer : withoutCookies(answer);
}

function withoutCookies(answer: Response): Response {
  const headers = new Headers(answer.headers);
  headers.delete('set-cookie');
  return new Response(answer.body, { status: answer.status, headers });
}

/** The author's own fields of a new account. */
function ownFields(
  app: AppModel,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (path !== '/sign-up/email' || !app.user) return {};
  const names = signUpFields(app.user).map(({ name }) => name);
  return Object.fromEntries(Object.entries(body).filter(([key]) => names.includes(key)));
}

/** Without the body's fields that only the model knows, without our own headers, and without a cookie of no trust. */
function toWebRequest(
  { config, publicUrl }: RouteParts,
  { method, url, headers, remoteAddress, body: raw }: AuthHttpRequest,
  path: string,
  body: Readonly<Record<string, unknown>>,
): Request {
  const sent = new Headers();
  const trusted = trustsCookie(headers, config, publicUrl());
  for (const [name, value] of Object.entries(headers)) {
    if (
      value === undefined ||
      DROPPED.has(name) ||
      name.startsWith('sec-fetch-') ||
      (name === 'cookie' && !trusted)
    )
      continue;
    sent.set(name, value);
  }
  sent.set(ADDRESS_HEADER, remoteAddress);
  if (trusted && headers.origin !== undefined) sent.set(PAGE_ORIGIN_HEADER, headers.origin);
  // Origins have been judged (refuseForeignPages, trustsCookie); better-auth judges where it is told to lead people.
  sent.set('origin', new URL(publicUrl()).origin);
  if (method === 'GET' || method === 'HEAD') return new Request(publicUrl() + url, { method, headers: sent });
  sent.set('content-type', 'application/json');
  const content = path === '/sign-up/email' ? { name: '', ...pick(body, SIGN_UP_KEYS) } : (raw ?? {});
  return new Request(publicUrl() + url, { method, headers: sent, body: JSON.stringify(content) });
}

const DROPPED: ReadonlySet<string> = new Set([
  'content-length',
  'transfer-encoding',
  'connection',
  'host',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-for',
  'x-plinth-admin-key',
  ADDRESS_HEADER,
  PAGE_ORIGIN_HEADER,
]);

const SIGN_UP_KEYS = ['email', 'password', 'name', 'callbackURL', 'rememberMe'];

function pick(body: Readonly<Record<string, unknown>>, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([key]) => keys.includes(key)));
}
