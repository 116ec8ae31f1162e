import { type FieldNode, type GraphQLObjectType, isObjectType } from 'graphql';
import type { Entity } from '../../model/app-model.ts';
import { cleanText } from '../read/input-values.ts';
import { isHidden } from '../read/readable.ts';
import { canonicalIdOf } from '../read/rows-by-id.ts';
import { allRows } from '../sql/select-rows.ts';
import { join, type Sql, sql } from '../sql/sql.ts';
import type { SqlEnv } from '../sql/sql-env.ts';
import { argumentsOf, type BuildContext, firstOf } from './build-context.ts';
import { type JsonText, NULL_JSON } from './json-text.ts';
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
    const ask = { entity, type: objectTypeFor(context, entity), nodes, args, env, isAskedOnce: true, source };
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
  const found = sql`string_agg(n.o, '')`;
  return sql`(SELECT CASE WHEN count(*) < 2 THEN ${found} ELSE ${found}::int4::text END FROM (${join(selects, ' UNION ALL ')}) AS n)`;
}

function objectTypeFor({ schema }: BuildContext, entity: Entity): GraphQLObjectType {
  const type = schema.getType(entity.name);
  if (!isObjectType(type)) throw new Error(`${entity.name} is no object type`);
  return type;
}
