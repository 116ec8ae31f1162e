import type { RuleBook } from '../../access/rule-book.ts';
import type { AppModel, Entity, EnumType } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import { type ApiAdditions, mergeAdditions } from './api-additions.ts';
import type { ApiContext } from './api-context.ts';
import { carryCustomTypes } from './carry-custom-types.ts';
import { emitAggregateTypes } from './emit-aggregate-types.ts';
import { emitEntityType } from './emit-entity-type.ts';
import { emitGroupTypes } from './emit-group-types.ts';
import { emitWriteInputs } from './emit-nested-inputs.ts';
import { emitPageTypes } from './emit-page-types.ts';
import { emitRoots } from './emit-roots.ts';
import { emitWhereTypes } from './emit-where-types.ts';
import { enumFilters } from './filters.ts';
import { printDefinition, referredNames, type SdlDefinition } from './sdl.ts';
import { sharedType } from './shared-types.ts';

const HEADER = '# emitted by plinth from schema.graphql; do not edit';

/**
 * The whole generated API as SDL: roots, then per model its type, pages, numbers, groups,
 * conditions and inputs, then enums, the author's own types and what they share. A type that nothing mentions is left
 * out. Same model, same bytes.
 */
export function emitApi(app: AppModel, rules: RuleBook, additions: readonly ApiAdditions[] = []): string {
  const definitions = collectDefinitions({ app, rules }, mergeAdditions(additions));
  return `${HEADER}\n\n${definitions.map(printDefinition).join('\n\n')}\n`;
}

function collectDefinitions(
  context: ApiContext,
  additions: Required<ApiAdditions>,
): readonly SdlDefinition[] {
  const { app } = context;
  const roots = emitRoots(app, additions);
  const custom = carryCustomTypes(app);
  const own = [
    ...app.entities.flatMap((entity) => entityTypes(context, entity)),
    ...app.enums.flatMap((type) => [enumDefinition(type), ...enumFilters(type)]),
    ...additions.types,
  ];
  const kept = alwaysThere(app);
  const entry = [...roots, ...custom, ...own.filter((definition) => kept.has(definition.name))];
  const reached = reach(entry, [...roots, ...own, ...custom]);
  return [...roots, ...own, ...custom].filter(({ name }) => reached.has(name)).concat(sharedIn(reached));
}

function entityTypes(context: ApiContext, entity: Entity): readonly SdlDefinition[] {
  return [
    emitEntityType(context, entity),
    ...emitPageTypes(entity),
    ...emitAggregateTypes(entity),
    ...emitGroupTypes(entity),
    ...emitWhereTypes(context.app, entity),
    ...emitWriteInputs(context.app, entity),
  ];
}

function enumDefinition(type: EnumType): SdlDefinition {
  return {
    kind: 'enum',
    name: type.name,
    description: type.description ?? `A value of type ${type.name}.`,
    values: type.values.map((value) => ({
      name: value.name,
      description: value.description ?? `\`${value.name}\` of ${type.name}.`,
      deprecated: value.deprecated,
    })),
  };
}

/** The author's enums and the contract's `TaskConnectOrCreate` are in the API even where no field mentions them. */
function alwaysThere(app: AppModel): ReadonlySet<string> {
  return new Set([
    ...app.enumByName.keys(),
    ...app.entities.map((entity) => names.connectOrCreate(entity, undefined)),
  ]);
}

/** Names of everything that `entry` leads to. */
function reach(entry: readonly SdlDefinition[], all: readonly SdlDefinition[]): ReadonlySet<string> {
  const byName = new Map(all.map((definition) => [definition.name, definition]));
  const reached = new Set<string>();
  const queue = entry.map((definition) => definition.name);
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    const definition = byName.get(name) ?? sharedType(name);
    if (definition) queue.push(...referredNames(definition));
  }
  return reached;
}

function sharedIn(reached: ReadonlySet<string>): readonly SdlDefinition[] {
  return [...reached].sort().flatMap((name) => sharedType(name) ?? []);
}
