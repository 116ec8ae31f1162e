import type { Tx } from '../../data/index.ts';
import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel, Entity } from '../../model/app-model.ts';
import { idColumn, userField } from './user-columns.ts';

/**
 * Gives everything that points at one account to another: what somebody made before they signed up stays theirs. Where
 * both have a row that only one may have, the new account's own stays.
 */
export async function adoptRows(app: AppModel, tx: Tx, from: string, to: string): Promise<void> {
  const { user } = app;
  if (!user) return;
  const account = `(SELECT ${idColumn(user)} FROM ${quoteIdentifier(user.table)} WHERE ${idColumn(user)}::text = $2)`;
  for (const { entity, column } of keysTo(app, user)) {
    const [table, key] = [quoteIdentifier(entity.table), quoteIdentifier(column)];
    const update = `UPDATE ${table} SET ${key} = ${account} WHERE ${key}::text = $1`;
    const all = await attempt(tx, update, [from, to]);
    if (!all) await rowByRow(tx, { table, key, id: idColumn(entity), update }, from, to);
  }
  for (const { table, column, other } of joinsTo(user)) {
    const taken = `SELECT 1 FROM ${table} o WHERE o.${column} = ${account} AND o.${other} = t.${other}`;
    const update = `UPDATE ${table} t SET ${column} = ${account} WHERE t.${column}::text = $1 AND NOT EXISTS (${taken})`;
    await tx.execute(update, [from, to]);
  }
}

/**
 * Adopts the rows of an account that is anonymous and removes it; false, and nothing done, where it is not. An account that
 * rows still hold, because they could not move, stays behind without a session.
 */
export async function adoptAnonymous(app: AppModel, tx: Tx, from: string, to: string): Promise<boolean> {
  const { user } = app;
  const table = quoteIdentifier(user?.table ?? 'plinth_user');
  const flag = quoteIdentifier(user ? userField(user, 'isAnonymous').column : 'isAnonymous');
  const where = `WHERE ${idColumn(user)}::text = $1 AND ${flag}`;
  const [found] = await tx.query(`SELECT 1 FROM ${table} ${where} FOR UPDATE`, [from]);
  if (!found) return false;
  await adoptRows(app, tx, from, to);
  await tx.execute('DELETE FROM plinth_session WHERE "userId"::text = $1', [from]);
  await attempt(tx, `DELETE FROM ${table} ${where}`, [from], HELD);
  return true;
}

interface KeyColumn {
  readonly table: string;
  readonly key: string;
  readonly id: string;
  readonly update: string;
}

/** One row that may not move must not keep the others back. */
async function rowByRow(
  tx: Tx,
  { table, key, id, update }: KeyColumn,
  from: string,
  to: string,
): Promise<void> {
  const rows = await tx.query<{ id: string }>(
    `SELECT ${id}::text AS id FROM ${table} WHERE ${key}::text = $1`,
    [from],
  );
  for (const row of rows) await attempt(tx, `${update} AND ${id}::text = $3`, [from, to, row.id]);
}

/** SQLSTATEs: a unique constraint is in the way; a row points here. */
const CLASH: readonly string[] = ['23505'];
const HELD: readonly string[] = ['23001', '23503'];

/** False where one of the `refusals` is in the way. */
async function attempt(
  tx: Tx,
  text: string,
  params: readonly unknown[],
  refusals: readonly string[] = CLASH,
): Promise<boolean> {
  try {
    await tx.savepoint(() => tx.execute(text, params));
    return true;
  } catch (error) {
    if (!refusals.includes((error as { sqlState?: string }).sqlState ?? '')) throw error;
    return false;
  }
}

function keysTo(
  app: AppModel,
  user: Entity,
): readonly { readonly entity: Entity; readonly column: string }[] {
  return app.entities.flatMap((entity) =>
    entity.fields.flatMap((field) =>
      field.kind === 'relation' && field.target === user.name && field.storage.kind === 'key'
        ? [{ entity, column: field.storage.column }]
        : [],
    ),
  );
}

/** Columns of join tables that hold accounts; both, where accounts are related to accounts. */
function joinsTo(user: Entity): readonly Record<'table' | 'column' | 'other', string>[] {
  return user.fields.flatMap((field) =>
    field.kind === 'relation' && field.storage.kind === 'join'
      ? [
          {
            table: quoteIdentifier(field.storage.table),
            column: quoteIdentifier(field.storage.own),
            other: quoteIdentifier(field.storage.other),
          },
        ]
      : [],
  );
}
