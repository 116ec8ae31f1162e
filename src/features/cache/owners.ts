import type { AppModel, Entity } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';

/** Which entity a type of the generated API is about, by the type's name. */
export interface Owners {
  /** Types that answers are made of, the entity's own included. */
  readonly answers: ReadonlyMap<string, Entity>;
  /** Types of answers that only stand around rows: pages, aggregates, groups. */
  readonly wrappers: ReadonlySet<string>;
  /** Inputs and enums that name fields: filters, orders, groups. */
  readonly inputs: ReadonlyMap<string, Entity>;
}

/** Sorts the names of the generated API by entity. */
export function apiOwners(app: AppModel): Owners {
  const answers = new Map<string, Entity>();
  const inputs = new Map<string, Entity>();
  const wrappers = new Set(['PageInfo']);
  for (const entity of app.entities) {
    answers.set(entity.name, entity);
    for (const name of wrapperNames(entity)) {
      answers.set(name, entity);
      wrappers.add(name);
    }
    for (const name of inputNames(entity)) inputs.set(name, entity);
  }
  return { answers, wrappers, inputs };
}

function wrapperNames(entity: Entity): readonly string[] {
  const { connection, edge, aggregate, countDistinct, sum, avg, min, max, group, key } = names;
  return [connection, edge, aggregate, countDistinct, sum, avg, min, max, group, key].map((name) =>
    name(entity),
  );
}

function inputNames(entity: Entity): readonly string[] {
  const { where, orderBy, groupKey, groupField, having, groupOrderBy } = names;
  const parts = ['sum', 'avg', 'min', 'max'] as const;
  return [
    ...[where, orderBy, groupKey, groupField, having, groupOrderBy].map((name) => name(entity)),
    ...parts.map((part) => names.havingPart(entity, part)),
    ...(['key', ...parts] as const).map((part) => names.groupOrderPart(entity, part)),
  ];
}
