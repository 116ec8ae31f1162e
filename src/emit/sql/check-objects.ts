import type { RuleBook } from '../../access/rule-book.ts';
import { assertNever } from '../../kit/assert-never.ts';
import type {
  ComputedField,
  ConstraintFormat,
  Entity,
  FieldConstraint,
  ScalarField,
} from '../../model/app-model.ts';
import { CONSTRAINT_FORMATS } from '../../model/constraint-formats.ts';
import { type ConstraintArgument, constraintName, rowCheckName } from '../../model/constraint-names.ts';
import { type ScalarRange, scalarType } from '../../model/scalars.ts';
import type { SqlObject } from '../../model/sql-object.ts';
import { rowCheckSql } from './row-check-sql.ts';
import { quoteName, quoteText, sqlLiteral } from './sql-literal.ts';

/** Every CHECK of an entity: arguments of `@constraint`, ranges of scalars, lists without nulls, and `@check`. */
export function checkObjects(entity: Entity, rules: RuleBook | undefined): readonly SqlObject[] {
  return [
    ...entity.fields
      .filter((field) => field.kind === 'scalar' || field.kind === 'computed')
      .flatMap((field) => fieldChecks(entity, field)),
    ...(rules?.checks(entity) ?? []).map((rule, index): SqlObject => {
      const { sql, columns } = rowCheckSql(entity, rule.expr);
      return checkObject(entity, `row_${index + 1}`, rowCheckName(entity, index), sql, columns);
    }),
  ];
}

/** What is computed is a column, too, and its type promises as much of it. */
function fieldChecks(entity: Entity, field: ScalarField | ComputedField): readonly SqlObject[] {
  const conditions: [ConstraintArgument, string][] = [];
  const column = quoteName(field.column);
  if (field.type.list) {
    // Prisma makes list columns nullable, whatever the schema says.
    if (field.required && field.kind === 'scalar') conditions.push(['required', `${column} IS NOT NULL`]);
    conditions.push(['items', `array_position(${column}, NULL) IS NULL`]);
  }
  const range = scalarType(field.type.name)?.range;
  if (range) conditions.push(['range', rangeCondition(field, range)]);
  if (field.kind === 'scalar')
    for (const [argument, value] of constraintEntries(field.constraint))
      conditions.push([argument, conditionOf(field, argument, value)]);
  return conditions.map(([argument, condition]) =>
    checkObject(
      entity,
      `${field.name}_${argument}`,
      constraintName(entity, field.name, argument),
      condition,
      [field.column],
    ),
  );
}

/** What GraphQL refuses of a refined number, for additions to stored ones and for writers beside the API. */
function rangeCondition(field: ScalarField | ComputedField, { min, above, max, below }: ScalarRange): string {
  const column = quoteName(field.column);
  const value = field.type.list ? `ALL (${column})` : column;
  const bounds: readonly [number | undefined, string][] = [
    [min, '<='],
    [above, '<'],
    [max, '>='],
    [below, '>'],
  ];
  return bounds
    .flatMap(([bound, operator]) => (bound === undefined ? [] : [`${bound} ${operator} ${value}`]))
    .join(' AND ');
}

const ORDER: readonly (keyof FieldConstraint)[] = [
  'minLength',
  'maxLength',
  'min',
  'max',
  'pattern',
  'format',
  'minItems',
  'maxItems',
];

function constraintEntries(
  constraint: FieldConstraint = {},
): readonly (readonly [keyof FieldConstraint, string | number])[] {
  return ORDER.flatMap((argument) => {
    const value = constraint[argument];
    return value === undefined ? [] : [[argument, value] as const];
  });
}

/** Holds for null too, as every CHECK does; whether null is allowed is the column's own affair. */
function conditionOf(field: ScalarField, argument: keyof FieldConstraint, value: string | number): string {
  const column = quoteName(field.column);
  switch (argument) {
    case 'minLength':
      return `char_length(${column}) >= ${whole(value)}`;
    case 'maxLength':
      return `char_length(${column}) <= ${whole(value)}`;
    case 'min':
      return `${column} >= ${sqlLiteral(value, field.type)}`;
    case 'max':
      return `${column} <= ${sqlLiteral(value, field.type)}`;
    case 'pattern':
      return `${column} ~ ${quoteText(String(value))}`;
    case 'format':
      return `${column} ~ ${quoteText(CONSTRAINT_FORMATS[value as ConstraintFormat])}`;
    case 'minItems':
      return `cardinality(${column}) >= ${whole(value)}`;
    case 'maxItems':
      return `cardinality(${column}) <= ${whole(value)}`;
    default:
      return assertNever(argument);
  }
}

function whole(value: string | number): string {
  if (!Number.isSafeInteger(value)) throw new Error(`"${value}" is no whole number.`);
  return String(value);
}

function checkObject(
  entity: Entity,
  key: string,
  name: string,
  condition: string,
  columns: readonly string[],
): SqlObject {
  const table = quoteName(entity.table);
  return {
    name: `${entity.table}/check/${key}`,
    table: entity.table,
    kind: 'check',
    create: `ALTER TABLE ${table} ADD CONSTRAINT ${quoteName(name)} CHECK (${condition});`,
    drop: `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${quoteName(name)};`,
    columns,
    condition,
  };
}
