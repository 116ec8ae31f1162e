import type { FragmentDefinitionNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { RowsForm } from '../../data/index.ts';
import { type ByteText, toByteText } from '../../kit/byte-text.ts';
import { statementEnv } from '../read/run-statement.ts';
import type { RequestScope } from '../request-scope.ts';
import { assertParameters } from '../sql/max-parameters.ts';
import { ident, join, type Param, type Sql, sql } from '../sql/sql.ts';
import type { AnswerMarks, BuildContext } from './build-context.ts';
import { firstOf } from './build-context.ts';
import { collectFields } from './collect-fields.ts';
import { type JsonText, knownText } from './json-text.ts';
import { rootValue } from './root-value.ts';

/** One operation of a document that can be compiled. */
export interface CompilableOperation {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
}

/** One member of `data`: what PostgreSQL answers in a column, or a text that is known beforehand. */
export type RootMember =
  | { readonly key: ByteText; readonly column: string }
  | { readonly key: ByteText; readonly json: string };

/** An operation for one viewer and one set of variables as one SQL statement; no text where no SQL is needed. */
export interface BuiltStatement {
  readonly text: string;
  readonly params: readonly unknown[];
  readonly members: readonly RootMember[];
  readonly marks: AnswerMarks;
  /** Where it answers rows, which become the text of its only column. */
  readonly rows?: RowsForm | undefined;
}

/**
 * Builds the statement that answers a whole operation.
 * @throws whatever the resolvers would throw for it, or for a part of it that they would not have come to
 */
export function buildStatement(
  { schema, operation, fragments }: CompilableOperation,
  scope: RequestScope,
  variables: Readonly<Record<string, unknown>>,
): BuiltStatement {
  const query = schema.getQueryType();
  if (!query) throw new Error('The schema has no queries');
  const marks: AnswerMarks = { json: false, floats: false };
  const context: BuildContext = { schema, fragments, variableValues: { ...variables }, scope, marks };
  const env = statementEnv(scope);
  const values: JsonText[] = [];
  const members: RootMember[] = [];
  for (const [key, nodes] of collectFields(context, query, [operation.selectionSet])) {
    if (firstOf(nodes).name.value === '__typename') {
      members.push({ key: toByteText(key), json: JSON.stringify(query.name) });
      continue;
    }
    const value = rootValue(context, query, nodes, env);
    const json = knownText(value);
    if (json !== undefined) {
      members.push({ key: toByteText(key), json });
      continue;
    }
    members.push({ key: toByteText(key), column: `r${values.length}` });
    values.push(value);
  }
  return { ...statementOf(values), members, marks };
}

/** One list or connection by itself is sent as rows, which takes PostgreSQL half as long where it has no lists in it. */
function statementOf(values: readonly JsonText[]): Pick<BuiltStatement, 'text' | 'params' | 'rows'> {
  const [first, ...others] = values;
  if (!first) return { text: '', params: [] };
  const { inRow } = first;
  const rows = others.length === 0 && inRow && 'rows' in inRow ? inRow.rows() : undefined;
  if (rows) return { ...numbered(rows.select), rows: rows.form };
  const columns = values.map(({ sql: text }, index) => sql`${text} AS ${ident(`r${index}`)}`);
  return numbered(sql`SELECT ${join(columns)}`);
}

/**
 * As `toStatement`, but a number per parameter and not per value: so the text does not depend on which values happen to
 * be equal. A piece that is used twice keeps its numbers, as GROUP BY needs.
 * @throws ViewerError where these are more than a statement takes; the resolvers have one for each field
 */
export function numbered(piece: Sql): { readonly text: string; readonly params: readonly unknown[] } {
  const numbers = new Map<Param, number>();
  const params: unknown[] = [];
  const text = piece.parts.map((part) => {
    if (typeof part === 'string') return part;
    const number = numbers.get(part) ?? params.push(part.value);
    numbers.set(part, number);
    return `$${number}::${part.type}`;
  });
  assertParameters(params.length);
  return { text: text.join(''), params };
}
