import type { Queryable } from '../../data/index.ts';

type Server = Pick<Queryable, 'serverVersion'>;

/** Major versions of PostgreSQL among which statements differ: one on each side of the difference. */
export const UNLIKE_VERSIONS = [16, 17] as const;

/** Whether PostgreSQL reads an index once for many keys, and knows what that costs: from version 17 on. */
export function findsManyAtOnce({ serverVersion = 17 }: Server): boolean {
  return serverVersion >= 17;
}

const ONE_BY_ONE = 'one by one;';

/** What a shape begins with. */
export function shapeMark(db: Server): string {
  return findsManyAtOnce(db) ? '' : ONE_BY_ONE;
}

/** Whether a shape can come up where that server is asked. */
export function isShapeFor(db: Server, shape: string): boolean {
  return shape.startsWith(ONE_BY_ONE) !== findsManyAtOnce(db);
}
