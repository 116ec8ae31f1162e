import { createRequire } from 'node:module';
import type * as GraphQLScalars from 'graphql-scalars';

export type Library = typeof GraphQLScalars;

const load = createRequire(import.meta.url);
let library: Library | undefined;

/** graphql-scalars, loaded by the first call: it is eighty files, and many projects have no value for any of its scalars. */
export function graphqlScalars(): Library {
  library ??= load('graphql-scalars') as Library;
  return library;
}
