import type { Queryable } from '../../data/index.ts';
import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel } from '../../model/app-model.ts';
import { bad } from './route-input.ts';
import { idColumn, userField } from './user-columns.ts';

/** Replaces the roles of an account. @throws ViewerError BAD_USER_INPUT for one that the author's enum does not have */
export async function setRoles(
  { user, enums }: AppModel,
  db: Queryable,
  id: string,
  roles: readonly string[],
): Promise<void> {
  const field = user && userField(user, 'roles');
  const known = field?.type.kind === 'enum' ? enums.find(({ name }) => name === field.type.name) : undefined;
  const unknown = known && roles.find((role) => !known.values.some(({ name }) => name === role));
  if (unknown !== undefined)
    throw bad('roles', `has ${JSON.stringify(unknown)}, which ${known?.name} has not`);
  const table = quoteIdentifier(user?.table ?? 'plinth_user');
  const type = known ? `${quoteIdentifier(known.name)}[]` : 'text[]';
  const text = `UPDATE ${table} SET ${quoteIdentifier(field?.column ?? 'roles')} = $2::text[]::${type} WHERE ${idColumn(user)}::text = $1`;
  await db.execute(text, [id, roles]);
}
