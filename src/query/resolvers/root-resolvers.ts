import type { AppModel, Entity, UniqueKey } from '../../model/app-model.ts';
import { groupKeys, uniqueParts, visibleUniques } from '../../model/exposed-fields.ts';
import { and, type Expr } from '../../model/expr.ts';
import { names } from '../../model/names.ts';
import { aggregatePlan } from '../read/aggregate-plan.ts';
import { groupPlan } from '../read/group-plan.ts';
import { toJson } from '../read/input-values.ts';
import { type Args, makePlan, pageOf, planWhere, sliceOf } from '../read/make-plan.ts';
import { readAggregates } from '../read/read-aggregates.ts';
import { readGroups } from '../read/read-groups.ts';
import { readConnections, readRows } from '../read/read-rows.ts';
import { assertMayRead, leadsToReadable, readableColumn, readableRows } from '../read/readable.ts';
import { selectedFields } from '../read/selection.ts';
import type { RequestScope } from '../request-scope.ts';
import { aggregateItems } from './aggregate-ask.ts';
import { connectionAsk } from './connection-ask.ts';
import { rowLoader } from './loaders.ts';
import { neededColumns } from './needed-columns.ts';
import { findNode, findNodes } from './node-resolvers.ts';
import type { Resolver } from './resolver.ts';

/** Every generated field of `Query`. */
export function queryResolvers(app: AppModel): Readonly<Record<string, Resolver>> {
  const own = app.user ? { viewer: viewerRow(app.user) } : {};
  return Object.assign({ node: findNode, nodes: findNodes }, own, ...app.entities.map(entityQueries));
}

function entityQueries(entity: Entity): Readonly<Record<string, Resolver>> {
  const groups = groupKeys(entity).length > 0 ? { [names.groupsField(entity)]: groupsOf(entity) } : {};
  const uniques = visibleUniques(entity).map((key) => [names.byUnique(entity, key), byUnique(entity, key)]);
  return {
    [names.one(entity)]: one(entity),
    ...Object.fromEntries(uniques),
    [names.many(entity)]: many(entity),
    [names.connectionField(entity)]: connectionOf(entity),
    [names.aggregateField(entity)]: aggregateOf(entity),
    ...groups,
  };
}

/** The viewer's own row; null for who has none. */
function viewerRow(user: Entity): Resolver {
  return (_source, _args, { scope }, info) => {
    if (scope.viewer.kind !== 'viewer') return null;
    return rowLoader(scope, user, neededColumns(scope, user, info, info.fieldNodes)).load(scope.viewer.id);
  };
}

function one(entity: Entity): Resolver {
  return (_source, args, { scope }, info) => {
    assertMayRead(scope, entity);
    return rowLoader(scope, entity, neededColumns(scope, entity, info, info.fieldNodes)).load(
      String(args.id),
    );
  };
}

function byUnique(entity: Entity, key: UniqueKey): Resolver {
  return async (_source, args, { scope }, info) => {
    assertMayRead(scope, entity);
    const where = and(readableRows(scope, entity), uniqueToExpr(scope, entity, key, args));
    const plan = planWhere(scope, entity, where, neededColumns(scope, entity, info, info.fieldNodes));
    const [row] = await readRows(scope, plan, { limit: 1, offset: 0 });
    return row ?? null;
  };
}

/** The condition that a row has these values in a unique key, and leads by it to rows that the viewer may read, as a filter would. */
export function uniqueToExpr(scope: RequestScope, entity: Entity, key: UniqueKey, args: Args): Expr {
  const terms = uniqueParts(entity, key).flatMap(({ name, type }): Expr[] => {
    const right = { kind: 'literal', value: toJson(args[name], type, [name]), type } as const;
    return [
      { kind: 'compare', op: 'eq', left: readableColumn(scope, entity, name), right },
      leadsToReadable(scope, entity, name),
    ];
  });
  return and(...terms);
}

function many(entity: Entity): Resolver {
  return (_source, args, { scope }, info) => {
    assertMayRead(scope, entity);
    const plan = makePlan(scope, entity, args, neededColumns(scope, entity, info, info.fieldNodes));
    return readRows(scope, plan, sliceOf(scope, args));
  };
}

function connectionOf(entity: Entity): Resolver {
  return async (_source, args, { scope }, info) => {
    assertMayRead(scope, entity);
    const { ask, columns } = connectionAsk(scope, entity, info);
    const plan = makePlan(scope, entity, args, columns);
    const [result] = await readConnections(scope, plan, pageOf(scope, plan, args), ask, undefined);
    return result;
  };
}

function aggregateOf(entity: Entity): Resolver {
  return async (_source, args, { scope }, info) => {
    assertMayRead(scope, entity);
    const items = aggregateItems(entity, info, info.fieldNodes);
    const [result] = await readAggregates(scope, aggregatePlan(scope, entity, args.where, items), undefined);
    return result;
  };
}

function groupsOf(entity: Entity): Resolver {
  return (_source, args, { scope }, info) => {
    assertMayRead(scope, entity);
    const selected = selectedFields(info, info.fieldNodes, names.group(entity));
    const nodes = selected.filter(({ name }) => name === 'aggregate').flatMap((field) => field.nodes);
    return readGroups(scope, groupPlan(scope, entity, args, aggregateItems(entity, info, nodes)));
  };
}
