import type { Db } from '../../data/index.ts';
import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel, Entity } from '../../model/app-model.ts';
import { idColumn } from './user-columns.ts';

/**
 * Gives everything that points at one account to another: what somebody made before they signed up stays theirs. Where
 * both have a row that only one may have, the new account's own stays.
 */
export async function adoptRows(app: AppModel, db: Db, from: string, to: string): Promise<void> {
  const { user } = app;
  if (!user) return;
  await db.transaction(async (tx) => {
    for (const { entity, column } of keysTo(app, user)) {
      const [table, key] = [quoteIdentifier(entity.table), quoteIdentifier(column)];
      const text = `UPDATE ${table} SET ${key} = (SELECT ${idColumn(user)} FROM ${quoteIdentifier(user.table)} WHERE ${idColumn(user)}::text = $2) WHERE ${key}::text = $1`;
      await tx.savepoint(() => tx.execute(text, [from, to])).catch(ignoreUniqueness);
    }
  });
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

function ignoreUniqueness(error: unknown): void {
  if ((error as { sqlState?: string }).sqlState !== '23505') throw error;
}
