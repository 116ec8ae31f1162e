import type { FieldNode, GraphQLObjectType } from 'graphql';
import { scalarType } from '../../model/scalars.ts';
import { type AggregateItem, aggregatePlan } from '../read/aggregate-plan.ts';
import { isHidden } from '../read/readable.ts';
import { aggregateItems } from '../resolvers/aggregate-ask.ts';
import { aggregateOperand, itemName, type ValueTable, valueTable } from '../sql/aggregate-to-sql.ts';
import { sayableValue } from '../sql/json-value.ts';
import { columnOf, ident, join, type Sql, sql } from '../sql/sql.ts';
import type { SqlType } from '../sql/sql-type.ts';
import { type BuildContext, firstOf, noteType, objectTypeOf } from './build-context.ts';
import { collectFields, selectionsOf } from './collect-fields.ts';
import {
  constantJson,
  type JsonText,
  type Member,
  NULL_JSON,
  objectText,
  renderedText,
  typeName,
} from './json-text.ts';
import type { RowsAsk } from './rows-ask.ts';

/** The text of an item's number. */
export type ItemText = (item: AggregateItem) => JsonText;

/** An aggregate: its numbers as one row, and around them the object. */
export function aggregateValue(context: BuildContext, ask: RowsAsk): JsonText {
  const { entity, type, nodes, args, env } = ask;
  const items = aggregateItems(entity, context, nodes);
  const object = (text: ItemText) => objectText(aggregateMembers(context, type, nodes, text));
  if (isHidden(context.scope, entity)) return { sql: object(nothing), nullable: false };
  const plan = aggregatePlan(context.scope, entity, args.where, items);
  const alias = env.namer.next('numbers');
  const columns = new Map(plan.items.map((item, index) => [itemName(item), `n${index}`]));
  const number: ItemText = (item) => ({
    sql: columnOf(alias, columns.get(itemName(item)) ?? ''),
    nullable: !isCount(item),
  });
  const text = object(number);
  if (plan.items.length === 0) return { sql: text, nullable: false };
  const table = valueTable(plan, ask.source(), env);
  const list = join(
    plan.items.map((item, index) => sql`${itemValue(context, item, table)} AS ${ident(`n${index}`)}`),
  );
  const numbers = sql`SELECT ${list} FROM ${table.from}`;
  return { sql: sql`(SELECT ${text} FROM (${numbers}) AS ${ident(alias)})`, nullable: false };
}

/** What the resolvers answer where no row can be read. */
const nothing: ItemText = (item) => (isCount(item) ? constantJson('0') : NULL_JSON);

function isCount({ fn }: AggregateItem): boolean {
  return fn === 'count' || fn === 'countDistinct';
}

function itemValue(context: BuildContext, item: AggregateItem, table: ValueTable): Sql {
  const { sql: value, type } = aggregateOperand(item, table);
  noteType(context, type);
  return renderedText(guarded(sayableValue(value, type, true), type), type, true).sql;
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
  text: ItemText,
): readonly Member[] {
  const fields = collectFields(context, type, selectionsOf(nodes));
  return [...fields].map(([key, own]): Member => {
    const name = firstOf(own).name.value;
    if (name === '__typename') return { key, value: typeName(type) };
    if (name === 'count') return { key, value: text({ fn: 'count', field: '' }) };
    const fn = name as Exclude<AggregateItem['fn'], 'count'>;
    const members = partMembers(context, objectTypeOf(type, firstOf(own)), own, fn, text);
    return { key, value: { sql: objectText(members), nullable: false } };
  });
}

function partMembers(
  context: BuildContext,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  fn: Exclude<AggregateItem['fn'], 'count'>,
  text: ItemText,
): readonly Member[] {
  const fields = collectFields(context, type, selectionsOf(nodes));
  return [...fields].map(([key, own]): Member => {
    const field = firstOf(own).name.value;
    return { key, value: field === '__typename' ? typeName(type) : text({ fn, field }) };
  });
}
