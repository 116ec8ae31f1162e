import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { Entity, RelationField } from '../../model/app-model.ts';
import { THIS } from '../../model/expr.ts';
import { names } from '../../model/names.ts';
import { planColumns } from '../read/plan-columns.ts';
import { decided, fieldRule, isHidden } from '../read/readable.ts';
import { sayableValue, sentValue } from '../sql/json-value.ts';
import { exprToSql } from '../sql/predicate-to-sql.ts';
import { linkRows } from '../sql/row-path.ts';
import type { RowSource } from '../sql/select-rows.ts';
import { type Sql, sql } from '../sql/sql.ts';
import type { RowInScope, SqlEnv } from '../sql/sql-env.ts';
import { columnInfo, entityOf } from '../sql/sql-type.ts';
import { valueToSql } from '../sql/value-to-sql.ts';
import { aggregateValue } from './aggregate-value.ts';
import { argumentsOf, type BuildContext, firstOf, noteType, objectTypeOf } from './build-context.ts';
import { collectFields, selectionsOf } from './collect-fields.ts';
import { connectionValue } from './connection-value.ts';
import { type FromLevel, isThere, type Reach } from './from-level.ts';
import {
  type JsonText,
  type Member,
  NULL_JSON,
  objectText,
  present,
  renderedText,
  typeName,
} from './json-text.ts';
import { listValue } from './list-value.ts';

/** A row that is being turned into an object, with the FROM clause that it stands in. */
export interface RowPlace {
  readonly entity: Entity;
  readonly row: RowInScope;
  readonly env: SqlEnv;
  readonly level: FromLevel;
  /** Whether the statement looks at no other row in this place. */
  readonly isOnly: boolean;
}

/** The members of the object that `nodes` select of a row. Mirrors the resolvers of `resolvers/entity-resolvers.ts`. */
export function entityMembers(
  context: BuildContext,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  place: RowPlace,
): readonly Member[] {
  const fields = collectFields(context, type, selectionsOf(nodes));
  return [...fields].map(([key, own]) => ({ key, value: fieldValue(context, type, own, place) }));
}

function fieldValue(
  context: BuildContext,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  place: RowPlace,
): JsonText {
  const name = firstOf(nodes).name.value;
  if (name === '__typename') return typeName(type);
  const field = place.entity.fieldByName.get(name);
  if (field?.kind === 'scalar' || field?.kind === 'computed') return columnMember(context, name, place);
  const relation = relationOf(place.entity, name);
  if (!relation) throw new Error(`${type.name}.${name} cannot be compiled`);
  return relationValue(context, { type, nodes, place, relation });
}

function columnMember(context: BuildContext, name: string, { entity, env }: RowPlace): JsonText {
  const { scope } = context;
  const column = planColumns(scope, entity, [name]).find((one) => one.as === name);
  const info = columnInfo(scope.app, entity, name);
  if (!column || !('value' in column) || !info) throw new Error(`${entity.name}.${name} has no column`);
  noteType(context, info.type);
  const { value } = column;
  const rule = value.kind === 'guarded' ? value.when : undefined;
  const stored = valueToSql(value.kind === 'guarded' ? value.value : value, env);
  const nullable = rule !== undefined || !info.required;
  const text = sayableValue(stored.sql, stored.type, nullable);
  const isStored = info.field.kind === 'scalar';
  // What a computed value is in PostgreSQL is not known as well as what a column is.
  const sent = isStored ? sentValue(stored.sql, stored.type, nullable) : undefined;
  if (!rule) return renderedText(text, info.type, nullable, { isStored, sent });
  const isOpen = exprToSql(rule, env);
  const ifOpen = (value: Sql): Sql => sql`(CASE WHEN ${isOpen} THEN ${value} END)`;
  const sentIfOpen = sent && { ...sent, value: ifOpen(sent.value) };
  return renderedText(ifOpen(text), info.type, true, { isStored: false, sent: sentIfOpen });
}

/** The relation that `comments`, `commentsConnection` or `commentsAggregate` is about. */
export function relationOf(entity: Entity, name: string): RelationField | undefined {
  return entity.fields.find(
    (field): field is RelationField =>
      field.kind === 'relation' &&
      (field.name === name ||
        (field.many &&
          (names.relationConnection(field) === name || names.relationAggregate(field) === name))),
  );
}

interface Related {
  readonly type: GraphQLObjectType;
  readonly nodes: readonly FieldNode[];
  readonly place: RowPlace;
  readonly relation: RelationField;
}

/** Null where the relation's own rule hides it, as `ifOpen` of the resolvers has it. */
function relationValue(context: BuildContext, related: Related): JsonText {
  const { place, relation } = related;
  const rule = fieldRule(context.scope, place.entity, relation.name);
  if (rule && decided(rule) === false) return NULL_JSON;
  if (!relation.many) return toOneValue(context, related);
  const value = toManyValue(context, related);
  if (!rule) return value;
  const isOpen = exprToSql(rule, place.env.with(THIS, place.row));
  return { sql: sql`(CASE WHEN ${isOpen} THEN ${present(value)} ELSE 'null' END)`, nullable: false };
}

function toOneValue(context: BuildContext, { type, nodes, place, relation }: Related): JsonText {
  const target = entityOf(context.scope.app, relation.target);
  if (isHidden(context.scope, target)) return NULL_JSON;
  const targetType = objectTypeOf(type, firstOf(nodes));
  const membersAt = (row: RowInScope, level: FromLevel, isOnly: boolean): readonly Member[] => {
    const at = { entity: target, row, env: place.env.with(THIS, row), level, isOnly };
    return entityMembers(context, targetType, nodes, at);
  };
  const toOne = { scope: context.scope, row: place.row, relation, env: place.env };
  const parents = place.level.parents(toOne, reachOf(context, target, targetType, nodes));
  if (parents) {
    const text = objectText(membersAt(parents.row, parents.level, false));
    return { sql: parents.add(text), nullable: true };
  }
  const row = place.level.follow(toOne);
  const members = membersAt(row, place.level, place.isOnly);
  const text = sql`(CASE WHEN ${isThere(row)} THEN ${objectText(members)} ELSE 'null' END)`;
  return { sql: text, nullable: false, inRow: { isThere: isThere(row), members } };
}

/** How far `nodes` go from a row. */
function reachOf(
  context: BuildContext,
  entity: Entity,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): Reach {
  let reach: Reach = 'itself';
  for (const own of collectFields(context, type, selectionsOf(nodes)).values()) {
    const relation = relationOf(entity, firstOf(own).name.value);
    if (!relation) continue;
    if (relation.many) return 'lists';
    const target = entityOf(context.scope.app, relation.target);
    if (reachOf(context, target, objectTypeOf(type, firstOf(own)), own) === 'lists') return 'lists';
    reach = 'others';
  }
  return reach;
}

function toManyValue(context: BuildContext, { type, nodes, place, relation }: Related): JsonText {
  const node = firstOf(nodes);
  const target = entityOf(context.scope.app, relation.target);
  const ask = {
    entity: target,
    type: objectTypeOf(type, node),
    nodes,
    args: argumentsOf(context, type, node),
    env: place.env,
    isAskedOnce: place.isOnly,
    isRoot: false,
    source: () => sourceOf(place, relation),
  };
  if (node.name.value === relation.name) return listValue(context, ask);
  return node.name.value === names.relationConnection(relation)
    ? connectionValue(context, ask)
    : aggregateValue(context, ask);
}

/** The rows of a relation of this very row: correlated, so that limits hold for each parent. */
function sourceOf(place: RowPlace, relation: RelationField): RowSource {
  const link = linkRows(place.row, relation, place.env);
  return { row: link.row, tables: link.tables, where: [link.on], pairs: link.pairs };
}
