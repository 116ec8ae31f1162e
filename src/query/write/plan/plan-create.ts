import type { Entity, Field } from '../../../model/app-model.ts';
import { declaredKey } from '../../../model/input-fields.ts';
import type { CreatePlan, InputPath } from '../write-plan.ts';
import type { InputReader } from './input-reader.ts';
import { type FieldsPlan, readFields } from './plan-fields.ts';

/**
 * Reads a create input. `back` is the relation that the surrounding input fills (the field that points back), which this
 * one therefore need not give.
 */
export function planCreate(
  reader: InputReader,
  entity: Entity,
  path: InputPath,
  input: unknown,
  { back, depth = 0, alsoGiven = [] }: { back?: string; depth?: number; alsoGiven?: readonly string[] } = {},
): CreatePlan | undefined {
  if (!reader.enter(path, depth)) return undefined;
  const plan = readFields(reader, entity, path, input, { mode: 'create', depth, skip: [] });
  for (const field of entity.fields) {
    if (field.name === back || alsoGiven.includes(field.name)) continue;
    if (isMissing(entity, field, plan)) reader.issue([...path, field.name], 'is required', 'required');
  }
  const given = [...plan.given, ...namesOfBack(entity, back)];
  return { kind: 'create', entity, path, values: plan.values, given, toOne: plan.toOne, toMany: plan.toMany };
}

/** Being nested under a row fills the relation to it, so that relation's write rule is asked like any other's. */
function namesOfBack(entity: Entity, back: string | undefined): readonly string[] {
  const relation = back === undefined ? undefined : entity.fieldByName.get(back);
  if (relation?.kind !== 'relation' || relation.storage.kind !== 'key') return [];
  return relation.storage.declared ? [relation.name, relation.storage.key] : [relation.name];
}

/** A required field that neither the viewer nor the server gives a value. */
function isMissing(entity: Entity, field: Field, plan: FieldsPlan): boolean {
  if (plan.given.includes(field.name)) return false;
  if (field.kind === 'relation') {
    if (field.storage.kind !== 'key' || !field.required) return false;
    const key = declaredKey(entity, field);
    return [field, key].every((one) => one?.default === undefined && one?.preset?.create === undefined);
  }
  if (field.kind !== 'scalar' || !field.required || field.type.list) return false;
  // A key stands and falls with its relation, which is looked at by itself.
  if (field.keyOf !== undefined) return false;
  if (field.name === 'id') return entity.idKind === 'NONE';
  return field.default === undefined && field.preset?.create === undefined && field.maintained === undefined;
}
