import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { AppModel, Entity, UniqueKey } from '../../model/app-model.ts';
import { groupKeys, visibleUniques } from '../../model/exposed-fields.ts';
import { and } from '../../model/expr.ts';
import { names } from '../../model/names.ts';
import { planWhere } from '../read/make-plan.ts';
import { assertMayRead, readableRows } from '../read/readable.ts';
import { uniqueToExpr } from '../resolvers/root-resolvers.ts';
import { allRows } from '../sql/select-rows.ts';
import type { SqlEnv } from '../sql/sql-env.ts';
import { aggregateValue } from './aggregate-value.ts';
import { argumentsOf, type BuildContext, firstOf, objectTypeOf } from './build-context.ts';
import { connectionValue } from './connection-value.ts';
import { groupsValue } from './groups-value.ts';
import { type JsonText, NULL_JSON } from './json-text.ts';
import { listValue, rowValue } from './list-value.ts';
import { nodesValue, nodeValue } from './node-value.ts';
import { rowById } from './row-by-id.ts';
import type { RowsAsk } from './rows-ask.ts';

/** The text of a root field's value. @throws ViewerError where the resolver would */
export type RootValue = (context: BuildContext, ask: RowsAsk) => JsonText;

/** A generated field of `Query` about one entity that can be compiled. */
export interface CompiledRoot {
  readonly entity: Entity;
  readonly value: RootValue;
}

const rootsByApp = new WeakMap<AppModel, ReadonlyMap<string, CompiledRoot>>();

/** Those that are about every entity. */
const NODE_ROOTS: ReadonlyMap<string, typeof nodeValue> = new Map([
  ['node', nodeValue],
  ['nodes', nodesValue],
]);

/** Whether a field of `Query` can be compiled: any that is generated. */
export function isCompiledRoot(app: AppModel, name: string): boolean {
  return NODE_ROOTS.has(name) || compiledRoots(app).has(name);
}

/** The root fields about one entity, by name. Mirrors `queryResolvers`, but for `node` and `nodes`, which stand apart. */
export function compiledRoots(app: AppModel): ReadonlyMap<string, CompiledRoot> {
  let roots = rootsByApp.get(app);
  if (!roots) {
    roots = new Map(app.entities.flatMap(entityRoots));
    if (app.user) roots = new Map([...roots, ['viewer', { entity: app.user, value: viewerRow }]]);
    rootsByApp.set(app, roots);
  }
  return roots;
}

/** The text of one selected root field. @throws ViewerError where the resolver would, GraphQLError for its arguments */
export function rootValue(
  context: BuildContext,
  query: GraphQLObjectType,
  nodes: readonly FieldNode[],
  env: SqlEnv,
): JsonText {
  const node = firstOf(nodes);
  const ofAny = NODE_ROOTS.get(node.name.value);
  if (ofAny) return ofAny(context, query, nodes, env);
  const root = compiledRoots(context.scope.app).get(node.name.value);
  if (!root) throw new Error(`${node.name.value} cannot be compiled`);
  return root.value(context, {
    entity: root.entity,
    type: objectTypeOf(query, node),
    nodes,
    args: argumentsOf(context, query, node),
    env,
    isAskedOnce: true,
    isRoot: true,
    source: () => allRows(root.entity, env),
  });
}

function entityRoots(entity: Entity): [string, CompiledRoot][] {
  const guarded = (value: RootValue): CompiledRoot => ({ entity, value: behindReadRule(value) });
  const uniques = visibleUniques(entity).map((key): [string, CompiledRoot] => [
    names.byUnique(entity, key),
    guarded(byUnique(key)),
  ]);
  const groups: [string, CompiledRoot][] =
    groupKeys(entity).length > 0 ? [[names.groupsField(entity), guarded(groupsValue)]] : [];
  return [
    [names.one(entity), guarded(one)],
    ...uniques,
    [names.many(entity), guarded(listValue)],
    [names.connectionField(entity), guarded(connectionValue)],
    [names.aggregateField(entity), guarded(aggregateValue)],
    ...groups,
  ];
}

function behindReadRule(value: RootValue): RootValue {
  return (context, ask) => {
    assertMayRead(context.scope, ask.entity);
    return value(context, ask);
  };
}

const one: RootValue = (context, ask) => rowById(context, ask, String(ask.args.id));

const viewerRow: RootValue = (context, ask) => {
  const { viewer } = context.scope;
  return viewer.kind === 'viewer' ? rowById(context, ask, viewer.id) : NULL_JSON;
};

function byUnique(key: UniqueKey): RootValue {
  return (context, ask) => {
    const { scope } = context;
    const where = and(readableRows(scope, ask.entity), uniqueToExpr(scope, ask.entity, key, ask.args));
    return rowValue(context, ask, planWhere(scope, ask.entity, where, []), 1);
  };
}
