import type { Entity } from '../../model/app-model.ts';
import { canonicalId } from '../../query/sql/literal.ts';
import { idType } from '../../query/sql/sql-type.ts';
import { idColumn } from './user-columns.ts';

/** The condition that an account has an id, which is `$1`. */
export interface AccountById {
  readonly where: string;
  readonly params: readonly [string];
}

/**
 * How to find an account by its id; undefined where no account can have one like that. The value becomes one of the column's
 * type: a column that becomes a text is served by no index, and all accounts would be read.
 */
export function accountById(user: Entity | undefined, id: string): AccountById | undefined {
  const type = user ? idType(user) : PLAIN;
  const own = canonicalId(type, id);
  return own === undefined ? undefined : { where: `${idColumn(user)} = $1::${type.pg}`, params: [own] };
}

/** Of accounts of a project that has no model for them. */
const PLAIN = { pg: 'uuid', list: false, scalar: undefined, enumValues: undefined };
