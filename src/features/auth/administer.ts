import { randomBytes } from 'node:crypto';
import { v7 as uuid7 } from 'uuid';
import type { Db } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { KnownViewer } from '../../model/viewer.ts';
import { type Request, textOf } from './route-input.ts';
import { hashToken } from './session-tokens.ts';

export interface AdminParts {
  readonly db: Db;
  /** The account, or undefined where there is none. */
  readonly findAccount: (id: string) => Promise<KnownViewer | undefined>;
  readonly setRoles: (id: string, roles: readonly string[]) => Promise<void>;
  readonly changed: () => void;
}

const IMPERSONATION_MS = 60 * 60 * 1000;
const ACTOR = 'admin-key';

/** @throws ViewerError UNAUTHENTICATED */
export function requireAdminKey({ hasAdminKey }: Request): void {
  if (!hasAdminKey)
    throw new ViewerError('UNAUTHENTICATED', 'This needs the admin key in X-Plinth-Admin-Key.');
}

/** The id of the account that an administrator's request is about. @throws ViewerError */
export async function subjectOf(
  { findAccount }: AdminParts,
  request: Request,
  key: string,
  value: unknown,
): Promise<string> {
  requireAdminKey(request);
  // Ids may be numbers, and better-auth's clients may send them so.
  const id = textOf(typeof value === 'number' ? String(value) : value, key, 200);
  if (!(await findAccount(id))) throw new ViewerError('NOT_FOUND', 'There is no such account.');
  return id;
}

export async function replaceRoles(
  parts: AdminParts,
  request: Request,
  id: string,
  roles: readonly string[],
): Promise<void> {
  await parts.setRoles(id, [...new Set(roles)]);
  await audit(parts.db, request, 'set-roles', id, JSON.stringify(roles));
  parts.changed();
}

export interface BorrowedSession {
  readonly id: string;
  readonly token: string;
  readonly userId: string;
  readonly expiresAt: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly ipAddress: string;
  readonly userAgent: null;
  readonly impersonatedBy: string;
}

/** A session in somebody's name, for an hour, and a line about it that stays. */
export async function impersonate(
  { db }: AdminParts,
  request: Request,
  userId: string,
  reason: string | null,
): Promise<BorrowedSession> {
  const token = randomBytes(32).toString('base64url');
  const now = new Date();
  const [createdAt, expiresAt] = [now, new Date(now.getTime() + IMPERSONATION_MS)].map((time) =>
    time.toISOString(),
  ) as [string, string];
  await audit(db, request, 'impersonate', userId, reason);
  const id = uuid7();
  await db.execute(
    `INSERT INTO plinth_session ("id", "token", "expiresAt", "ipAddress", "impersonatedBy", "userId", "createdAt", "updatedAt")
     VALUES ($1, $2, $3::timestamptz, $4, $5, $6, $7::timestamptz, $7::timestamptz)`,
    [id, hashToken(token), expiresAt, request.remoteAddress, ACTOR, userId, createdAt],
  );
  const { remoteAddress: ipAddress } = request;
  const times = { expiresAt, createdAt, updatedAt: createdAt };
  return { id, token, userId, ...times, ipAddress, userAgent: null, impersonatedBy: ACTOR };
}

/** Ends a session that was begun in somebody's name. False where the token is of another, or of none. */
export async function stopImpersonating(
  { db, changed }: AdminParts,
  request: Request,
  token: string,
): Promise<boolean> {
  const [ended] = await db.query<{ id: string }>(
    `DELETE FROM plinth_session WHERE "token" = $1 AND "impersonatedBy" IS NOT NULL RETURNING "userId"::text AS id`,
    [hashToken(token)],
  );
  if (!ended) return false;
  changed();
  await audit(db, request, 'stop-impersonating', ended.id, null);
  return true;
}

/** Ends one session, by its id or token, or all of an account. */
export async function endSessions(
  { db, changed }: AdminParts,
  request: Request,
  which: { readonly userId: string } | { readonly session: string },
): Promise<void> {
  const [where, params] =
    'userId' in which
      ? (['"userId"::text = $1', [which.userId]] as const)
      : (['"id"::text = $1 OR "token" = $2', [which.session, hashToken(which.session)]] as const);
  const text = `DELETE FROM plinth_session WHERE ${where} RETURNING "userId"::text AS id`;
  const ended = await db.query<{ id: string }>(text, params);
  changed();
  for (const id of new Set(ended.map((session) => session.id)))
    await audit(db, request, 'revoke-sessions', id, null);
}

async function audit(
  db: Db,
  { remoteAddress }: Request,
  kind: string,
  subject: string,
  reason: string | null,
): Promise<void> {
  await db.execute(
    `INSERT INTO plinth_auth_event ("id", "kind", "actor", "subject", "reason", "ipAddress") VALUES ($1, $2, $3, $4, $5, $6)`,
    [uuid7(), kind, ACTOR, subject, reason, remoteAddress],
  );
}
