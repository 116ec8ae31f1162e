import type { Entity, Field, RelationField, ResolvedField } from '../../model/app-model.ts';
import { names } from '../../model/names.ts';
import { type ApiContext, describe, targetOf } from './api-context.ts';
import { carryField } from './carry-custom-types.ts';
import { connectionArguments, listArguments, whereArgument } from './list-arguments.ts';
import { isAlwaysReadable } from './relation-nullability.ts';
import type { SdlDefinition, SdlField } from './sdl.ts';

/** The object type of an entity: `type Task implements Node { … }`. */
export function emitEntityType(context: ApiContext, entity: Entity): SdlDefinition {
  return {
    kind: 'type',
    name: entity.name,
    description: entity.description ?? `A stored ${entity.singular}.`,
    interfaces: ['Node'],
    fields: entity.fields
      .filter((field) => field.exposure.output)
      .flatMap((field) => outputFields(context, entity, field)),
  };
}

function outputFields(context: ApiContext, entity: Entity, field: Field): readonly SdlField[] {
  const common = { name: field.name, description: describe(entity, field), deprecated: field.deprecated };
  // Who cannot read a ruled field is answered null, so it is never non-null.
  const mark = field.access.read ? '' : '!';
  switch (field.kind) {
    case 'scalar':
    case 'computed': {
      const type = field.type.list ? `[${field.type.name}!]` : field.type.name;
      return [{ ...common, type: field.required ? type + mark : type }];
    }
    case 'relation':
      return field.many
        ? listFields(context, field, common, mark)
        : [{ ...common, type: toOneType(context, entity, field) }];
    case 'resolved':
      return [resolvedField(entity, field)];
  }
}

function toOneType(context: ApiContext, entity: Entity, relation: RelationField): string {
  return isAlwaysReadable(context.app, context.rules, entity, relation)
    ? `${relation.target}!`
    : relation.target;
}

/** A relation list with its connection and its aggregate. */
function listFields(
  context: ApiContext,
  relation: RelationField,
  common: Pick<SdlField, 'name' | 'description' | 'deprecated'>,
  mark: string,
): readonly SdlField[] {
  const target = targetOf(context.app, relation);
  const { deprecated } = relation;
  return [
    { ...common, type: `[${target.name}!]${mark}`, args: listArguments(target) },
    {
      name: names.relationConnection(relation),
      type: names.connection(target) + mark,
      description: `\`${relation.name}\`, page by page.`,
      args: connectionArguments(target),
      deprecated,
    },
    {
      name: names.relationAggregate(relation),
      type: names.aggregate(target) + mark,
      description: `Numbers over \`${relation.name}\`.`,
      args: [whereArgument(target)],
      deprecated,
    },
  ];
}

function resolvedField(entity: Entity, field: ResolvedField): SdlField {
  const carried = carryField(field.node, describe(entity, field));
  const type = field.access.read ? carried.type.replace(/!$/, '') : carried.type;
  return { ...carried, type, deprecated: field.deprecated ?? carried.deprecated };
}
