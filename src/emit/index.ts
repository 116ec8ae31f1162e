export { emitApi } from './api/emit-api.ts';
export { emitPrismaSchema } from './prisma/emit-prisma.ts';
export { scalarTypes } from './scalars/index.ts';
export { emitSqlObjects } from './sql/emit-sql-objects.ts';
export { printSqlObjects } from './sql/print-sql-objects.ts';
