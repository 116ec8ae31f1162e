import type { SqlObject } from '../../model/sql-object.ts';

/** All of a database's structure: what Prisma can say, and the objects beside it (in the order in which to create them). */
export interface DatabaseState {
  readonly prismaSchema: string;
  readonly objects: readonly SqlObject[];
}

/** Whether two states are the same to the letter. */
export function isSameState(a: DatabaseState | undefined, b: DatabaseState | undefined): boolean {
  return JSON.stringify(pick(a)) === JSON.stringify(pick(b));
}

function pick(state: DatabaseState | undefined): unknown {
  return state && [state.prismaSchema, state.objects.map((one) => [one.name, one.create, one.drop])];
}
