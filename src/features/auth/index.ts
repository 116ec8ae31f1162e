import type { Feature } from '../feature.ts';
import { authApi } from './api.ts';
import { keepMailHonest } from './sql-objects.ts';
import { authTables } from './tables.ts';
import { addUserColumns } from './user-columns.ts';

/** Who you are: accounts, passwords, sessions and every other way to sign in. */
export const auth: Feature = {
  name: 'auth',
  extendModel: addUserColumns,
  tables: authTables,
  api: authApi,
  sqlObjects: keepMailHonest,
};
