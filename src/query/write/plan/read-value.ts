import type { Entity, JsonValue, ScalarField } from '../../../model/app-model.ts';
import { elementFor, IMPOSSIBLE } from '../../sql/literal.ts';
import { columnInfo, type SqlType } from '../../sql/sql-type.ts';
import type { InputPath } from '../write-plan.ts';
import { checkColumnBounds } from './check-column-bounds.ts';
import { checkConstraint } from './check-constraint.ts';
import type { InputReader } from './input-reader.ts';
import { findUnstorable, isTooDeep, toJsonValue } from './to-json-value.ts';

/** Reads the value given for a stored field; whatever is wrong with it becomes an issue, and the answer undefined. */
export function readFieldValue(
  reader: InputReader,
  entity: Entity,
  field: ScalarField,
  path: InputPath,
  given: unknown,
): JsonValue | undefined {
  if (given === null && field.required) {
    reader.issue(path, 'must not be null', 'required');
    return undefined;
  }
  const info = columnInfo(reader.app, entity, field.name);
  if (!info) return undefined;
  const value = readTyped(reader, info.type, path, given);
  if (value === undefined) return undefined;
  checkConstraint(reader, field, path, value);
  checkColumnBounds(reader, field, path, value);
  return value;
}

/** Reads a value for a column of `type`: of a size and form that PostgreSQL takes. */
export function readTyped(
  reader: InputReader,
  type: SqlType,
  path: InputPath,
  given: unknown,
): JsonValue | undefined {
  if (isTooDeep(given)) {
    reader.issue(path, 'is nested too deeply', 'maxDepth');
    return undefined;
  }
  const value = toJsonValue(given);
  if (value === null) return null;
  if (!type.list) return readElement(reader, type, path, value);
  const items = reader.list(path, value) as readonly JsonValue[];
  const read = items.map((item, index) => readElement(reader, type, [...path, index], item));
  return read.some((item) => item === undefined) ? undefined : (read as JsonValue[]);
}

function readElement(
  reader: InputReader,
  type: SqlType,
  path: InputPath,
  value: JsonValue,
): JsonValue | undefined {
  const fault = findUnstorable(value) ?? findMisfit(type, value);
  if (!fault) return value;
  reader.issue(path, fault.message, fault.constraint);
  return undefined;
}

/** The forms that PostgreSQL refuses; everything else was parsed by its GraphQL scalar before. */
function findMisfit(type: SqlType, value: JsonValue): { message: string; constraint: string } | undefined {
  if (elementFor(type, value) !== IMPOSSIBLE) return undefined;
  if (type.enumValues) return { message: 'is none of the values of its enum', constraint: 'enum' };
  return type.pg === 'uuid'
    ? { message: 'must be a UUID', constraint: 'format' }
    : { message: 'is out of range', constraint: 'range' };
}
