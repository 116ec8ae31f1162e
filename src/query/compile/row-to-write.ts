import type { Entity, ScalarField } from '../../model/app-model.ts';
import { type Expr, THIS } from '../../model/expr.ts';
import type { RequestScope } from '../request-scope.ts';
import { IMPOSSIBLE, scalarFor } from '../sql/literal.ts';
import { idColumn } from '../sql/row-path.ts';
import { allOf, columnOf, join, param, raw, type Sql, sql } from '../sql/sql.ts';
import type { RowInScope, SqlEnv } from '../sql/sql-env.ts';
import { idType } from '../sql/sql-type.ts';
import { isTrue, isUnchanged, looksElsewhere, needsRow } from './one-row.ts';

/** What an existing row has to be like to be written. */
export interface RowConditions {
  readonly id: string;
  /** Rules about the row as it was. */
  readonly before: readonly Expr[];
  readonly expected: Expected | undefined;
  readonly env: SqlEnv;
  /** Nothing else in the statement looks at anything but the row. */
  readonly isAlone: boolean;
}

/** The version that the viewer has seen. */
export interface Expected {
  readonly field: ScalarField;
  readonly version: number;
  /** Who compares a value reads it. */
  readonly rule: Expr | undefined;
}

export function expectedVersion(scope: RequestScope, entity: Entity, version: unknown): Expected | undefined {
  if (typeof version !== 'number') return undefined;
  const field = entity.fields.find((one) => one.kind === 'scalar' && one.maintained === 'version');
  if (field?.kind !== 'scalar') return undefined;
  return { field, version, rule: scope.fieldRule(entity, field.name, 'read') };
}

/** WHERE of an UPDATE or DELETE: no row where anything is not as it has to be, whatever it is. */
export function rowToWrite(row: RowInScope, { id, before, expected, env, isAlone }: RowConditions): Sql {
  const inside = env.with(THIS, row);
  const wanted = scalarFor(idType(row.entity), id);
  if (wanted === IMPOSSIBLE) return raw('FALSE');
  const rules = [...before, ...(expected?.rule ? [expected.rule] : [])].filter(needsRow);
  const conditions = [
    sql`${idColumn(row)} = ${wanted}`,
    ...rules.map((rule) => isTrue(rule, inside)),
    ...(expected
      ? [sql`${columnOf(row.alias, expected.field.column)} = ${param(expected.version, 'int4')}`]
      : []),
  ];
  if (!isAlone || looksElsewhere(join(conditions))) conditions.push(isUnchanged(row, wanted, env));
  return allOf(conditions);
}
