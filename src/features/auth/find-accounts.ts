import type { Queryable } from '../../data/index.ts';
import { quoteIdentifier } from '../../kit/quote-identifier.ts';
import type { AppModel } from '../../model/app-model.ts';
import { idColumn, type UserFact, userField } from './user-columns.ts';

/** An account as better-auth's clients know it. Times are ISO 8601. */
export interface AccountInfo {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly image: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly roles: readonly string[];
  /** The roles with commas between them, as better-auth keeps them. */
  readonly role: string;
  readonly banned: false;
}

export const SORTS = ['id', 'email', 'name', 'emailVerified', 'createdAt', 'updatedAt'] as const;
export const SEARCHES = {
  contains: (column: string) => `position(lower($1) IN lower(${column})) > 0`,
  starts_with: (column: string) => `starts_with(lower(${column}), lower($1))`,
  ends_with: (column: string) => `right(lower(${column}), length($1)) = lower($1)`,
} as const;

export interface AccountQuery {
  readonly limit: number;
  readonly offset: number;
  readonly sort: { readonly by: (typeof SORTS)[number]; readonly descending: boolean };
  readonly search:
    | { readonly field: 'email' | 'name'; readonly how: keyof typeof SEARCHES; readonly value: string }
    | undefined;
}

/** Reads accounts past the rules, for administrators. */
export function accountFinder({ user }: AppModel, db: Queryable) {
  const table = quoteIdentifier(user?.table ?? 'plinth_user');
  const id = idColumn(user);
  const column = (fact: UserFact) => quoteIdentifier(user ? userField(user, fact).column : fact);
  const pairs = (['name', 'email', 'emailVerified', 'image', 'createdAt', 'updatedAt', 'roles'] as const).map(
    (fact) => `'${fact}', ${column(fact)}`,
  );
  const select = `SELECT json_build_object('id', ${id}::text, ${pairs.join(', ')})::text AS row FROM ${table}`;
  return {
    one: async (accountId: string): Promise<AccountInfo | undefined> => {
      const rows = await db.query<{ row: string }>(`${select} WHERE ${id}::text = $1`, [accountId]);
      return rows.map(toAccount)[0];
    },
    many: async ({ limit, offset, sort, search }: AccountQuery) => {
      const where = search ? `WHERE ${SEARCHES[search.how](`${column(search.field)}::text`)}` : '';
      const params = search ? [search.value] : [];
      const order = sort.by === 'id' ? id : column(sort.by);
      const direction = sort.descending ? 'DESC' : 'ASC';
      const page = `ORDER BY ${order} ${direction}, ${id} ${direction} LIMIT ${limit} OFFSET ${offset}`;
      const rows = await db.query<{ row: string }>(`${select} ${where} ${page}`, params);
      const count = `SELECT count(*)::int4 AS total FROM ${table} ${where}`;
      const [counted] = await db.query<{ total: number }>(count, params);
      return { users: rows.map(toAccount), total: counted?.total ?? 0 };
    },
  };
}

export type AccountFinder = ReturnType<typeof accountFinder>;

function toAccount({ row }: { readonly row: string }): AccountInfo {
  const found = JSON.parse(row) as AccountInfo & {
    readonly name: string | null;
    readonly roles: string[] | null;
  };
  const roles = found.roles ?? [];
  const times = {
    createdAt: new Date(found.createdAt).toISOString(),
    updatedAt: new Date(found.updatedAt).toISOString(),
  };
  return { ...found, ...times, name: found.name ?? '', roles, role: roles.join(','), banned: false };
}
