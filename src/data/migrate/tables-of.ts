import type { DatabaseState } from './database-state.ts';
import { fieldsOf, modelsOf } from './edit-prisma-schema.ts';

/** The columns of every table of a state, by the table's stored name. */
export function tablesOf({ prismaSchema }: DatabaseState): ReadonlyMap<string, ReadonlySet<string>> {
  const lines = prismaSchema.split('\n');
  return new Map(
    modelsOf(lines).map((model) => [
      model.table,
      new Set(fieldsOf(lines, model).map(({ column }) => column)),
    ]),
  );
}
