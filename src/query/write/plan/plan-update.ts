import type { Entity, JsonValue } from '../../../model/app-model.ts';
import { numericInputs } from '../../../model/input-fields.ts';
import { columnInfo } from '../../sql/sql-type.ts';
import type { InputPath, UpdatePlan } from '../write-plan.ts';
import { entriesOf, type InputReader, valueAt } from './input-reader.ts';
import { type FieldsPlan, readFields } from './plan-fields.ts';
import { readTyped } from './read-value.ts';

const INCREMENT = 'increment';

/** Reads an update input, `increment` included (unless the entity has a field of that name). */
export function planUpdate(
  reader: InputReader,
  entity: Entity,
  path: InputPath,
  input: unknown,
  { depth = 0 }: { depth?: number } = {},
): UpdatePlan | undefined {
  if (!reader.enter(path, depth)) return undefined;
  const hasIncrement = !entity.fieldByName.has(INCREMENT);
  const skip = hasIncrement ? [INCREMENT] : [];
  const plan = readFields(reader, entity, path, input, { mode: 'update', depth, skip });
  const increments = hasIncrement
    ? readIncrements(reader, entity, [...path, INCREMENT], valueAt(input, INCREMENT), plan)
    : new Map<string, JsonValue>();
  const given = [...plan.given, ...increments.keys()];
  return {
    kind: 'update',
    entity,
    path,
    values: plan.values,
    increments,
    given,
    toOne: plan.toOne,
    toMany: plan.toMany,
  };
}

function readIncrements(
  reader: InputReader,
  entity: Entity,
  path: InputPath,
  input: unknown,
  plan: FieldsPlan,
): ReadonlyMap<string, JsonValue> {
  const increments = new Map<string, JsonValue>();
  for (const [name, amount] of entriesOf(input)) {
    const place = [...path, name];
    const field = entity.fieldByName.get(name);
    const info = columnInfo(reader.app, entity, name);
    if (!field || !info || !numericInputs(entity).some((one) => one === field)) {
      reader.issue(place, 'cannot be incremented', 'increment');
    } else if (plan.values.has(name)) {
      reader.issue(place, `is both set and incremented: give one of the two`, 'exclusive');
    } else if (amount !== null) {
      const value = readTyped(reader, info.type, place, amount);
      if (value !== undefined) increments.set(name, value);
    }
  }
  return increments;
}
