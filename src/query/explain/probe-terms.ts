import { bindViewer, bindViewerInValue } from '../../access/bind-viewer.ts';
import type { RuleTerm, SeenValue } from '../../access/explain-rule.ts';
import type { Queryable } from '../../data/index.ts';
import type { Entity, JsonValue } from '../../model/app-model.ts';
import { not, THIS } from '../../model/expr.ts';
import { SCALARS } from '../../model/scalars.ts';
import { statementEnv } from '../read/run-statement.ts';
import type { RequestScope } from '../request-scope.ts';
import { arrivesAsJson, jsonValue } from '../sql/json-value.ts';
import { IMPOSSIBLE, scalarFor } from '../sql/literal.ts';
import { exprToSql } from '../sql/predicate-to-sql.ts';
import { idColumn } from '../sql/row-path.ts';
import { join, raw, type Sql, sql, toStatement } from '../sql/sql.ts';
import { tableAs } from '../sql/sql-env.ts';
import { idType, type SqlType } from '../sql/sql-type.ts';
import { valueToSql } from '../sql/value-to-sql.ts';
import type { ExplainedTerm } from './explained.ts';
import { describeTerm } from './weigh-terms.ts';

/**
 * What every term of a rule says of one stored row, and what it saw there, in one statement on `db`. Undefined where
 * there is no such row. Shows what is stored, whoever may read it: never for the eyes of a viewer.
 */
export async function probeTerms(
  scope: RequestScope,
  db: Queryable,
  place: { readonly entity: Entity; readonly id: string },
  term: RuleTerm,
): Promise<ExplainedTerm | undefined> {
  const { entity, id } = place;
  const outer = statementEnv(scope);
  const row = { alias: outer.namer.next(entity.singular), entity };
  const env = outer.with(THIS, row);
  const columns: Sql[] = [sql`TRUE AS found`];
  const add = (name: string, piece: Sql): string => {
    columns.push(sql`${piece} AS ${raw(name)}`);
    return name;
  };
  const truths = new Map<RuleTerm, string>();
  const values = new Map<SeenValue, { name: string; type: SqlType }>();
  for (const one of allTerms(term)) {
    const bound = bindViewer(one.expr, scope);
    const name = `t${truths.size}`;
    truths.set(one, name);
    // Two questions make three answers: neither is unknown.
    add(
      name,
      sql`CASE WHEN ${exprToSql(bound, env)} THEN 'true' WHEN ${exprToSql(not(bound), env)} THEN 'false' ELSE 'unknown' END`,
    );
    for (const seen of one.values) {
      const operand = valueToSql(bindViewerInValue(seen.value, scope), env);
      values.set(seen, {
        name: add(`v${values.size}`, jsonValue(operand.sql, operand.type)),
        type: operand.type,
      });
    }
  }
  const key = scalarFor(idType(entity), id);
  if (key === IMPOSSIBLE) return undefined;
  const statement = toStatement(
    sql`SELECT ${join(columns)} FROM ${raw(tableAs(entity, row.alias))} WHERE ${idColumn(row)} = ${key}`,
  );
  const [found] = await db.query<Record<string, unknown>>(statement.text, statement.params);
  if (!found) return undefined;
  return describeTerm(term, {
    truth: (one) => found[truths.get(one) ?? ''] as 'true' | 'false' | 'unknown',
    value: (seen) => {
      const known = values.get(seen);
      return known && toJson(found[known.name], known.type);
    },
  });
}

function allTerms(term: RuleTerm): readonly RuleTerm[] {
  return [term, ...term.terms.flatMap(allTerms)];
}

function toJson(value: unknown, type: SqlType): JsonValue {
  if (value === null || value === undefined) return null;
  if (arrivesAsJson(type) && typeof value === 'string') return JSON.parse(value) as JsonValue;
  // The driver gives int8 as text, for the sake of those that do not fit.
  return type.scalar === SCALARS.Int ? Number(value) : (value as JsonValue);
}
