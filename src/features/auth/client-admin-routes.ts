import { ViewerError } from '../../kit/viewer-error.ts';
import {
  type AdminParts,
  endSessions,
  impersonate,
  replaceRoles,
  requireAdminKey,
  stopImpersonating,
  subjectOf,
} from './administer.ts';
import { type AccountFinder, SEARCHES, SORTS } from './find-accounts.ts';
import {
  type Body,
  oneOf,
  queryOf,
  type Request,
  refuseOthers,
  text,
  texts,
  wholeNumber,
} from './route-input.ts';
import type { AuthHttpRequest, OwnRoute } from './routes.ts';

export interface ClientAdminParts extends AdminParts {
  readonly accounts: AccountFinder;
  readonly listSessions: (userId: string) => Promise<readonly unknown[]>;
  readonly sessionToken: (headers: AuthHttpRequest['headers']) => string | undefined;
  /** The `Set-Cookie` that signs in for so many seconds, and the one that signs out. */
  readonly sessionCookie: (token: string, seconds: number) => string;
  readonly endCookie: () => string;
}

const MAX_PAGE = 1000;
const DEFAULT_PAGE = 100;
const MAX_SKIP = 1_000_000;

/** What administrators do, at the paths of better-auth's plugin `admin`, for its client. */
export function clientAdminRoutes(parts: ClientAdminParts): Readonly<Record<string, OwnRoute>> {
  return {
    'POST /auth/admin/set-role': (request, body) => setRole(parts, request, body),
    'GET /auth/admin/get-user': async (request) => {
      const query = queryOf(request);
      const id = await subjectOf(parts, request, 'id', query.id);
      refuseOthers(query, ['id']);
      return Response.json(await parts.accounts.one(id));
    },
    'GET /auth/admin/list-users': (request) => listUsers(parts, request),
    'POST /auth/admin/impersonate-user': (request, body) => impersonateUser(parts, request, body),
    'POST /auth/admin/stop-impersonating': (request) => stop(parts, request),
    'POST /auth/admin/list-user-sessions': async (request, body) => {
      const id = await subjectOf(parts, request, 'userId', body.userId);
      refuseOthers(body, ['userId']);
      return Response.json({ sessions: await parts.listSessions(id) });
    },
    'POST /auth/admin/revoke-user-session': async (request, body) => {
      requireAdminKey(request);
      refuseOthers(body, ['sessionToken']);
      await endSessions(parts, request, { session: text(body, 'sessionToken', 200) });
      return Response.json({ success: true });
    },
    'POST /auth/admin/revoke-user-sessions': async (request, body) => {
      const userId = await subjectOf(parts, request, 'userId', body.userId);
      refuseOthers(body, ['userId']);
      await endSessions(parts, request, { userId });
      return Response.json({ success: true });
    },
    ...Object.fromEntries(Object.entries(ELSEWHERE).map(([path, told]) => [path, () => tell(told)])),
  };
}

/** What the plugin has and we do not, and where the same is done. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'POST /auth/admin/create-user':
    'Accounts are made by signing up, or by the create mutation of the @user model with the admin key.',
  'POST /auth/admin/update-user':
    'Accounts are changed by the update mutation of the @user model with the admin key.',
  'POST /auth/admin/remove-user':
    'Accounts are removed by the delete mutation of the @user model with the admin key.',
  'POST /auth/admin/set-user-password':
    'Nobody sets the password of somebody else: /auth/request-password-reset sends the account a mail.',
  'POST /auth/admin/ban-user':
    'Accounts are not banned here: take their roles with set-role and end their sessions with revoke-user-sessions.',
  'POST /auth/admin/unban-user': 'Accounts are not banned here.',
  'POST /auth/admin/has-permission':
    'Rights are rules of schema.graphql, not permissions: ask by GraphQL, or run plinth explain-access.',
};

async function tell(message: string): Promise<Response> {
  throw new ViewerError('NOT_FOUND', message);
}

async function setRole(parts: ClientAdminParts, request: Request, body: Body): Promise<Response> {
  const id = await subjectOf(parts, request, 'userId', body.userId);
  refuseOthers(body, ['userId', 'role']);
  // better-auth keeps roles as one text with commas.
  const role = typeof body.role === 'string' ? body.role.split(',').map((one) => one.trim()) : body.role;
  await replaceRoles(parts, request, id, texts({ role }, 'role'));
  return Response.json({ user: await parts.accounts.one(id) });
}

async function listUsers({ accounts }: ClientAdminParts, request: Request): Promise<Response> {
  requireAdminKey(request);
  const query = queryOf(request);
  const filter = 'is not known here: filter by GraphQL, with the admin key';
  refuseOthers(query, USER_QUERY, { filterField: filter, filterValue: filter, filterOperator: filter });
  const limit = wholeNumber(query, 'limit', MAX_PAGE) ?? DEFAULT_PAGE;
  const offset = wholeNumber(query, 'offset', MAX_SKIP) ?? 0;
  const how = oneOf(query, 'searchOperator', Object.keys(SEARCHES) as (keyof typeof SEARCHES)[]);
  const field = oneOf(query, 'searchField', ['email', 'name']);
  const value = query.searchValue ? text(query, 'searchValue', 500) : undefined;
  const { users, total } = await accounts.many({
    limit,
    offset,
    sort: {
      by: oneOf(query, 'sortBy', SORTS) ?? 'id',
      descending: oneOf(query, 'sortDirection', ['asc', 'desc']) === 'desc',
    },
    search: value === undefined ? undefined : { field: field ?? 'email', how: how ?? 'contains', value },
  });
  return Response.json({ users, total, limit, offset });
}

const USER_QUERY = [
  'limit',
  'offset',
  'sortBy',
  'sortDirection',
  'searchValue',
  'searchField',
  'searchOperator',
] as const;

/** better-auth's client knows no reason, so here it may be missing. */
async function impersonateUser(parts: ClientAdminParts, request: Request, body: Body): Promise<Response> {
  const id = await subjectOf(parts, request, 'userId', body.userId);
  refuseOthers(body, ['userId', 'reason']);
  const reason = body.reason === undefined || body.reason === null ? null : text(body, 'reason', 500);
  const session = await impersonate(parts, request, id, reason);
  const seconds = Math.floor((Date.parse(session.expiresAt) - Date.parse(session.createdAt)) / 1000);
  const user = await parts.accounts.one(id);
  const headers = { 'set-cookie': parts.sessionCookie(session.token, seconds) };
  return Response.json({ session, user }, { headers });
}

/** Nobody is signed in afterwards: whoever held the admin key has no session to go back to. */
async function stop(parts: ClientAdminParts, request: Request): Promise<Response> {
  const token = parts.sessionToken(request.headers);
  if (token === undefined || request.viewer.kind !== 'viewer')
    throw new ViewerError('UNAUTHENTICATED', 'Sign in first.');
  if (!(await stopImpersonating(parts, request, token)))
    throw new ViewerError('BAD_USER_INPUT', 'You are not acting for anybody.');
  return Response.json({ session: null, user: null }, { headers: { 'set-cookie': parts.endCookie() } });
}
