import type { CacheHint } from '../../model/app-model.ts';
import { booleanArgument, directive, enumArgument, intArgument, type WithDirectives } from '../arguments.ts';
import type { AuthorSchema } from '../author-schema.ts';

/** Every `@cacheControl` by the coordinate of what it stands on. */
export function cacheHints(schema: AuthorSchema): ReadonlyMap<string, CacheHint> {
  const hints = new Map<string, CacheHint>();
  const note = (coordinate: string, node: WithDirectives): void => {
    const hint = cacheHint(node);
    if (hint) hints.set(coordinate, hint);
  };
  for (const type of [...schema.models.values(), ...schema.customTypes.values()]) {
    note(type.name.value, type);
    if (type.kind !== 'ObjectTypeDefinition') continue;
    for (const field of type.fields ?? []) note(`${type.name.value}.${field.name.value}`, field);
  }
  for (const { root, node } of schema.roots) note(`${root}.${node.name.value}`, node);
  return hints;
}

function cacheHint(node: WithDirectives): CacheHint | undefined {
  const used = directive(node, 'cacheControl');
  if (!used) return undefined;
  const scope = enumArgument(used, 'scope');
  return {
    maxAge: intArgument(used, 'maxAge'),
    scope: scope === 'PUBLIC' || scope === 'PRIVATE' ? scope : undefined,
    inheritMaxAge: booleanArgument(used, 'inheritMaxAge') ?? false,
  };
}
