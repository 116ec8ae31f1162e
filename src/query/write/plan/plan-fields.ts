import type { Entity, JsonValue, RelationField, ScalarField } from '../../../model/app-model.ts';
import { isWritable } from '../../../model/input-fields.ts';
import { entityOf, idType } from '../../sql/sql-type.ts';
import type { InputPath, ToManyPlan, ToOnePlan } from '../write-plan.ts';
import { entriesOf, type InputReader } from './input-reader.ts';
import { readToMany, readToOne } from './plan-relations.ts';
import { readFieldValue, readTyped } from './read-value.ts';

/** What the keys of a create or update input say, read but for what only one of the two has. */
export interface FieldsPlan {
  readonly values: Map<string, JsonValue>;
  readonly given: string[];
  readonly toOne: ToOnePlan[];
  readonly toMany: ToManyPlan[];
}

/** What an input without any field is given by the API, since GraphQL has none that are empty. */
const PLACEHOLDER = '_';

/** Reads every key of `input` that names a field of the entity. `skip` are keys with a meaning of their own. */
export function readFields(
  reader: InputReader,
  entity: Entity,
  path: InputPath,
  input: unknown,
  options: { readonly mode: 'create' | 'update'; readonly depth: number; readonly skip: readonly string[] },
): FieldsPlan {
  const plan: FieldsPlan = { values: new Map(), given: [], toOne: [], toMany: [] };
  for (const [key, value] of entriesOf(input)) {
    const field = entity.fieldByName.get(key);
    if (field?.kind === 'relation') readRelation(reader, entity, field, [...path, key], value, options, plan);
    else if (field?.kind === 'scalar')
      readScalar(reader, entity, field, [...path, key], value, options, plan);
    else if (key !== PLACEHOLDER && !options.skip.includes(key))
      reader.issue([...path, key], `is no field of ${entity.name}`, 'unknown');
  }
  refuseKeyAndRelation(reader, path, plan);
  return plan;
}

function readScalar(
  reader: InputReader,
  entity: Entity,
  field: ScalarField,
  path: InputPath,
  value: unknown,
  options: { readonly mode: 'create' | 'update' },
  plan: FieldsPlan,
): void {
  // The input types leave such fields out already; this is what holds if one slips through.
  if (!isWritable(entity, field, options.mode)) {
    reader.issue(path, 'is set by the server', 'readOnly');
    return;
  }
  // A key and its relation are one thing with two names, each of which may have a rule.
  plan.given.push(field.name, ...(field.keyOf === undefined ? [] : [field.keyOf]));
  const read =
    field.keyOf === undefined
      ? readFieldValue(reader, entity, field, path, value)
      : readKey(reader, entity, field, path, value);
  if (read !== undefined) plan.values.set(field.name, read);
}

/** A declared key (`orgId`): setting it is connecting, so it must have the form of the target's ids. */
function readKey(
  reader: InputReader,
  entity: Entity,
  field: ScalarField,
  path: InputPath,
  value: unknown,
): JsonValue | undefined {
  const relation = entity.fieldByName.get(field.keyOf ?? '');
  if (value === null && relation?.kind === 'relation' && relation.required) {
    reader.issue(path, 'must not be null', 'required');
    return undefined;
  }
  if (relation?.kind !== 'relation' || value === null)
    return readFieldValue(reader, entity, field, path, value);
  return readTyped(reader, idType(entityOf(reader.app, relation.target)), path, value);
}

function readRelation(
  reader: InputReader,
  entity: Entity,
  relation: RelationField,
  path: InputPath,
  value: unknown,
  options: { readonly mode: 'create' | 'update'; readonly depth: number },
  plan: FieldsPlan,
): void {
  if (!isWritable(entity, relation, options.mode)) {
    reader.issue(path, 'is set by the server', 'readOnly');
    return;
  }
  if (relation.many) {
    if (value === null) return;
    const read = readToMany(reader, relation, path, value, options);
    if (read) plan.toMany.push(read);
  } else {
    // In a create input null says no more than leaving the key out.
    if (value === null && options.mode === 'create') return;
    const read = readToOne(reader, relation, path, value, options);
    if (read) plan.toOne.push(read);
  }
  const { storage } = relation;
  plan.given.push(relation.name, ...(storage.kind === 'key' && storage.declared ? [storage.key] : []));
}

function refuseKeyAndRelation(reader: InputReader, path: InputPath, plan: FieldsPlan): void {
  for (const { relation } of plan.toOne) {
    const { storage } = relation;
    if (storage.kind !== 'key' || !plan.values.has(storage.key)) continue;
    const message = `sets the same as ${relation.name}: give one of the two`;
    reader.issue([...path, storage.key], message, 'exclusive');
  }
}
