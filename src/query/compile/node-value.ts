import { type FieldNode, type GraphQLObjectType, isObjectType } from 'graphql';
import type { Entity } from '../../model/app-model.ts';
import { THIS } from '../../model/expr.ts';
import { badInput } from '../read/bad-input.ts';
import { cleanText } from '../read/input-values.ts';
import { planWhere } from '../read/make-plan.ts';
import { isHidden, readableRows } from '../read/readable.ts';
import { canonicalIdOf } from '../read/rows-by-id.ts';
import { idColumn } from '../sql/row-path.ts';
import { allRows, placePlan } from '../sql/select-rows.ts';
import { columnOf, ident, join, param, type Sql, sql } from '../sql/sql.ts';
import type { SqlEnv } from '../sql/sql-env.ts';
import { idType } from '../sql/sql-type.ts';
import { argumentsOf, type BuildContext, firstOf } from './build-context.ts';
import { entityMembers } from './entity-members.ts';
import { FromLevel, whereOf } from './from-level.ts';
import { constantJson, type JsonText, listOf, NULL_JSON, objectText } from './json-text.ts';
import { rowById } from './row-by-id.ts';

/**
 * `node`: the row with this id, of whatever entity; each is rendered as its own type. Mirrors `findNode`.
 * @throws ViewerError for an id that is no text to PostgreSQL
 */
export function nodeValue(
  context: BuildContext,
  query: GraphQLObjectType,
  nodes: readonly FieldNode[],
  env: SqlEnv,
): JsonText {
  const { scope } = context;
  const args = argumentsOf(context, query, firstOf(nodes));
  const id = cleanText(String(args.id), ['id']);
  const possible = scope.app.entities.filter(
    (entity) => canonicalIdOf(entity, id) !== undefined && !isHidden(scope, entity),
  );
  const rows = possible.map((entity) => {
    const source = () => allRows(entity, env);
    const type = objectTypeFor(context, entity);
    const ask = { entity, type, nodes, args, env, isAskedOnce: true, isRoot: true, source };
    return rowById(context, ask, id);
  });
  const [first, ...others] = rows;
  if (!first) return NULL_JSON;
  return others.length === 0 ? first : { sql: onlyOne(rows.map((row) => row.sql)), nullable: true };
}

/**
 * The text of the only row among `selects`. Where there are two, the id is ambiguous, which the resolvers know how to say:
 * a text that is no number is taken for one, which PostgreSQL refuses.
 */
function onlyOne(selects: readonly Sql[]): Sql {
  return sql`(SELECT ${theOnly(sql`n.o`)} FROM (${join(selects, ' UNION ALL ')}) AS n)`;
}

/** An aggregate: the only text, or null. */
function theOnly(text: Sql): Sql {
  // Without the rows themselves, since PostgreSQL writes what it refuses into its log.
  const several = sql`('several: ' || count(${text}))::int4::text`;
  return sql`CASE WHEN count(${text}) < 2 THEN string_agg(${text}, '') ELSE ${several} END`;
}

/**
 * `nodes`: as `node`, for each of several ids, in their order. Mirrors `findNodes`.
 * @throws ViewerError for too many ids, and for one that is no text to PostgreSQL
 */
export function nodesValue(
  context: BuildContext,
  query: GraphQLObjectType,
  nodes: readonly FieldNode[],
  env: SqlEnv,
): JsonText {
  const { app, limits } = context.scope;
  const args = argumentsOf(context, query, firstOf(nodes));
  const ids = (args.ids as readonly unknown[]).map((id) => cleanText(String(id), ['ids']));
  if (ids.length > limits.maxListLength)
    throw badInput(['ids'], `At most ${limits.maxListLength} ids.`, 'maxItems');
  const possible = app.entities.flatMap((entity) => placesOf(context, entity, ids) ?? []);
  const [first] = possible;
  if (!first) return constantJson(JSON.stringify(ids.map(() => null)));
  // Each place once more without a row, so that it is there where no row is. Added up rather than joined, this takes as long as
  // there are ids, however many PostgreSQL expects.
  const places = sql`SELECT n.place, NULL::text AS o FROM ${first.asked} AS n (id, place)`;
  const rows = possible.map((each) => rowsAtPlaces(context, nodes, each, env));
  const all = join([places, ...rows], ' UNION ALL ');
  const found = sql`SELECT n.place, coalesce(${theOnly(sql`n.o`)}, 'null') AS o FROM (${all}) AS n GROUP BY n.place`;
  return {
    sql: sql`(SELECT ${listOf(sql`o.o`, sql` ORDER BY o.place`)} FROM (${found}) AS o)`,
    nullable: false,
  };
}

/** The ids that rows of an entity may have. */
interface AskedPlaces {
  readonly entity: Entity;
  /** Ids with their places; null for one that no row of the entity can have. */
  readonly asked: Sql;
}

function placesOf({ scope }: BuildContext, entity: Entity, ids: readonly string[]): AskedPlaces | undefined {
  const own = ids.map((id) => canonicalIdOf(entity, id) ?? null);
  if (own.every((id) => id === null) || isHidden(scope, entity)) return undefined;
  return { entity, asked: sql`unnest(${param(own, `${idType(entity).pg}[]`)}) WITH ORDINALITY` };
}

/** `SELECT place, o …` of the readable rows with these ids. */
function rowsAtPlaces(
  context: BuildContext,
  nodes: readonly FieldNode[],
  { entity, asked }: AskedPlaces,
  env: SqlEnv,
): Sql {
  const { scope } = context;
  const plan = planWhere(scope, entity, readableRows(scope, entity), []);
  const placed = placePlan(plan, allRows(entity, env), env);
  const { row, tables } = placed.source;
  const alias = env.namer.next('asked');
  const level = new FromLevel();
  const inside = placed.env.with(THIS, row);
  const at = { entity, row, env: inside, level, isOnly: false };
  const text = objectText(entityMembers(context, objectTypeFor(context, entity), nodes, at));
  const from = sql`${asked} AS ${ident(alias)} (id, place) JOIN ${tables} ON ${idColumn(row)} = ${columnOf(alias, 'id')}`;
  return sql`SELECT ${columnOf(alias, 'place')}, ${text} AS o FROM ${level.from(from)}${whereOf(placed.where)}`;
}

function objectTypeFor({ schema }: BuildContext, entity: Entity): GraphQLObjectType {
  const type = schema.getType(entity.name);
  if (!isObjectType(type)) throw new Error(`${entity.name} is no object type`);
  return type;
}
