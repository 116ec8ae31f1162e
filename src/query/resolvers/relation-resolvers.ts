import DataLoader from 'dataloader';
import { isNonNullType } from 'graphql';
import { ViewerError } from '../../kit/viewer-error.ts';
import type { AppModel, Entity, RelationField } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import type { GraphQLContext } from '../graphql-context.ts';
import { aggregatePlan } from '../read/aggregate-plan.ts';
import { makePlan, pageOf, planWhere, sliceOf } from '../read/make-plan.ts';
import { keyProperty, relationColumns, verdictName } from '../read/plan-columns.ts';
import { emptyAggregate, readAggregates } from '../read/read-aggregates.ts';
import { type Parents, type ReadRow, readConnections, readRelated } from '../read/read-rows.ts';
import { decided, fieldRule, isHidden, readableRows } from '../read/readable.ts';
import type { RequestScope } from '../request-scope.ts';
import { entityOf } from '../sql/sql-type.ts';
import { aggregateItems } from './aggregate-ask.ts';
import { connectionAsk } from './connection-ask.ts';
import { perField, rowLoader } from './loaders.ts';
import { neededColumns } from './needed-columns.ts';
import { EMPTY_CONNECTION } from './page-resolvers.ts';
import type { Resolver } from './resolver.ts';
import { withColumns } from './with-columns.ts';

/** The fields that a relation has in the API. Each loads for all parents at once. */
export function relationResolvers(
  app: AppModel,
  entity: Entity,
  relation: RelationField,
): Readonly<Record<string, Resolver>> {
  const target = entityOf(app, relation.target);
  const place = { entity, relation, target };
  if (!relation.many) return { [relation.name]: toOne(place) };
  return {
    [relation.name]: list(place),
    [names.relationConnection(relation)]: connection(place),
    [names.relationAggregate(relation)]: aggregate(place),
  };
}

interface Place {
  readonly entity: Entity;
  readonly relation: RelationField;
  readonly target: Entity;
}

/** Null where the relation's own rule hides it from this viewer; else what `load` answers for the row. */
async function ifOpen<T>(
  { entity, relation }: Place,
  parent: unknown,
  scope: RequestScope,
  load: (row: ReadRow) => Promise<T> | T,
): Promise<T | null> {
  const rule = fieldRule(scope, entity, relation.name);
  if (rule && decided(rule) === false) return null;
  const columns = relationColumns(scope, entity, relation);
  const row = await withColumns(scope, entity, parent as ReadRow, columns);
  if (row && rule && row[verdictName(relation)] !== true) scope.noteHidden(`${entity.name}.${relation.name}`);
  if (!row || (rule && row[verdictName(relation)] !== true)) return null;
  return load(row);
}

function toOne(place: Place): Resolver {
  const { entity, relation, target } = place;
  return async (parent, _args, { scope }: GraphQLContext, info) => {
    const found = await ifOpen(place, parent, scope, (row) => {
      if (isHidden(scope, target)) return null;
      if (relation.storage.kind !== 'key')
        return perField(scope, info, () => inverseLoader(place, scope, columns())).load(String(row.id));
      const key = row[keyProperty(scope, entity, relation)];
      if (key === null || key === undefined) return null;
      return perField(scope, info, () => rowLoader(scope, target, columns())).load(String(key));

      function columns() {
        return neededColumns(scope, target, info, info.fieldNodes);
      }
    });
    // Whoever reads the row reads this; but one may write a row so that one cannot read it afterwards.
    if (!found && isNonNullType(info.returnType))
      throw new ViewerError('NOT_FOUND', `There is no such ${target.name}.`);
    return found;
  };
}

/** The far side of a one-to-one: none or one row per parent. */
function inverseLoader(place: Place, scope: RequestScope, columns: readonly string[]) {
  const plan = planWhere(scope, place.target, readableRows(scope, place.target), columns);
  return new DataLoader(async (ids: readonly string[]) => {
    const rows = await readRelated(scope, plan, { limit: 1, offset: 0 }, parentsOf(place, ids));
    return rows.map(([row]) => row ?? null);
  });
}

function list(place: Place): Resolver {
  const { target } = place;
  return (parent, args, { scope }, info) =>
    ifOpen(place, parent, scope, (row) => {
      const loader = perField(scope, info, () => {
        const columns = neededColumns(scope, target, info, info.fieldNodes);
        const plan = makePlan(scope, target, args, columns);
        const slice = sliceOf(scope, args);
        return new DataLoader((ids: readonly string[]) =>
          readRelated(scope, plan, slice, parentsOf(place, ids)),
        );
      });
      return isHidden(scope, target) ? [] : loader.load(String(row.id));
    });
}

function connection(place: Place): Resolver {
  const { target } = place;
  return (parent, args, { scope }, info) =>
    ifOpen(place, parent, scope, (row) => {
      const loader = perField(scope, info, () => {
        const { ask, columns } = connectionAsk(scope, target, info);
        const plan = makePlan(scope, target, args, columns);
        const page = pageOf(scope, plan, args);
        return new DataLoader((ids: readonly string[]) =>
          readConnections(scope, plan, page, ask, parentsOf(place, ids)),
        );
      });
      return isHidden(scope, target) ? EMPTY_CONNECTION : loader.load(String(row.id));
    });
}

function aggregate(place: Place): Resolver {
  const { target } = place;
  return (parent, args, { scope }, info) =>
    ifOpen(place, parent, scope, (row) => {
      const items = aggregateItems(target, info, info.fieldNodes);
      if (isHidden(scope, target)) return emptyAggregate(items);
      const loader = perField(scope, info, () => {
        const plan = aggregatePlan(scope, target, args.where, items);
        return new DataLoader((ids: readonly string[]) => readAggregates(scope, plan, parentsOf(place, ids)));
      });
      return loader.load(String(row.id));
    });
}

function parentsOf({ entity, relation }: Place, keys: readonly string[]): Parents {
  return { owner: entity, relation, keys };
}
