import type { FieldNode, GraphQLObjectType } from 'graphql';
import { type ByteText, toByteText } from '../../kit/byte-text.ts';
import type { Entity } from '../../model/app-model.ts';
import { THIS } from '../../model/expr.ts';
import { statementEnv } from '../read/run-statement.ts';
import { idColumn } from '../sql/row-path.ts';
import { columnOf, ident, join, param, raw, type Sql, sql } from '../sql/sql.ts';
import { type RowInScope, tableAs } from '../sql/sql-env.ts';
import { idType } from '../sql/sql-type.ts';
import type { WriteRoot } from '../write/write-roots.ts';
import { type BuildContext, firstOf, objectTypeOf } from './build-context.ts';
import { tablesOfDeletion } from './build-delete.ts';
import { type BuiltStatement, numbered } from './build-statement.ts';
import { collectFields, selectionsOf } from './collect-fields.ts';
import { entityMembers } from './entity-members.ts';
import { FromLevel } from './from-level.ts';
import { listOf, objectText } from './json-text.ts';
import { isTrue, leadsOn, mentions, needsRow, orFail } from './one-row.ts';

/** The written rows, in the statement that reads what is answered of them. */
const WRITTEN = 'plinth_written';

/** A field of a mutation whose answer is to be read. */
export interface AnswerAsk {
  readonly context: BuildContext;
  readonly root: WriteRoot;
  /** The type that the field answers. */
  readonly type: GraphQLObjectType;
  readonly nodes: readonly FieldNode[];
}

/** A member of the field's value: what PostgreSQL answers in a column, a text that is known, or else the number of rows. */
export type AnswerPart =
  | { readonly key: ByteText; readonly column: string }
  | { readonly key: ByteText; readonly json: string | undefined };

/** How a batch is put together; any other answer is one column. */
export function partsOf({ context, root, type, nodes }: AnswerAsk): readonly AnswerPart[] | undefined {
  if (root.answers !== 'batch') return undefined;
  let columns = 0;
  return [...collectFields(context, type, selectionsOf(nodes))].map(([key, own]): AnswerPart => {
    const { value } = firstOf(own).name;
    if (value === 'nodes') return { key: toByteText(key), column: `r${columns++}` };
    return { key: toByteText(key), json: value === 'count' ? undefined : JSON.stringify(type.name) };
  });
}

/**
 * One statement that reads what a mutation's field answers of the rows that it wrote, by their ids, which are its first
 * parameter: whether or not the read rule shows them, while field rules hold. It fails where one may not be read and a relation
 * is followed that is never null for who may. Undefined for rows that are about to be deleted where the answer looks at what
 * will be otherwise by then.
 * @throws whatever the resolvers would throw, or would where they came to it
 */
export function buildAnswer(ask: AnswerAsk): BuiltStatement | undefined {
  const { context, root } = ask;
  const { entity } = root;
  const env = statementEnv(context.scope);
  const row: RowInScope = { alias: env.namer.next(entity.singular), entity };
  const level = new FromLevel();
  const place = { entity, row, env: env.with(THIS, row), level, isOnly: false };
  const texts = selections(ask).map(({ type, nodes }) => {
    const text = objectText(entityMembers(context, type, nodes, place));
    const isHidden = !root.deletes && leadsOn(context, type, nodes, entity);
    const rules = isHidden ? [context.scope.rowRule(entity, 'read')].filter(needsRow) : [];
    return orFail(
      text,
      rules.map((rule) => isTrue(rule, place.env)),
      row,
    );
  });
  const joins = level.from(raw(''));
  if (root.deletes && mentions(join([...texts, joins]), tablesOfDeletion(context.scope.app, entity)))
    return undefined;
  if (texts.length === 0) return { text: '', params: [], members: [], marks: context.marks };
  const order = sql` ORDER BY ${columnOf(WRITTEN, 'place')}`;
  const columns = texts.map((text, index) => {
    const value = root.answers === 'row' ? text : listOf(text, order);
    return sql`${value} AS ${ident(`r${index}`)}`;
  });
  const statement = numbered(
    sql`${writtenRows(entity)} SELECT ${join(columns)} FROM ${ident(WRITTEN)} JOIN ${raw(tableAs(entity, row.alias))} ON ${idColumn(row)} = ${columnOf(WRITTEN, 'id')}${joins}`,
  );
  return { ...statement, members: [], marks: context.marks };
}

interface Selected {
  readonly type: GraphQLObjectType;
  readonly nodes: readonly FieldNode[];
}

/** What is selected of the rows: under each name that a batch has for them. */
function selections({ context, root, type, nodes }: AnswerAsk): readonly Selected[] {
  if (root.answers !== 'batch') return [{ type, nodes }];
  return [...collectFields(context, type, selectionsOf(nodes)).values()]
    .filter((own) => firstOf(own).name.value === 'nodes')
    .map((own) => ({ type: objectTypeOf(type, firstOf(own)), nodes: own }));
}

function writtenRows(entity: Entity): Sql {
  const ids = param([], `${idType(entity).pg}[]`);
  return sql`WITH ${ident(WRITTEN)} AS (SELECT * FROM unnest(${ids}) WITH ORDINALITY AS each (id, place))`;
}
