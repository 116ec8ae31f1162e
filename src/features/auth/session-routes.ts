import type { Db } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import { accountOf, text } from './route-input.ts';
import type { AuthHttpRequest, OwnRoute } from './routes.ts';
import { hashToken } from './session-tokens.ts';

export interface SessionRouteParts {
  readonly db: Db;
  /** The token that a request carries, if its cookie may be used. */
  readonly sessionToken: (headers: AuthHttpRequest['headers']) => string | undefined;
  readonly changed: () => void;
}

/** Lists and ends sessions. better-auth's own would compare tokens, and only their hashes are stored. */
export function sessionRoutes(parts: SessionRouteParts): Readonly<Record<string, OwnRoute>> {
  const { db, changed } = parts;
  const own = (request: AuthHttpRequest): string => hashToken(parts.sessionToken(request.headers) ?? '');
  const end = async (text: string, params: readonly unknown[]): Promise<Response> => {
    await db.execute(text, params);
    changed();
    return Response.json({ status: true });
  };
  return {
    'GET /auth/list-sessions': async (request) => {
      return Response.json(await listSessions(db, accountOf(request).id, own(request)));
    },
    'POST /auth/revoke-session': async (request, body) => {
      const given = text(body, 'token', 200);
      return end(END_ONE, [accountOf(request).id, given, hashToken(given)]);
    },
    'POST /auth/revoke-sessions': async (request) => end(END_ALL, [accountOf(request).id]),
    'POST /auth/revoke-other-sessions': async (request) => {
      const { id } = accountOf(request);
      return end(END_OTHERS, [id, own(request)]);
    },
  };
}

/** `own` is the hash of the token by which is asked. */
export async function listSessions(db: Db, userId: string, own: string | null): Promise<readonly unknown[]> {
  const rows = await db.query<{ row: string }>(LIST, [userId, own]);
  return rows.map(({ row }) => JSON.parse(row) as unknown);
}

/** `token` names a session for `revoke-session`; it is no secret, and signs nobody in. */
const LIST = `
  SELECT json_build_object('id', "id", 'token', "id", 'userId', "userId"::text, 'createdAt', "createdAt",
    'updatedAt', "updatedAt", 'expiresAt', "expiresAt", 'ipAddress', "ipAddress", 'userAgent', "userAgent",
    'impersonated', "impersonatedBy" IS NOT NULL, 'impersonatedBy', "impersonatedBy", 'current', coalesce("token" = $2, false))::text AS row
  FROM plinth_session WHERE "userId"::text = $1 AND "expiresAt" > now() ORDER BY "id"`;
const END_ONE = `DELETE FROM plinth_session WHERE "userId"::text = $1 AND ("id"::text = $2 OR "token" = $3)`;
const END_ALL = `DELETE FROM plinth_session WHERE "userId"::text = $1`;
const END_OTHERS = `DELETE FROM plinth_session WHERE "userId"::text = $1 AND "token" <> $2`;

export async function endSession({ db, changed }: SessionRouteParts, token: string): Promise<void> {
  await db.execute('DELETE FROM plinth_session WHERE "token" = $1', [hashToken(token)]);
  changed();
}

/** What somebody who acts for another may not touch: ways in that would outlast the hour, and other sessions. */
const OPEN_TO_IMPERSONATION: ReadonlySet<string> = new Set([
  'GET /auth/get-session',
  'GET /auth/list-sessions',
  'POST /auth/sign-out',
  'POST /auth/admin/stop-impersonating',
]);

/** @throws ViewerError FORBIDDEN where a session that was begun in somebody's name asks for more than to look or leave */
export async function refuseImpersonation(
  { db, sessionToken }: SessionRouteParts,
  request: AuthHttpRequest,
  path: string,
): Promise<void> {
  const token = sessionToken(request.headers);
  if (token === undefined || request.hasAdminKey || OPEN_TO_IMPERSONATION.has(`${request.method} ${path}`))
    return;
  const sql = `SELECT 1 FROM plinth_session WHERE "token" = $1 AND "impersonatedBy" IS NOT NULL`;
  const [found] = await db.query(sql, [hashToken(token)]);
  if (found)
    throw new ViewerError('FORBIDDEN', 'Whoever acts for somebody else cannot change how they sign in.');
}
