import { Kind } from 'graphql';
import type { AppModel } from './app-model.ts';

/** Names of the scalars that the author declares. */
export function ownScalars({ customTypes }: Pick<AppModel, 'customTypes'>): ReadonlySet<string> {
  const nodes = customTypes.filter((node) => node.kind === Kind.SCALAR_TYPE_DEFINITION);
  return new Set(nodes.map(({ name }) => name.value));
}
