import type { RelationField } from '../../model/app-model.ts';
import { THIS } from '../../model/expr.ts';
import { fieldRule, readableRows } from '../read/readable.ts';
import type { RequestScope } from '../request-scope.ts';
import { exprToSql } from '../sql/predicate-to-sql.ts';
import { idColumn, linkRows } from '../sql/row-path.ts';
import { allOf, join, parens, raw, type Sql, sql } from '../sql/sql.ts';
import type { RowInScope, SqlEnv } from '../sql/sql-env.ts';

/**
 * The FROM clause that grows while the rows of one level are rendered: to-one relations become outer joins on a unique
 * key, so the number of rows stays what it was, and PostgreSQL chooses how to join.
 */
export class FromLevel {
  readonly #joins: Sql[] = [];
  readonly #joined = new Map<string, RowInScope>();

  /** The row that `relation` leads to from `row`, joined once however often it is selected; no row where it is hidden. */
  follow(scope: RequestScope, row: RowInScope, relation: RelationField, env: SqlEnv): RowInScope {
    const key = `${row.alias}.${relation.name}`;
    const known = this.#joined.get(key);
    if (known) return known;
    const link = linkRows(row, relation, env);
    const rule = fieldRule(scope, row.entity, relation.name);
    const conditions = kept([
      link.on,
      exprToSql(readableRows(scope, link.row.entity), env.with(THIS, link.row)),
      ...(rule ? [exprToSql(rule, env.with(THIS, row))] : []),
    ]);
    const tables = link.joined ? parens(link.tables) : link.tables;
    this.#joins.push(sql` LEFT JOIN ${tables} ON ${allOf(conditions)}`);
    this.#joined.set(key, link.row);
    return link.row;
  }

  /** `tables` with everything joined so far. */
  from(tables: Sql): Sql {
    return join([tables, ...this.#joins], '');
  }
}

/** Whether there is a row: an outer join that found nothing has a null id. */
export function isThere(row: RowInScope): Sql {
  return sql`${idColumn(row)} IS NOT NULL`;
}

/** A WHERE without the terms that are always true, so that statements stay readable. */
export function whereOf(conditions: readonly Sql[]): Sql {
  const terms = kept(conditions);
  return terms.length === 0 ? raw('') : sql` WHERE ${allOf(terms)}`;
}

function kept(conditions: readonly Sql[]): readonly Sql[] {
  return conditions.filter((one) => !(one.parts.length === 1 && one.parts[0] === 'TRUE'));
}
