import type { FieldNode, GraphQLObjectType } from 'graphql';
import { scalarType } from '../../model/scalars.ts';
import { type AggregateItem, aggregatePlan } from '../read/aggregate-plan.ts';
import { isHidden } from '../read/readable.ts';
import { aggregateItems } from '../resolvers/aggregate-ask.ts';
import { aggregateOperand, itemName, type ValueTable, valueTable } from '../sql/aggregate-to-sql.ts';
import { jsonValue } from '../sql/json-value.ts';
import { columnOf, ident, join, raw, type Sql, sql } from '../sql/sql.ts';
import type { SqlType } from '../sql/sql-type.ts';
import { type BuildContext, firstOf, noteType, objectTypeOf } from './build-context.ts';
import { collectFields, selectionsOf } from './collect-fields.ts';
import { constantText, type Member, memberList, NULL_VALUE, objectFrom, objectOf } from './json-object.ts';
import type { RowsAsk } from './rows-ask.ts';

/** SQL of an item by its name. */
export type ItemSql = (item: AggregateItem) => Sql;

/** An aggregate: its numbers as one row, and around them the object. */
export function aggregateValue(context: BuildContext, ask: RowsAsk): Sql {
  const { entity, type, nodes, args, env } = ask;
  const items = aggregateItems(entity, context, nodes);
  if (isHidden(context.scope, entity)) return objectOf(aggregateMembers(context, type, nodes, nothing));
  const plan = aggregatePlan(context.scope, entity, args.where, items);
  const alias = env.namer.next('numbers');
  const columns = new Map(plan.items.map((item, index) => [itemName(item), `n${index}`]));
  const itemSql: ItemSql = (item) => columnOf(alias, columns.get(itemName(item)) ?? '');
  const members = memberList(aggregateMembers(context, type, nodes, itemSql));
  if (plan.items.length === 0) return objectFrom(sql`SELECT ${members}`);
  const table = valueTable(plan, ask.source(), env);
  const list = join(
    plan.items.map((item, index) => sql`${itemValue(context, item, table)} AS ${ident(`n${index}`)}`),
  );
  return objectFrom(sql`SELECT ${members} FROM (SELECT ${list} FROM ${table.from}) AS ${ident(alias)}`);
}

/** What the resolvers answer where no row can be read. */
const nothing: ItemSql = (item) => (item.fn.startsWith('count') ? raw('0') : NULL_VALUE);

function itemValue(context: BuildContext, item: AggregateItem, table: ValueTable): Sql {
  const { sql: value, type } = aggregateOperand(item, table);
  noteType(context, type);
  return guarded(jsonValue(value, type), type);
}

/** A sum of BigInts that is none any more fails here as it does when graphql-js serializes it. */
export function guarded(value: Sql, type: SqlType): Sql {
  const isWideSum = type.pg === 'numeric' && type.scalar === scalarType('BigInt');
  return isWideSum ? sql`(${value})::int8::text` : value;
}

/** The members of a `…Aggregate` object, with `sum { … }` and the like as objects of their own. */
export function aggregateMembers(
  context: BuildContext,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  itemSql: ItemSql,
): readonly Member[] {
  const fields = collectFields(context, type, selectionsOf(nodes));
  return [...fields].map(([key, own]): Member => {
    const name = firstOf(own).name.value;
    if (name === '__typename') return { key, value: constantText(type.name) };
    if (name === 'count') return { key, value: itemSql({ fn: 'count', field: '' }) };
    const fn = name as Exclude<AggregateItem['fn'], 'count'>;
    return { key, value: objectOf(partMembers(context, objectTypeOf(type, firstOf(own)), own, fn, itemSql)) };
  });
}

function partMembers(
  context: BuildContext,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  fn: Exclude<AggregateItem['fn'], 'count'>,
  itemSql: ItemSql,
): readonly Member[] {
  const fields = collectFields(context, type, selectionsOf(nodes));
  return [...fields].map(([key, own]): Member => {
    const field = firstOf(own).name.value;
    return { key, value: field === '__typename' ? constantText(type.name) : itemSql({ fn, field }) };
  });
}
