import { lower } from '../../access/lower.ts';
import { assertNever } from '../../kit/assert-never.ts';
import type { JsonValue } from '../../model/app-model.ts';
import type { Expr, Value } from '../../model/expr.ts';
import type { Predicate } from '../../model/predicate.ts';
import { compareAtom, inAtom, listAtom, textAtom } from './atoms.ts';
import type { Operand } from './operand.ts';
import { rowsToFrom } from './row-path.ts';
import { allOf, anyOf, param, raw, type Sql, sql } from './sql.ts';
import type { SqlEnv } from './sql-env.ts';
import { valueToSql } from './value-to-sql.ts';

/** SQL that is TRUE exactly where `expr` is true; false and unknown are both "not TRUE". */
export function exprToSql(expr: Expr, env: SqlEnv): Sql {
  return predicateToSql(lower(expr), env);
}

/** SQL that is TRUE exactly where the predicate holds. */
export function predicateToSql(predicate: Predicate, env: SqlEnv): Sql {
  switch (predicate.kind) {
    case 'always':
      return raw('TRUE');
    case 'never':
      return raw('FALSE');
    case 'and':
      return allOf(predicate.terms.map((term) => predicateToSql(term, env)));
    case 'or':
      return anyOf(predicate.terms.map((term) => predicateToSql(term, env)));
    case 'compare':
      return compareAtom(
        predicate.op,
        valueToSql(predicate.left, env),
        valueToSql(predicate.right, env),
        predicate.insensitive,
      );
    case 'in':
      return inAtom(valueToSql(predicate.item, env), listOperands(predicate.list, env), predicate.negated);
    case 'isNull':
      return sql`${valueToSql(predicate.value, env).sql} IS ${raw(predicate.negated ? 'NOT NULL' : 'NULL')}`;
    case 'text':
      return negate(
        textAtom(
          predicate.op,
          valueToSql(predicate.value, env),
          valueToSql(predicate.needle, env),
          predicate.insensitive,
        ),
        predicate.negated,
      );
    case 'list': {
      const operand = predicate.operand ? valueToSql(predicate.operand, env) : undefined;
      return negate(listAtom(predicate.op, valueToSql(predicate.value, env), operand), predicate.negated);
    }
    case 'json':
      return negate(
        jsonAtom(predicate.op, valueToSql(predicate.value, env), predicate.path, predicate.operand),
        predicate.negated,
      );
    case 'truth':
      return negate(valueToSql(predicate.value, env).sql, predicate.negated);
    case 'some':
    case 'none': {
      const { row, tables, where } = rowsToFrom(predicate.rows, predicate.as, env);
      const inner = predicateToSql(predicate.where, env.with(predicate.as, row));
      const not = raw(predicate.kind === 'none' ? 'NOT ' : '');
      return sql`${not}EXISTS (SELECT FROM ${tables} WHERE ${allOf([...where, inner])})`;
    }
    default:
      return assertNever(predicate);
  }
}

/** NOT of an atom: null stays null, so a negated atom does not hold where a side is null. */
function negate(atom: Sql, negated: boolean): Sql {
  return negated ? sql`NOT (${atom})` : atom;
}

/** A list of values is compared one by one; a literal, a column or the viewer's roles as one array. */
function listOperands(list: Value, env: SqlEnv): Operand | readonly Operand[] {
  return list.kind === 'list' ? list.items.map((item) => valueToSql(item, env)) : valueToSql(list, env);
}

function jsonAtom(
  op: 'eq' | 'ne' | 'contains',
  value: Operand,
  path: readonly string[],
  operand: JsonValue,
): Sql {
  const at = path.length === 0 ? value.sql : sql`(${value.sql} #> ${param(path, 'text[]')})`;
  const operator = { eq: '=', ne: '<>', contains: '@>' } as const;
  return sql`${at} ${raw(operator[op])} ${param(JSON.stringify(operand), 'jsonb')}`;
}
