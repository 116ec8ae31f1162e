import { createHash } from 'node:crypto';
import { v7 as uuid7 } from 'uuid';
import type { Queryable } from '../../data/index.ts';
import { networkOf } from '../../kit/network-of.ts';
import { ViewerError } from '../../kit/viewer-error.ts';

/** What an address may do at most so often; each is counted by itself. */
export type Attempt = 'sign-up' | 'sign-in' | 'reset' | 'code';

const ADDRESS_ATTEMPTS = 30;
const ADDRESS_WINDOW_S = 5 * 60;
/** Failures before the next attempt has to wait; then 5 s, 10 s, 20 s … */
const FREE_FAILURES = 10;
const FIRST_DELAY_S = 5;
const LONGEST_DELAY_S = 15 * 60;
/** RFC 6238 with a step of 30 s, one step early or late. */
const CODE_SECONDS = 90;

/** Counts attempts to sign in. The counts are in the database: they outlive restarts and are shared by all nodes. */
export interface Throttle {
  /** @throws ViewerError RATE_LIMITED when this address has used up its attempts for now */
  admitAddress(attempt: Attempt, address: string): Promise<void>;
  /**
   * Counts an attempt at this account as a failure beforehand, so that many at once are all counted; `forgive` takes
   * it back. Whether there is such an account makes no difference.
   * @throws ViewerError RATE_LIMITED while the account has to wait
   */
  admitAccount(email: string): Promise<void>;
  forgive(email: string): Promise<void>;
  /** Whether nobody has used this one-time code of the account before. Codes are good for a minute and a half. */
  useOnce(email: string, code: string): Promise<boolean>;
}

/** @param db must not be the transaction of the request, which would take the count back when the attempt fails */
export function makeThrottle(db: Queryable): Throttle {
  return {
    async admitAddress(attempt, address) {
      const key = `${attempt}:${networkOf(address)}`;
      const [row] = await db.query<{ count: number; wait: number }>(COUNT_IN_WINDOW, [
        uuid7(),
        key,
        ADDRESS_WINDOW_S,
      ]);
      if (row && row.count > ADDRESS_ATTEMPTS) throw tooMany(row.wait);
    },
    async admitAccount(email) {
      const key = accountKey(email);
      const params = [uuid7(), key, FREE_FAILURES, FIRST_DELAY_S, LONGEST_DELAY_S];
      const [counted] = await db.query(COUNT_FAILURE, params);
      if (counted) return;
      const [row] = await db.query<{ wait: number }>(WAIT, [key]);
      throw tooMany(row?.wait ?? FIRST_DELAY_S);
    },
    async forgive(email) {
      await db.execute('DELETE FROM plinth_throttle WHERE "key" = $1', [accountKey(email)]);
    },
    async useOnce(email, code) {
      const key = createHash('sha256')
        .update(`${accountKey(email)} ${code}`)
        .digest('base64url');
      return (await db.execute(USE_ONCE, [uuid7(), `code-used:${key}`, CODE_SECONDS])) > 0;
    },
  };
}

const COUNT_IN_WINDOW = `
  INSERT INTO plinth_throttle AS t ("id", "key", "count", "until")
  VALUES ($1, $2, 1, now() + $3::float8 * interval '1 second')
  ON CONFLICT ("key") DO UPDATE SET
    "count" = CASE WHEN t."until" < now() THEN 1 ELSE t."count" + 1 END,
    "until" = CASE WHEN t."until" < now() THEN excluded."until" ELSE t."until" END
  RETURNING "count", ceil(extract(epoch FROM "until" - now()))::int4 AS wait`;

/** Failures are forgotten an hour after the last one. No row comes back while the account has to wait. */
const COUNT_FAILURE = `
  INSERT INTO plinth_throttle AS t ("id", "key", "count", "until") VALUES ($1, $2, 1, now())
  ON CONFLICT ("key") DO UPDATE SET
    "count" = CASE WHEN t."until" < now() - interval '1 hour' THEN 1 ELSE t."count" + 1 END,
    "until" = CASE
      WHEN t."until" < now() - interval '1 hour' OR t."count" + 1 < $3::int4 THEN now()
      ELSE now() + least($5::float8, $4::float8 * power(2, least(t."count" + 1 - $3::int4, 30))) * interval '1 second'
    END
  WHERE t."until" <= now()
  RETURNING "count"`;

const USE_ONCE = `
  INSERT INTO plinth_throttle AS t ("id", "key", "count", "until")
  VALUES ($1, $2, 1, now() + $3::float8 * interval '1 second')
  ON CONFLICT ("key") DO UPDATE SET "until" = excluded."until" WHERE t."until" < now()`;

const WAIT = `
  SELECT greatest(1, ceil(extract(epoch FROM "until" - now())))::int4 AS wait
  FROM plinth_throttle WHERE "key" = $1`;

function tooMany(seconds: number): ViewerError {
  return new ViewerError('RATE_LIMITED', `Too many attempts. Try again in ${Math.max(1, seconds)} s.`);
}

/** Hashed, so that the table is no list of addresses that somebody has tried. */
function accountKey(email: string): string {
  return `account:${createHash('sha256').update(email.trim().toLowerCase()).digest('base64url')}`;
}
