import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuid7 } from 'uuid';
import type { Db } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { KnownViewer } from '../../model/viewer.ts';
import { accountOf, type Body, bad, type Request, text, texts } from './route-input.ts';
import type { OwnRoute } from './routes.ts';
import { hashToken } from './session-tokens.ts';

export interface OwnRouteParts {
  readonly db: Db;
  /** The account, or undefined where there is none. */
  readonly findAccount: (id: string) => Promise<KnownViewer | undefined>;
  readonly setRoles: (id: string, roles: readonly string[]) => Promise<void>;
  readonly changed: () => void;
}

const MAX_KEYS = 100;
const IMPERSONATION_MS = 60 * 60 * 1000;

/** What better-auth does not have, or not as we need it: keys for programs, and what administrators do. */
export function ownRoutes(parts: OwnRouteParts): Readonly<Record<string, OwnRoute>> {
  return {
    'POST /auth/api-keys': (request, body) => makeKey(parts, accountOf(request), body),
    'GET /auth/api-keys': (request) => listKeys(parts, accountOf(request)),
    'POST /auth/api-keys/revoke': (request, body) => revokeKey(parts, accountOf(request), body),
    'POST /auth/admin/set-roles': (request, body) => setRoles(parts, request, body),
    'POST /auth/admin/impersonate': (request, body) => impersonate(parts, request, body),
  };
}

async function makeKey(parts: OwnRouteParts, viewer: KnownViewer, body: Body): Promise<Response> {
  const { db } = parts;
  if (!(await parts.findAccount(viewer.id)))
    throw new ViewerError('FORBIDDEN', 'Only accounts of this server have keys.');
  const name = text(body, 'name', 100);
  const own = viewer.roles ?? [];
  const roles = body.roles === undefined ? own : texts(body, 'roles');
  const foreign = roles.find((role) => !own.includes(role));
  if (foreign !== undefined)
    throw bad('roles', `has ${JSON.stringify(foreign)}, which you do not have yourself`);
  const expiresAt =
    body.expiresIn === undefined ? null : new Date(Date.now() + seconds(body) * 1000).toISOString();
  const [held] = await db.query<{ count: number }>(
    'SELECT count(*)::int4 AS count FROM plinth_api_key WHERE "userId"::text = $1',
    [viewer.id],
  );
  if ((held?.count ?? 0) >= MAX_KEYS)
    throw bad('name', `cannot be given: an account has at most ${MAX_KEYS} keys`);
  const key = `pk_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(key).digest('base64url');
  const id = uuid7();
  await db.execute(
    `INSERT INTO plinth_api_key ("id", "name", "start", "hash", "roles", "expiresAt", "userId")
     VALUES ($1, $2, $3, $4, $5::text[], $6::timestamptz, $7)`,
    [id, name, key.slice(0, 7), hash, roles, expiresAt, viewer.id],
  );
  return Response.json({ id, key, name, roles, expiresAt }, { status: 201 });
}

async function listKeys({ db }: OwnRouteParts, viewer: KnownViewer): Promise<Response> {
  const rows = await db.query<{ row: string }>(
    `SELECT json_build_object('id', "id", 'name', "name", 'start', "start", 'roles', "roles", 'expiresAt', "expiresAt", 'createdAt', "createdAt")::text AS row
     FROM plinth_api_key WHERE "userId"::text = $1 ORDER BY "id"`,
    [viewer.id],
  );
  return Response.json(rows.map(({ row }) => JSON.parse(row) as unknown));
}

async function revokeKey({ db, changed }: OwnRouteParts, viewer: KnownViewer, body: Body): Promise<Response> {
  const gone = await db.execute('DELETE FROM plinth_api_key WHERE "id"::text = $1 AND "userId"::text = $2', [
    text(body, 'id', 100),
    viewer.id,
  ]);
  changed();
  if (gone === 0) throw new ViewerError('NOT_FOUND', 'There is no such key.');
  return Response.json({ status: true });
}

async function setRoles(parts: OwnRouteParts, request: Request, body: Body): Promise<Response> {
  const id = await subject(parts, request, body);
  const roles = texts(body, 'roles');
  await parts.setRoles(id, [...new Set(roles)]);
  await audit(parts.db, 'set-roles', id, JSON.stringify(roles), request.remoteAddress);
  parts.changed();
  return Response.json({ id, roles });
}

/** A session in somebody's name, for an hour, and a line about it that stays. */
async function impersonate(parts: OwnRouteParts, request: Request, body: Body): Promise<Response> {
  const id = await subject(parts, request, body);
  const reason = text(body, 'reason', 500);
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(Date.now() + IMPERSONATION_MS).toISOString();
  await audit(parts.db, 'impersonate', id, reason, request.remoteAddress);
  const uuid = uuid7();
  await parts.db.execute(
    `INSERT INTO plinth_session ("id", "token", "expiresAt", "ipAddress", "impersonatedBy", "userId")
     VALUES ($1, $2, $3::timestamptz, $4, 'admin-key', $5)`,
    [uuid, hashToken(token), expiresAt, request.remoteAddress, id],
  );
  return Response.json({ token, expiresAt }, { status: 201 });
}

async function subject({ findAccount }: OwnRouteParts, request: Request, body: Body): Promise<string> {
  if (!request.hasAdminKey)
    throw new ViewerError('UNAUTHENTICATED', 'This needs the admin key in X-Plinth-Admin-Key.');
  const id = text(body, 'id', 200);
  if (!(await findAccount(id))) throw new ViewerError('NOT_FOUND', 'There is no such account.');
  return id;
}

async function audit(
  db: Db,
  kind: string,
  subjectId: string,
  reason: string,
  address: string,
): Promise<void> {
  await db.execute(
    `INSERT INTO plinth_auth_event ("id", "kind", "actor", "subject", "reason", "ipAddress") VALUES ($1, $2, 'admin-key', $3, $4, $5)`,
    [uuid7(), kind, subjectId, reason, address],
  );
}

function seconds({ expiresIn }: Body): number {
  if (!Number.isInteger(expiresIn) || (expiresIn as number) < 60 || (expiresIn as number) > 315_360_000)
    throw bad('expiresIn', 'must be a whole number of seconds, from a minute to ten years');
  return expiresIn as number;
}
