import type { Queryable } from '../../data/index.ts';
import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel } from '../../model/app-model.ts';
import { idColumn, userField } from './user-columns.ts';

/**
 * Whoever makes an account with somebody else's address must not stay in it once the owner shows that the address is
 * theirs. better-auth ends passwords, links to providers and sessions; keys, passkeys and second factors end here.
 */
export async function forgetUnproven(app: AppModel, db: Queryable, userId: string): Promise<void> {
  await db.execute('DELETE FROM plinth_passkey WHERE "userId"::text = $1', [userId]);
  await db.execute('DELETE FROM plinth_api_key WHERE "userId"::text = $1', [userId]);
  await db.execute('DELETE FROM plinth_two_factor WHERE "userId"::text = $1', [userId]);
  const { user } = app;
  const table = quoteIdentifier(user?.table ?? 'plinth_user');
  const column = quoteIdentifier(user ? userField(user, 'twoFactorEnabled').column : 'twoFactorEnabled');
  await db.execute(`UPDATE ${table} SET ${column} = false WHERE ${idColumn(user)}::text = $1`, [userId]);
}
