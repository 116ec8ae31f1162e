import type { Entity, Field } from '../../model/app-model.ts';
import { declaredKey, isWritable } from '../../model/input-fields.ts';
import { directive } from '../arguments.ts';
import { placeOf } from '../locate.ts';
import type { Judged, Rule } from './rule.ts';
import { modelFields } from './walk.ts';

const EXPOSURES = ['hidden', 'readOnly', 'createOnly', 'writeOnly'] as const;

/** What shows where: said once per field, without contradiction, and so that rows can be created at all. */
export const exposures: Rule = (judged) => {
  const { app, problems } = judged;
  for (const { node, path } of modelFields(judged)) {
    const used = EXPOSURES.filter((name) => directive(node, name));
    const [first, second] = used;
    const isCreateThenNever = first === 'createOnly' && second === 'writeOnly' && used.length === 2;
    if (second && !isCreateThenNever) {
      const message = `@${first} and @${second} on ${path} contradict or repeat each other. Keep the one that is meant.`;
      problems.error(placeOf(directive(node, second) ?? node), 'CONTRADICTORY_EXPOSURE', message);
    }
  }
  for (const entity of app.entities) {
    for (const field of entity.fields) {
      settable(judged, entity, field);
      ruledWrite(judged, entity, field);
    }
  }
};

/** A required value that nobody gives: no client, no default, no preset. */
function settable({ problems }: Judged, entity: Entity, field: Field): void {
  if (field.kind !== 'scalar' && field.kind !== 'relation') return;
  if (!field.required || field.name === 'id' || isGiven(field)) return;
  if (field.kind === 'relation' && field.storage.kind !== 'key') return;
  if (field.kind === 'scalar' && (field.maintained || field.type.list)) return;
  const twin =
    field.kind === 'relation'
      ? declaredKey(entity, field)
      : field.keyOf === undefined
        ? undefined
        : entity.fieldByName.get(field.keyOf);
  const isReachable = [field, twin].some((one) => one !== undefined && canBeGiven(entity, one));
  // The pair of a relation and its key is reported at the relation.
  if (isReachable || (field.kind === 'scalar' && twin)) return;
  const message = `Nobody could create a ${entity.name}: ${field.name} is required, no input takes it, and it has no default. Add @default or @preset(create:), or make it optional.`;
  problems.error(field.place, 'REQUIRED_NEVER_SET', message);
}

function canBeGiven(entity: Entity, field: Field): boolean {
  if (field.kind !== 'scalar' && field.kind !== 'relation') return false;
  return isGiven(field) || isWritable(entity, field, 'create');
}

function isGiven(field: Extract<Field, { kind: 'scalar' | 'relation' }>): boolean {
  return field.default !== undefined || field.preset?.create !== undefined;
}

function ruledWrite({ problems }: Judged, entity: Entity, field: Field): void {
  const { read, write } = field.access;
  if (field.name === 'id') return;
  if (write && !isWritable(entity, field, 'create') && !isWritable(entity, field, 'update')) {
    const message = `${entity.name}.${field.name} is in no input, so its write rule never applies. Remove write.`;
    problems.error(write.place, 'RULE_NEVER_APPLIES', message);
  }
  if (read && !field.exposure.output) {
    const message = `${entity.name}.${field.name} is never answered, so its read rule never applies. Remove read.`;
    problems.error(read.place, 'RULE_NEVER_APPLIES', message);
  }
}
