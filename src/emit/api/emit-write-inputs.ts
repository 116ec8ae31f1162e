import { withArticle } from '../../kit/words.ts';
import type { Entity, RelationField, ScalarField } from '../../model/app-model.ts';
import { isKeyDeclaredFor, isWritable, numericInputs } from '../../model/input-fields.ts';
import { names } from '../../model/names.ts';
import { scalarType } from '../../model/scalars.ts';
import { describe } from './api-context.ts';
import type { SdlDefinition, SdlField } from './sdl.ts';

/** `TaskCreateInput`, or the one nested under a relation, which leaves out `back`, the field that points back. */
export function createInput(entity: Entity, back: string | undefined): SdlDefinition {
  return {
    kind: 'input',
    name: names.createWithout(entity, back),
    description: `Values of a new ${entity.singular}${withoutText(back)}.`,
    fields: orPlaceholder(writableFields(entity, 'create', back).map((field) => createField(entity, field))),
  };
}

/** `TaskUpdateInput`, or the one nested under a relation. */
export function updateInput(entity: Entity, back: string | undefined): SdlDefinition {
  const increment: SdlField = {
    name: 'increment',
    type: names.incrementInput(entity),
    description: 'Amounts to add to numbers, atomically. Not together with a new value of the same field.',
  };
  const fields = writableFields(entity, 'update', back).map((field) => updateField(entity, field));
  return {
    kind: 'input',
    name: names.updateWithout(entity, back),
    description: `New values of ${withArticle(entity.singular)}${withoutText(back)}. A key left out leaves its field, null clears it.`,
    fields: orPlaceholder(hasIncrement(entity) ? [...fields, increment] : fields),
  };
}

/** `TaskIncrementInput`; undefined where no number can be updated. */
export function incrementInput(entity: Entity): SdlDefinition | undefined {
  if (!hasIncrement(entity)) return undefined;
  return {
    kind: 'input',
    name: names.incrementInput(entity),
    description: `Amounts to add to numbers of ${withArticle(entity.singular)}; negative ones subtract.`,
    fields: numericInputs(entity).map((field) => ({
      name: field.name,
      // A refined number (a positive one) is changed by any amount: the base scalar of its filter.
      type: scalarType(field.type.name)?.filter.replace(/Filter$/, '') ?? field.type.name,
      description: `Amount to add to \`${field.name}\`.`,
      deprecated: field.deprecated,
    })),
  };
}

/** A field of the author's that is itself called `increment` takes the name. */
function hasIncrement(entity: Entity): boolean {
  return numericInputs(entity).length > 0 && !entity.fieldByName.has('increment');
}

type WritableField = ScalarField | RelationField;

function writableFields(
  entity: Entity,
  operation: 'create' | 'update',
  back: string | undefined,
): readonly WritableField[] {
  return entity.fields
    .filter((field) => isWritable(entity, field, operation))
    .filter(
      (field) =>
        field.name !== back &&
        !(field.kind === 'scalar' && field.keyOf !== undefined && field.keyOf === back),
    );
}

/** A field as create inputs have it: required where nothing else can supply the value. */
export function createField(entity: Entity, field: WritableField): SdlField {
  const type = field.kind === 'relation' ? names.relationCreate(entity, field) : inputType(field);
  const required = isRequiredOnCreate(entity, field);
  return {
    name: field.name,
    type: required ? `${type}!` : type,
    description: describe(entity, field),
    // A required input field cannot be deprecated: nobody could stop using it.
    deprecated: required ? undefined : field.deprecated,
  };
}

function updateField(entity: Entity, field: WritableField): SdlField {
  const type = field.kind === 'relation' ? names.relationUpdate(entity, field) : inputType(field);
  return { name: field.name, type, description: describe(entity, field), deprecated: field.deprecated };
}

function inputType(field: ScalarField): string {
  return field.type.list ? `[${field.type.name}!]` : field.type.name;
}

/** Required, and nothing else can supply the value: no default, no sibling (`org` beside `orgId`), no empty list. */
function isRequiredOnCreate(entity: Entity, field: WritableField): boolean {
  if (!field.required || field.default) return false;
  if (field.kind === 'relation') {
    return !field.many && field.storage.kind === 'key' && !isKeyDeclaredFor(entity, field, 'create');
  }
  if (field.type.list) return false;
  const relation = field.keyOf === undefined ? undefined : entity.fieldByName.get(field.keyOf);
  return !(relation && isWritable(entity, relation, 'create'));
}

/** GraphQL has no input without fields; where there is nothing to say, `{}` is what to send. */
function orPlaceholder(fields: readonly SdlField[]): readonly SdlField[] {
  if (fields.length > 0) return fields;
  return [{ name: '_', type: 'Boolean', description: 'There is nothing to set: send `{}`. Ignored.' }];
}

function withoutText(back: string | undefined): string {
  return back === undefined ? '' : ` whose \`${back}\` is given by where it is nested`;
}
