import type { JsonValue } from '../../model/app-model.ts';
import { IMPOSSIBLE, listFor, scalarFor } from './literal.ts';
import { raw, type Sql, sql } from './sql.ts';
import type { SqlType } from './sql-type.ts';

/** A value as SQL with its type; a literal keeps its value, so that the other side may choose the type. */
export interface Operand {
  readonly sql: Sql;
  readonly type: SqlType;
  readonly literal?: { readonly value: JsonValue };
  /** A literal that nothing of this type equals. Its `sql` is a null of the type. */
  readonly impossible?: boolean;
}

export function literalOperand(value: JsonValue, type: SqlType): Operand {
  if (type.list) {
    const list =
      value === null
        ? raw(`NULL::${type.pg}[]`)
        : listFor(type, Array.isArray(value) ? value : [value as JsonValue]);
    return { sql: list, type, literal: { value } };
  }
  const own = widened(value, type);
  const scalar = scalarFor(own, value);
  if (scalar === IMPOSSIBLE)
    return { sql: raw(`NULL::${own.pg}`), type: own, literal: { value }, impossible: true };
  return { sql: scalar, type: own, literal: { value } };
}

/** A number beyond its integer type is still a number to compare with. */
function widened(value: JsonValue, type: SqlType): SqlType {
  if (typeof value !== 'number' || (type.pg !== 'int4' && type.pg !== 'int8')) return type;
  const fits = Number.isInteger(value) && Math.abs(value) < 2 ** 31;
  return fits || type.scalar?.filter === 'IDFilter' ? type : { ...type, pg: 'numeric' };
}

/**
 * Both sides in types that PostgreSQL compares: a literal takes the type of a key or enum that it is compared with, and
 * where a key meets a text, both are text.
 */
export function harmonise(left: Operand, right: Operand): readonly [Operand, Operand] {
  const adoptedLeft = adopt(left, right);
  const adoptedRight = adopt(right, adoptedLeft);
  if (!isPeculiar(adoptedLeft.type) && !isPeculiar(adoptedRight.type)) return [adoptedLeft, adoptedRight];
  if (adoptedLeft.type.pg === adoptedRight.type.pg) return [adoptedLeft, adoptedRight];
  return [asText(adoptedLeft), asText(adoptedRight)];
}

/** Types that have no implicit conversion from text, or a harmful one: keys, uuids, chars and enums. */
function isPeculiar({ enumValues, pg, scalar }: SqlType): boolean {
  return enumValues !== undefined || pg === 'uuid' || pg === 'bpchar' || scalar?.filter === 'IDFilter';
}

function adopt(operand: Operand, other: Operand): Operand {
  if (!operand.literal || other.literal || !isPeculiar(other.type)) return operand;
  return literalOperand(operand.literal.value, { ...other.type, list: operand.type.list });
}

function asText(operand: Operand): Operand {
  if (operand.type.pg === 'text') return operand;
  const type = { ...operand.type, pg: 'text' };
  return { ...operand, type, sql: sql`(${operand.sql})::text${raw(operand.type.list ? '[]' : '')}` };
}
