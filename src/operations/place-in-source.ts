import { type ASTNode, type GraphQLError, getLocation } from 'graphql';
import type { Place } from '../kit/problem.ts';

/** Where an error of graphql-js is: at the last of its nodes, which is the one that does not fit those before it. */
export function placeInSource(
  error: Partial<Pick<GraphQLError, 'nodes' | 'locations'>> & {
    readonly nodes?: readonly ASTNode[] | undefined;
  },
  file = '',
): Place {
  const loc = error.nodes?.at(-1)?.loc;
  if (loc) return { file: loc.source.name, ...getLocation(loc.source, loc.start) };
  const [first] = error.locations ?? [];
  return { file, line: first?.line ?? 1, column: first?.column ?? 1 };
}
