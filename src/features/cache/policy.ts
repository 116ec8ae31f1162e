import { type GraphQLNamedType, isCompositeType } from 'graphql';
import type { AppModel, CacheHint } from '../../model/app-model.ts';
import type { Owners } from './owners.ts';

/** How long an answer may be kept, and by whom. Undefined: nothing is said. */
export interface Policy {
  readonly maxAge: number | undefined;
  readonly scope: 'PUBLIC' | 'PRIVATE' | undefined;
}

const SILENT: Policy = { maxAge: undefined, scope: undefined };
/** Not to be kept. */
export const NEVER: Policy = { maxAge: 0, scope: undefined };

/** A field as it is selected. `isRoot`: on the query itself. */
export interface SelectedOn {
  readonly parent: string;
  readonly name: string;
  readonly answer: GraphQLNamedType;
  readonly isRoot: boolean;
}

/**
 * What one field says, by Apollo's published rules: its own hint before that of the type it leads to; without either, a
 * root field or a field that leads to a type is not kept, and any other lives as long as its parent. What is generated
 * around rows (pages, aggregates, groups) lives as long as what it stands around.
 */
export function fieldPolicy(app: AppModel, owners: Owners, on: SelectedOn): Policy {
  if (owners.wrappers.has(on.parent)) return SILENT;
  const isComposite = isCompositeType(on.answer);
  const own = fieldHint(app, on);
  const type = isComposite ? typeHint(app, owners, on.answer.name) : undefined;
  const inherits =
    type?.inheritMaxAge === true || (own?.inheritMaxAge === true && type?.maxAge === undefined);
  const maxAge = own?.maxAge ?? type?.maxAge;
  const scope = own?.scope ?? type?.scope;
  if (maxAge === undefined && (on.isRoot || (isComposite && !inherits))) return { maxAge: 0, scope };
  return { maxAge, scope };
}

/** The hint on a field. That of a relation holds for its connection and its aggregate, too. */
export function fieldHint(app: AppModel, { parent, name }: Pick<SelectedOn, 'parent' | 'name'>) {
  return app.cacheHints.get(`${parent}.${relationBehind(app, parent, name)}`);
}

/** The relation that a generated field stands beside (`tasks` of `tasksConnection`); any other name as it is. */
export function relationBehind(app: AppModel, parent: string, name: string): string {
  const entity = app.entityByName.get(parent);
  if (!entity || entity.fieldByName.has(name)) return name;
  const stem = /^(.+)(?:Connection|Aggregate)$/.exec(name)?.[1];
  return stem !== undefined && entity.fieldByName.get(stem)?.kind === 'relation' ? stem : name;
}

function typeHint(app: AppModel, owners: Owners, type: string): CacheHint | undefined {
  return app.cacheHints.get(owners.answers.get(type)?.name ?? type);
}

/** The stricter of two. */
export function restrict(one: Policy, other: Policy): Policy {
  const ages = [one.maxAge, other.maxAge].filter((age) => age !== undefined);
  return {
    maxAge: ages.length === 0 ? undefined : Math.min(...ages),
    scope: one.scope === 'PRIVATE' || other.scope === 'PRIVATE' ? 'PRIVATE' : (one.scope ?? other.scope),
  };
}
