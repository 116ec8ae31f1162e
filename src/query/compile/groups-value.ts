import type { FieldNode, GraphQLObjectType } from 'graphql';
import { groupKeys } from '../../model/exposed-fields.ts';
import { names } from '../../model/names.ts';
import type { AggregateItem } from '../read/aggregate-plan.ts';
import { type GroupPlan, groupPlan } from '../read/group-plan.ts';
import { selectedFields } from '../read/selection.ts';
import { aggregateItems } from '../resolvers/aggregate-ask.ts';
import { itemName } from '../sql/aggregate-to-sql.ts';
import { selectGroups } from '../sql/groups-to-sql.ts';
import { columnOf, ident, type Sql, sql } from '../sql/sql.ts';
import { columnInfo, type SqlType, sqlTypeOf } from '../sql/sql-type.ts';
import { aggregateMembers, guarded } from './aggregate-value.ts';
import { type BuildContext, firstOf, noteType, objectTypeOf } from './build-context.ts';
import { collectFields, selectionsOf } from './collect-fields.ts';
import { constantText, listFrom, type Member, memberList, NULL_VALUE, objectOf } from './json-object.ts';
import type { RowsAsk } from './rows-ask.ts';

/** `…Groups`: the statement of the resolvers with an object around each of its rows. */
export function groupsValue(context: BuildContext, ask: RowsAsk): Sql {
  const { entity, type, nodes, args, env } = ask;
  const selected = selectedFields(context, nodes, names.group(entity));
  const inAggregate = selected.filter(({ name }) => name === 'aggregate').flatMap((field) => field.nodes);
  const plan = groupPlan(context.scope, entity, args, aggregateItems(entity, context, inAggregate));
  const groups = selectGroups(plan, ask.source(), env);
  const alias = env.namer.next('groups');
  const members = groupMembers({ context, plan, alias }, type, nodes);
  return listFrom(sql`SELECT ${memberList(members)} FROM (${groups}) AS ${ident(alias)}`);
}

interface Groups {
  readonly context: BuildContext;
  readonly plan: GroupPlan;
  readonly alias: string;
}

function groupMembers(
  groups: Groups,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): readonly Member[] {
  const fields = collectFields(groups.context, type, selectionsOf(nodes));
  return [...fields].map(([key, own]): Member => {
    const node = firstOf(own);
    if (node.name.value === '__typename') return { key, value: constantText(type.name) };
    const inner = objectTypeOf(type, node);
    if (node.name.value === 'key') return { key, value: objectOf(keyMembers(groups, inner, own)) };
    const itemSql = (item: AggregateItem) => itemColumn(groups, item);
    return { key, value: objectOf(aggregateMembers(groups.context, inner, own, itemSql)) };
  });
}

function keyMembers(
  { context, plan, alias }: Groups,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): readonly Member[] {
  const fields = collectFields(context, type, selectionsOf(nodes));
  const { entity } = plan.rows;
  return [...fields].map(([key, own]): Member => {
    const { value: name } = firstOf(own).name;
    if (name === '__typename') return { key, value: constantText(type.name) };
    if (!plan.keys.some((one) => one.name === name)) return { key, value: NULL_VALUE };
    const declared = groupKeys(entity).find((one) => one.name === name);
    const info = columnInfo(context.scope.app, entity, name);
    if (info) noteType(context, info.type);
    else if (declared) noteType(context, sqlTypeOf(context.scope.app, declared.type));
    return { key, value: columnOf(alias, `key.${name}`) };
  });
}

function itemColumn({ context, plan, alias }: Groups, item: AggregateItem): Sql {
  const value = columnOf(alias, itemName(item));
  const type = itemType(context, plan, item);
  if (!type) return value;
  noteType(context, type);
  return guarded(value, type);
}

/** What `aggregateOperand` makes of an item's type: sums and averages widen, the others keep it. */
function itemType(context: BuildContext, plan: GroupPlan, item: AggregateItem): SqlType | undefined {
  const info = columnInfo(context.scope.app, plan.rows.entity, item.field);
  if (!info || (item.fn !== 'sum' && item.fn !== 'avg')) return info?.type;
  const name = info.type.scalar?.[item.fn] ?? 'Float';
  const type = sqlTypeOf(context.scope.app, { kind: 'scalar', name, list: false });
  return type.pg === 'int8' ? { ...type, pg: 'numeric' } : type;
}
