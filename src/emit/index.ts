export { emitApi } from './api/emit-api.ts';
export { scalarTypes } from './scalars/index.ts';
export { printSqlObjects } from './sql/print-sql-objects.ts';
