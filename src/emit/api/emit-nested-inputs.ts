import { withArticle } from '../../kit/words.ts';
import type { AppModel, Entity, RelationField } from '../../model/app-model.ts';
import { isWritable } from '../../model/input-fields.ts';
import { names } from '../../model/names.ts';
import { targetOf } from './api-context.ts';
import { createInput, incrementInput, updateInput } from './emit-write-inputs.ts';
import type { SdlDefinition, SdlField } from './sdl.ts';

/**
 * Every input of an entity's writes: its own create and update inputs, the ones that other entities nest (without the
 * field that points back), and what each of its relations takes.
 */
export function emitWriteInputs(app: AppModel, entity: Entity): readonly SdlDefinition[] {
  const increment = incrementInput(entity);
  return [
    createInput(entity, undefined),
    updateInput(entity, undefined),
    ...(increment ? [increment] : []),
    connectOrCreateInput(entity, undefined),
    updateItemInput(entity, undefined),
    ...relationInputs(app, entity),
    ...nestedVariants(app, entity),
  ];
}

/** `TaskLabelsCreateInput`, `TaskLabelsUpdateInput`, … */
function relationInputs(app: AppModel, entity: Entity): readonly SdlDefinition[] {
  return entity.fields
    .filter((field) => field.kind === 'relation')
    .flatMap((relation) => {
      const target = targetOf(app, relation);
      const canCreate = isWritable(entity, relation, 'create');
      const canUpdate = isWritable(entity, relation, 'update');
      return [
        ...(canCreate ? [relationCreateInput(entity, relation, target)] : []),
        ...(canUpdate ? [relationUpdateInput(entity, relation, target)] : []),
      ];
    });
}

/** Inputs of `entity` as other entities nest them, one set per field that can point back. */
function nestedVariants(app: AppModel, entity: Entity): readonly SdlDefinition[] {
  const backs = new Set<string>();
  for (const owner of app.entities) {
    for (const field of owner.fields) {
      if (field.kind === 'relation' && field.target === entity.name && field.inverse !== undefined) {
        backs.add(field.inverse);
      }
    }
  }
  const inOrder = entity.fields.map((field) => field.name).filter((name) => backs.has(name));
  return inOrder.flatMap((back) => [
    createInput(entity, back),
    updateInput(entity, back),
    connectOrCreateInput(entity, back),
    updateItemInput(entity, back),
  ]);
}

function connectOrCreateInput(entity: Entity, back: string | undefined): SdlDefinition {
  return {
    kind: 'input',
    name: names.connectOrCreate(entity, back),
    description: `Relates the ${entity.singular} that \`by\` finds, or else a new one.`,
    fields: [
      { name: 'by', type: `${names.unique(entity)}!`, description: `The ${entity.singular} to look for.` },
      {
        name: 'create',
        type: `${names.createWithout(entity, back)}!`,
        description: 'Values of the new one if there is none.',
      },
    ],
  };
}

function updateItemInput(entity: Entity, back: string | undefined): SdlDefinition {
  return {
    kind: 'input',
    name: names.updateItem(entity, back),
    description: `One related ${entity.singular} and its new values.`,
    fields: [
      { name: 'by', type: `${names.unique(entity)}!`, description: `The ${entity.singular} to update.` },
      { name: 'input', type: `${names.updateWithout(entity, back)}!`, description: 'Its new values.' },
    ],
  };
}

function relationCreateInput(owner: Entity, relation: RelationField, target: Entity): SdlDefinition {
  return {
    kind: 'input',
    name: names.relationCreate(owner, relation),
    description: relation.many
      ? `\`${relation.name}\` of a new ${owner.singular}.`
      : `\`${relation.name}\` of a new ${owner.singular}: exactly one key.`,
    fields: attachFields(relation, target),
  };
}

function relationUpdateInput(owner: Entity, relation: RelationField, target: Entity): SdlDefinition {
  return {
    kind: 'input',
    name: names.relationUpdate(owner, relation),
    description: relation.many
      ? `Changes to \`${relation.name}\` of ${withArticle(owner.singular)}.`
      : `A change to \`${relation.name}\` of ${withArticle(owner.singular)}: exactly one key.`,
    fields: [
      ...attachFields(relation, target),
      ...(relation.many ? listChanges(relation, target) : oneChanges(relation, target)),
    ],
  };
}

function attachFields(relation: RelationField, target: Entity): readonly SdlField[] {
  const wrap = (type: string) => (relation.many ? `[${type}!]` : type);
  const what = relation.many ? target.plural : `one ${target.singular}`;
  return [
    {
      name: 'create',
      type: wrap(names.createWithout(target, relation.inverse)),
      description: `Makes ${what} and relates what was made.`,
    },
    {
      name: 'connect',
      type: wrap(names.unique(target)),
      description: `Relates ${what} that already exist${relation.many ? '' : 's'}.`,
    },
    {
      name: 'connectOrCreate',
      type: wrap(names.connectOrCreate(target, relation.inverse)),
      description: `Relates ${what}, made if not found.`,
    },
  ];
}

function listChanges(relation: RelationField, target: Entity): readonly SdlField[] {
  const uniques = `[${names.unique(target)}!]`;
  return [
    { name: 'set', type: uniques, description: 'Relates exactly these; all others are disconnected.' },
    { name: 'disconnect', type: uniques, description: 'Ends the relation to these; they stay.' },
    {
      name: 'update',
      type: `[${names.updateItem(target, relation.inverse)}!]`,
      description: `Updates related ${target.plural}.`,
    },
    { name: 'delete', type: uniques, description: `Deletes related ${target.plural}.` },
  ];
}

function oneChanges(relation: RelationField, target: Entity): readonly SdlField[] {
  return [
    {
      name: 'update',
      type: names.updateWithout(target, relation.inverse),
      description: `Updates the related ${target.singular}.`,
    },
    { name: 'disconnect', type: 'Boolean', description: 'If true, ends the relation; the other row stays.' },
    { name: 'delete', type: 'Boolean', description: `If true, deletes the related ${target.singular}.` },
  ];
}
