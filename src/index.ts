export type { Settings } from './config/index.ts';
export type { Db, Queryable, Tx } from './data/index.ts';
export type { ResolverContext } from './project/resolver-context.ts';
export type { SeedContext } from './project/seed-project.ts';
