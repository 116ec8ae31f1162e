import { v7 as uuid7 } from 'uuid';
import type { Queryable } from '../../../data/index.ts';

/** A passkey as its owner sees it, under the names of better-auth's clients. Nothing in it is secret. */
export interface PasskeyInfo {
  readonly id: string;
  readonly userId: string;
  readonly name: string | null;
  readonly credentialID: string;
  /** The COSE key, base64url. */
  readonly publicKey: string;
  readonly counter: number;
  /** With commas between them. */
  readonly transports: string;
  readonly deviceType: string;
  readonly backedUp: boolean;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

/** A passkey as the check of a signature needs it. */
export interface StoredPasskey {
  readonly id: string;
  readonly userId: string;
  readonly credentialId: string;
  /** The COSE key, base64url. */
  readonly publicKey: string;
  readonly counter: number;
  readonly transports: readonly string[];
}

export interface NewPasskey extends Omit<StoredPasskey, 'id'> {
  readonly name: string | null;
  readonly deviceType: string;
  readonly backedUp: boolean;
}

/** `plinth_passkey`. Keys are public; nothing in it helps to sign in. */
export interface PasskeyStore {
  list(userId: string): Promise<readonly PasskeyInfo[]>;
  /** The account's passkeys, for authenticators to leave out. */
  ofAccount(userId: string): Promise<readonly StoredPasskey[]>;
  byCredential(credentialId: string): Promise<StoredPasskey | undefined>;
  /** Undefined where this credential is known already. */
  add(passkey: NewPasskey): Promise<PasskeyInfo | undefined>;
  /** False where another sign-in has counted as far already: one of the two is a copy. */
  countUse(id: string, counter: number): Promise<boolean>;
  rename(id: string, userId: string, name: string): Promise<PasskeyInfo | undefined>;
  remove(id: string, userId: string): Promise<boolean>;
}

const INFO = `"id"::text, "userId"::text, "name", "credentialId" AS "credentialID", "publicKey", "counter"::float8,
  array_to_string("transports", ',') AS transports, "deviceType", "backedUp",
  to_json("createdAt")#>>'{}' AS "createdAt", to_json("lastUsedAt")#>>'{}' AS "lastUsedAt"`;
const STORED = `"id"::text, "userId"::text, "credentialId", "publicKey", "counter"::float8,
  to_json("transports")::text AS transports`;

type StoredRow = Omit<StoredPasskey, 'transports'> & { readonly transports: string };
const toStored = (row: StoredRow): StoredPasskey => ({
  ...row,
  transports: JSON.parse(row.transports) as string[],
});

export function passkeyStore(db: Queryable): PasskeyStore {
  const stored = async (where: string, value: string) =>
    (await db.query<StoredRow>(`SELECT ${STORED} FROM plinth_passkey WHERE ${where} = $1`, [value])).map(
      toStored,
    );
  return {
    list: (userId) =>
      db.query<PasskeyInfo>(`SELECT ${INFO} FROM plinth_passkey WHERE "userId"::text = $1 ORDER BY "id"`, [
        userId,
      ]),
    ofAccount: (userId) => stored('"userId"::text', userId),
    byCredential: async (credentialId) => (await stored('"credentialId"', credentialId))[0],
    add: async (passkey) => {
      const [row] = await db.query<PasskeyInfo>(ADD, [
        uuid7(),
        passkey.name,
        passkey.credentialId,
        passkey.publicKey,
        passkey.counter,
        passkey.deviceType,
        passkey.backedUp,
        passkey.transports,
        passkey.userId,
      ]);
      return row;
    },
    countUse: async (id, counter) => (await db.execute(COUNT_USE, [id, counter])) > 0,
    rename: async (id, userId, name) => {
      const text = `UPDATE plinth_passkey SET "name" = $3 WHERE "id"::text = $1 AND "userId"::text = $2 RETURNING ${INFO}`;
      const [row] = await db.query<PasskeyInfo>(text, [id, userId, name]);
      return row;
    },
    remove: async (id, userId) =>
      (await db.execute('DELETE FROM plinth_passkey WHERE "id"::text = $1 AND "userId"::text = $2', [
        id,
        userId,
      ])) > 0,
  };
}

const ADD = `
  INSERT INTO plinth_passkey
    ("id", "name", "credentialId", "publicKey", "counter", "deviceType", "backedUp", "transports", "userId")
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text[], $9)
  ON CONFLICT ("credentialId") DO NOTHING RETURNING ${INFO}`;

/** Most passkeys are kept in several devices at once and always count 0. */
const COUNT_USE = `
  UPDATE plinth_passkey SET "counter" = $2::float8, "lastUsedAt" = now()
  WHERE "id"::text = $1 AND ("counter" < $2::float8 OR ("counter" = 0 AND $2::float8 = 0))`;
