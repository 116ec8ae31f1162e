import type { Entity } from '../../../model/app-model.ts';
import { names } from '../../../model/names.ts';
import { elementFor, IMPOSSIBLE } from '../../sql/literal.ts';
import { columnInfo, relationOfKey } from '../../sql/sql-type.ts';
import type { InputPath, UniquePlan, UniqueValue } from '../write-plan.ts';
import { entriesOf, type InputReader, valueAt } from './input-reader.ts';
import { readTyped } from './read-value.ts';
import { findUnstorable, toJsonValue } from './to-json-value.ts';

/**
 * Reads a `TaskUnique`: exactly one of its keys. An id that no row could have (`"abc"` where ids are UUIDs) is no fault of
 * the input's form: it names a row that does not exist.
 */
export function readUnique(
  reader: InputReader,
  entity: Entity,
  path: InputPath,
  given: unknown,
): UniquePlan | undefined {
  const entries = entriesOf(given).filter(([, value]) => value !== null);
  const [entry] = entries;
  if (entries.length !== 1 || !entry) {
    reader.issue(path, 'must have exactly one key that is not null', 'oneOf');
    return undefined;
  }
  const [key, value] = entry;
  const place = [...path, key];
  if (key === 'id') return finish(entity, path, [readPart(reader, entity, 'id', place, value)]);
  const unique = entity.uniques.find((one) => names.uniqueKey(one) === key);
  if (!unique) {
    reader.issue(place, `is no unique of ${entity.name}`, 'unique');
    return undefined;
  }
  if (unique.fields.length === 1) return finish(entity, path, [readPart(reader, entity, key, place, value)]);
  const parts = unique.fields.map((name) =>
    readPart(reader, entity, name, [...place, name], valueAt(value, name)),
  );
  return finish(entity, path, parts);
}

function finish(
  entity: Entity,
  path: InputPath,
  parts: readonly (UniqueValue | undefined)[],
): UniquePlan | undefined {
  const fields = parts.filter((part) => part !== undefined);
  return fields.length === parts.length ? { entity, path, fields } : undefined;
}

function readPart(
  reader: InputReader,
  entity: Entity,
  name: string,
  path: InputPath,
  given: unknown,
): UniqueValue | undefined {
  const info = columnInfo(reader.app, entity, name);
  if (!info) return undefined;
  if (given === null || given === undefined) {
    reader.issue(path, 'must not be null: a null names no row', 'required');
    return undefined;
  }
  if (isForeignId(given, info.type.pg)) return { name, value: null };
  const value = readTyped(reader, info.type, path, given);
  return value === undefined ? undefined : { name, value };
}

/** An id in another form than this table's ids. `null` stands for it from here on, and equals nothing. */
function isForeignId(given: unknown, pg: string): boolean {
  const value = toJsonValue(given);
  const type = { pg, list: false, scalar: undefined, enumValues: undefined };
  return (
    pg !== 'text' &&
    typeof value === 'string' &&
    !findUnstorable(value) &&
    elementFor(type, value) === IMPOSSIBLE
  );
}

/** The fields that a unique fills when what it names has to be made: its own, and relations whose keys it has. */
export function fieldsNamedBy(by: UniquePlan): readonly string[] {
  return by.fields.flatMap(({ name }) => [name, relationOfKey(by.entity, name)?.name ?? name]);
}
