import { FLOAT_BOUNDS } from '../../access/apply-function.ts';
import { assertNever } from '../../kit/assert-never.ts';
import type { RowPath, Value, ValueFn } from '../../model/expr.ts';
import { SCALARS } from '../../model/scalars.ts';
import { literalOperand, type Operand } from './operand.ts';
import { exprToSql } from './predicate-to-sql.ts';
import { followPath, rowsToFrom, subselect } from './row-path.ts';
import { columnOf, join, raw, type Sql, sql } from './sql.ts';
import type { SqlEnv } from './sql-env.ts';
import { columnInfo, relationField, type SqlType, sqlTypeOf } from './sql-type.ts';

const INT: SqlType = { pg: 'int8', list: false, scalar: SCALARS.Int, enumValues: undefined };
const TEXT: SqlType = { pg: 'text', list: false, scalar: SCALARS.String, enumValues: undefined };

/** Renders a value; null wherever it has none. Values of the viewer and the time must have been bound before. */
export function valueToSql(value: Value, env: SqlEnv): Operand {
  switch (value.kind) {
    case 'literal':
      return literalOperand(value.value, sqlTypeOf(env.app, value.type));
    case 'column':
      return columnToSql(value.row, value.field, env);
    case 'guarded': {
      const inner = valueToSql(value.value, env);
      return { sql: sql`(CASE WHEN ${exprToSql(value.when, env)} THEN ${inner.sql} END)`, type: inner.type };
    }
    case 'count': {
      const { row, tables, where } = rowsToFrom(value.rows, value.as, env);
      const condition = exprToSql(value.where, env.with(value.as, row));
      return { sql: subselect(raw('count(*)'), tables, [...where, condition]), type: INT };
    }
    case 'call':
      return callToSql(
        value.fn,
        value.args.map((arg) => valueToSql(arg, env)),
        sqlTypeOf(env.app, value.type),
      );
    case 'list':
      return listToSql(
        value.items.map((item) => valueToSql(item, env)),
        sqlTypeOf(env.app, value.type),
      );
    case 'viewer':
    case 'now':
      throw new Error(`A value of the ${value.kind} was not bound before it was rendered`);
    default:
      return assertNever(value);
  }
}

function columnToSql(path: RowPath, field: string, env: SqlEnv): Operand {
  const virtual = path.steps.length === 0 ? env.row(path.from)?.virtual?.get(field) : undefined;
  if (virtual) return virtual;
  const folded = foldToKey(path, field, env);
  const row = followPath(folded.path, env);
  const info = columnInfo(env.app, row.row.entity, folded.field);
  if (!info) throw new Error(`${row.row.entity.name}.${folded.field} is not stored`);
  const column = columnOf(row.row.alias, info.column);
  const value = row.from ? subselect(column, row.from.tables, row.from.where) : column;
  return { sql: info.casts === '' ? value : sql`(${value}${raw(info.casts)})`, type: info.type };
}

/** `task.project.id` is the task's own key column, where no guard could hide the project. */
function foldToKey(path: RowPath, field: string, env: SqlEnv): { path: RowPath; field: string } {
  const last = path.steps.at(-1);
  if (field !== 'id' || !last || last.guard) return { path, field };
  const before: RowPath = { ...path, steps: path.steps.slice(0, -1) };
  const relation = relationField(entityAt(before, env), last.relation);
  return relation.storage.kind === 'key' ? { path: before, field: relation.storage.key } : { path, field };
}

function entityAt(path: RowPath, env: SqlEnv) {
  let entity = env.app.entityByName.get(path.entity);
  for (const step of path.steps) {
    if (entity) entity = env.app.entityByName.get(relationField(entity, step.relation).target);
  }
  if (!entity) throw new Error(`There is no entity ${path.entity}`);
  return entity;
}

function listToSql(items: readonly Operand[], type: SqlType): Operand {
  const cast = raw(`::${type.pg}[]`);
  return { sql: sql`ARRAY[${join(items.map((item) => item.sql))}]${cast}`, type: { ...type, list: true } };
}

const OPERATORS: Partial<Record<ValueFn, string>> = { add: '+', subtract: '-', multiply: '*' };

/** Arithmetic in a type wide enough that only absurd values overflow; dividing by nothing is null. */
function callToSql(fn: ValueFn, args: readonly Operand[], type: SqlType): Operand {
  const [first, second] = args;
  if (!first) throw new Error(`${fn} needs a value`);
  const whole = type.pg === 'int4' || type.pg === 'int8';
  const wide: SqlType = whole ? { ...type, pg: 'numeric' } : type;
  const one = (text: string, result: SqlType = TEXT): Operand => ({
    sql: sql`${raw(text)}(${first.sql})`,
    type: result,
  });
  switch (fn) {
    case 'add':
    case 'subtract':
    case 'multiply':
      return { sql: infix(first, OPERATORS[fn] ?? '+', second, wide), type: wide };
    case 'divide':
    case 'modulo':
      return { sql: divide(first, fn === 'divide' ? '/' : '%', second, wide, whole), type: wide };
    case 'negate':
      return { sql: sql`(- (${first.sql})::${raw(wide.pg)})`, type: wide };
    case 'length':
      return one('char_length', INT);
    case 'size':
      return one('cardinality', INT);
    case 'lower':
    case 'upper':
      return one(fn);
    case 'addTime':
      return { sql: addTime(first, second), type };
    case 'at':
      return { sql: sql`(${first.sql} #> ${second?.sql ?? raw("'{}'")})`, type };
    default:
      return assertNever(fn);
  }
}

function infix(left: Operand, operator: string, right: Operand | undefined, type: SqlType): Sql {
  if (!right) throw new Error(`${operator} needs two values`);
  return sql`(${number(left, type)} ${raw(operator)} ${number(right, type)})`;
}

function divide(
  left: Operand,
  operator: '/' | '%',
  right: Operand | undefined,
  type: SqlType,
  whole: boolean,
): Sql {
  if (!right) throw new Error(`${operator} needs two values`);
  const divisor = sql`NULLIF(${number(right, type)}, 0)`;
  // Whole numbers divide to whole numbers, exactly, however large.
  if (whole && operator === '/') return sql`div(${number(left, type)}, ${divisor})`;
  return sql`(${number(left, type)} ${raw(operator)} ${divisor})`;
}

/** An operand of arithmetic. Floats beyond the bounds are null, as `applyFunction` has them. */
function number(operand: Operand, type: SqlType): Sql {
  const cast = sql`(${operand.sql})::${raw(type.pg)}`;
  if (type.pg !== 'float8') return cast;
  const { smallest, largest } = FLOAT_BOUNDS;
  return sql`(CASE WHEN ${cast} = 0 OR abs(${cast}) BETWEEN ${raw(String(smallest))} AND ${raw(String(largest))} THEN ${cast} END)`;
}

function addTime(time: Operand, milliseconds: Operand | undefined): Sql {
  if (!milliseconds) throw new Error('addTime needs two values');
  const span = sql`(${milliseconds.sql})::float8 * interval '1 millisecond'`;
  return sql`((${time.sql})::timestamptz + ${span})`;
}
