import type { Queryable } from '../../data/index.ts';

/** Major versions of PostgreSQL among which statements differ: one on each side of the difference. */
export const UNLIKE_VERSIONS = [16, 17] as const;

/** Whether PostgreSQL reads an index once for many keys, and knows what that costs: from version 17 on. */
export function findsManyAtOnce({ serverVersion = 17 }: Pick<Queryable, 'serverVersion'>): boolean {
  return serverVersion >= 17;
}
