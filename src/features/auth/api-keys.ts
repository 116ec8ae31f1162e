import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuid7 } from 'uuid';
import type { Db } from '../../data/index.ts';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { KnownViewer } from '../../model/viewer.ts';
import { type Body, bad } from './route-input.ts';

export interface KeyParts {
  readonly db: Db;
  /** The account, or undefined where there is none. */
  readonly findAccount: (id: string) => Promise<KnownViewer | undefined>;
  readonly changed: () => void;
}

/** A key as its owner sees it. Times are ISO 8601. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  /** The first characters, by which people tell their keys. */
  readonly start: string;
  readonly roles: readonly string[];
  readonly expiresAt: string | null;
  readonly createdAt: string;
}

export interface WantedKey {
  readonly name: string;
  /** Undefined: all that the account has. */
  readonly roles: readonly string[] | undefined;
  /** Null: never. */
  readonly expiresAt: string | null;
}

const MAX_KEYS = 100;
const FIELDS = `json_build_object('id', "id", 'name', "name", 'start', "start", 'roles', "roles", 'expiresAt', "expiresAt", 'createdAt', "createdAt")::text AS row`;

interface Row {
  readonly row: string;
}

/** With the key itself, which is in no other answer. @throws ViewerError */
export async function makeKey(
  { db, findAccount }: KeyParts,
  viewer: KnownViewer,
  wanted: WantedKey,
): Promise<ApiKey & { readonly key: string }> {
  if (!(await findAccount(viewer.id)))
    throw new ViewerError('FORBIDDEN', 'Only accounts of this server have keys.');
  const own = viewer.roles ?? [];
  const roles = wanted.roles ?? own;
  const foreign = roles.find((role) => !own.includes(role));
  if (foreign !== undefined)
    throw bad('roles', `has ${JSON.stringify(foreign)}, which you do not have yourself`);
  const [held] = await db.query<{ count: number }>(
    'SELECT count(*)::int4 AS count FROM plinth_api_key WHERE "userId"::text = $1',
    [viewer.id],
  );
  if ((held?.count ?? 0) >= MAX_KEYS)
    throw bad('name', `cannot be given: an account has at most ${MAX_KEYS} keys`);
  const key = `pk_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(key).digest('base64url');
  const rows = await db.query<Row>(
    `INSERT INTO plinth_api_key ("id", "name", "start", "hash", "roles", "expiresAt", "userId")
     VALUES ($1, $2, $3, $4, $5::text[], $6::timestamptz, $7) RETURNING ${FIELDS}`,
    [uuid7(), wanted.name, key.slice(0, 7), hash, roles, wanted.expiresAt, viewer.id],
  );
  return { ...only(rows), key };
}

export async function listKeys({ db }: KeyParts, { id }: KnownViewer): Promise<readonly ApiKey[]> {
  const text = `SELECT ${FIELDS} FROM plinth_api_key WHERE "userId"::text = $1 ORDER BY "id"`;
  return (await db.query<Row>(text, [id])).map(toKey);
}

/** Without what is undefined. @throws ViewerError NOT_FOUND */
export async function changeKey(
  { db, changed }: KeyParts,
  viewer: KnownViewer,
  id: string,
  { name, expiresAt }: { readonly name: string | undefined; readonly expiresAt: string | null | undefined },
): Promise<ApiKey> {
  const rows = await db.query<Row>(
    `UPDATE plinth_api_key SET "name" = coalesce($3, "name"),
       "expiresAt" = CASE WHEN $4 THEN $5::timestamptz ELSE "expiresAt" END
     WHERE "id"::text = $1 AND "userId"::text = $2 RETURNING ${FIELDS}`,
    [id, viewer.id, name ?? null, expiresAt !== undefined, expiresAt ?? null],
  );
  changed();
  return only(rows);
}

/** @throws ViewerError NOT_FOUND */
export async function revokeKey({ db, changed }: KeyParts, viewer: KnownViewer, id: string): Promise<void> {
  const gone = await db.execute('DELETE FROM plinth_api_key WHERE "id"::text = $1 AND "userId"::text = $2', [
    id,
    viewer.id,
  ]);
  changed();
  if (gone === 0) throw noSuchKey();
}

export const noSuchKey = () => new ViewerError('NOT_FOUND', 'There is no such key.');

/** When a key that is good for `expiresIn` seconds ends. @throws ViewerError BAD_USER_INPUT */
export function endOf({ expiresIn }: Body): string {
  if (!Number.isInteger(expiresIn) || (expiresIn as number) < 60 || (expiresIn as number) > 315_360_000)
    throw bad('expiresIn', 'must be a whole number of seconds, from a minute to ten years');
  return new Date(Date.now() + (expiresIn as number) * 1000).toISOString();
}

function only([row]: readonly Row[]): ApiKey {
  if (!row) throw noSuchKey();
  return toKey(row);
}

function toKey({ row }: Row): ApiKey {
  const key = JSON.parse(row) as ApiKey;
  const { expiresAt, createdAt } = key;
  return { ...key, expiresAt: expiresAt && toIso(expiresAt), createdAt: toIso(createdAt) };
}

const toIso = (time: string): string => new Date(time).toISOString();
