import type { DatabaseState, Renames } from '../data/index.ts';
import { stateRenames } from '../emit/sql/state-renames.ts';
import type { BuiltApp } from '../pipeline.ts';

/** The database that `schema.graphql` asks for, and how it wants to get there. */
export function desiredState(built: BuiltApp): {
  readonly desired: DatabaseState;
  readonly renames: Renames;
} {
  return {
    desired: { prismaSchema: built.prismaSchema, objects: built.sqlObjects },
    renames: stateRenames(built.app),
  };
}
