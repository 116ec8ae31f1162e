import type { FieldNode, GraphQLObjectType } from 'graphql';
import { names } from '../../model/names.ts';
import type { AggregateItem } from '../read/aggregate-plan.ts';
import { type GroupPlan, groupPlan } from '../read/group-plan.ts';
import { selectedFields } from '../read/selection.ts';
import { aggregateItems } from '../resolvers/aggregate-ask.ts';
import { itemName } from '../sql/aggregate-to-sql.ts';
import { selectGroups } from '../sql/groups-to-sql.ts';
import { sayableValue } from '../sql/json-value.ts';
import { columnOf, ident, sql } from '../sql/sql.ts';
import { columnInfo, type SqlType, sqlTypeOf } from '../sql/sql-type.ts';
import { aggregateMembers, guarded } from './aggregate-value.ts';
import { type BuildContext, firstOf, noteType, objectTypeOf } from './build-context.ts';
import { collectFields, selectionsOf } from './collect-fields.ts';
import {
  type JsonText,
  listFrom,
  type Member,
  NULL_JSON,
  objectText,
  renderedText,
  typeName,
} from './json-text.ts';
import type { RowsAsk } from './rows-ask.ts';

/** `…Groups`: the statement of the resolvers with an object around each of its rows. */
export function groupsValue(context: BuildContext, ask: RowsAsk): JsonText {
  const { entity, type, nodes, args, env } = ask;
  const selected = selectedFields(context, nodes, names.group(entity));
  const inAggregate = selected.filter(({ name }) => name === 'aggregate').flatMap((field) => field.nodes);
  const plan = groupPlan(context.scope, entity, args, aggregateItems(entity, context, inAggregate));
  const groups = selectGroups(plan, ask.source(), env, sayableValue);
  const alias = env.namer.next('groups');
  const members = groupMembers({ context, plan, alias }, type, nodes);
  return listFrom(sql`SELECT ${objectText(members)} AS o FROM (${groups}) AS ${ident(alias)}`);
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
    if (node.name.value === '__typename') return { key, value: typeName(type) };
    const inner = objectTypeOf(type, node);
    const members =
      node.name.value === 'key'
        ? keyMembers(groups, inner, own)
        : aggregateMembers(groups.context, inner, own, (item) => itemText(groups, item));
    return { key, value: { sql: objectText(members), nullable: false } };
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
    if (name === '__typename') return { key, value: typeName(type) };
    if (!plan.keys.some((one) => one.name === name)) return { key, value: NULL_JSON };
    const info = columnInfo(context.scope.app, entity, name);
    if (!info) throw new Error(`${entity.name}.${name} has no column`);
    noteType(context, info.type);
    return { key, value: renderedText(columnOf(alias, `key.${name}`), info.type, true) };
  });
}

function itemText({ context, plan, alias }: Groups, item: AggregateItem): JsonText {
  const value = columnOf(alias, itemName(item));
  const type = itemType(context, plan, item);
  noteType(context, type);
  return renderedText(guarded(value, type), type, true);
}

/** What `aggregateOperand` makes of an item's type: sums and averages widen, the others keep it. */
function itemType({ scope }: BuildContext, plan: GroupPlan, item: AggregateItem): SqlType {
  const info = columnInfo(scope.app, plan.rows.entity, item.field);
  if (!info || item.fn === 'count' || item.fn === 'countDistinct')
    return sqlTypeOf(scope.app, { kind: 'scalar', name: 'Int', list: false });
  if (item.fn !== 'sum' && item.fn !== 'avg') return info.type;
  const name = info.type.scalar?.[item.fn] ?? 'Float';
  const type = sqlTypeOf(scope.app, { kind: 'scalar', name, list: false });
  return type.pg === 'int8' ? { ...type, pg: 'numeric' } : type;
}
