import { withArticle } from '../../kit/words.ts';
import type { AppModel, Entity } from '../../model/app-model.ts';
import { uniqueParts, visibleUniques } from '../../model/exposed-fields.ts';
import { names } from '../../model/names.ts';
import type { ApiAdditions } from './api-additions.ts';
import { carryField } from './carry-custom-types.ts';
import { hasGroups } from './emit-group-types.ts';
import { connectionArguments, groupArguments, listArguments, whereArgument } from './list-arguments.ts';
import type { SdlArgument, SdlDefinition, SdlField } from './sdl.ts';

/** `Query`, `Mutation` and `Subscription`, with the author's own fields at their ends. */
export function emitRoots(app: AppModel, additions: Required<ApiAdditions>): readonly SdlDefinition[] {
  return [
    root('Query', 'Everything that can be read.', [
      ...commonQueries(app),
      ...additions.queries,
      ...app.entities.flatMap(entityQueries),
      ...customFields(app, 'Query'),
    ]),
    root(
      'Mutation',
      'Everything that can be written. One operation is one transaction: all of it or nothing.',
      [...additions.mutations, ...app.entities.flatMap(entityMutations), ...customFields(app, 'Mutation')],
    ),
    root('Subscription', 'Everything that can be listened to.', customFields(app, 'Subscription')),
  ].filter((definition) => definition.kind === 'type' && definition.fields.length > 0);
}

function root(name: string, description: string, fields: readonly SdlField[]): SdlDefinition {
  return { kind: 'type', name, description, fields };
}

function customFields(app: AppModel, name: 'Query' | 'Mutation' | 'Subscription'): readonly SdlField[] {
  return app.customFields
    .filter((field) => field.root === name)
    .map((field) => carryField(field.node, `\`${field.name}\`, resolved in TypeScript.`));
}

function commonQueries(app: AppModel): readonly SdlField[] {
  const viewer: SdlField[] = app.user
    ? [{ name: 'viewer', type: app.user.name, description: 'Who asks; null when signed out.' }]
    : [];
  return [
    ...viewer,
    {
      name: 'node',
      type: 'Node',
      description: 'The row with this id, of whatever type.',
      args: [{ name: 'id', type: 'ID!', description: 'The id of the row.' }],
    },
    {
      name: 'nodes',
      type: '[Node]!',
      description: 'The rows with these ids, in their order; null where there is none.',
      args: [{ name: 'ids', type: '[ID!]!', description: 'The ids of the rows.' }],
    },
  ];
}

function entityQueries(entity: Entity): readonly SdlField[] {
  return [
    {
      name: names.one(entity),
      type: entity.name,
      description: `The ${entity.singular} with this id.`,
      args: [idArgument(entity)],
    },
    ...visibleUniques(entity).map((key) => ({
      name: names.byUnique(entity, key),
      type: entity.name,
      description: `The ${entity.singular} with this ${key.fields.map((name) => `\`${name}\``).join(' and ')}.`,
      args: uniqueParts(entity, key).map((part) => ({
        name: part.name,
        type: `${part.type.name}!`,
        description: `\`${part.name}\` of the ${entity.singular}.`,
      })),
    })),
    {
      name: names.many(entity),
      type: `[${entity.name}!]!`,
      description: `The ${entity.plural}.`,
      args: listArguments(entity),
    },
    {
      name: names.connectionField(entity),
      type: `${names.connection(entity)}!`,
      description: `The ${entity.plural}, page by page.`,
      args: connectionArguments(entity),
    },
    {
      name: names.aggregateField(entity),
      type: `${names.aggregate(entity)}!`,
      description: `Numbers over the ${entity.plural}.`,
      args: [whereArgument(entity)],
    },
    ...groupQuery(entity),
  ];
}

function groupQuery(entity: Entity): readonly SdlField[] {
  if (!hasGroups(entity)) return [];
  return [
    {
      name: names.groupsField(entity),
      type: `[${names.group(entity)}!]!`,
      description: `The ${entity.plural} in groups, with numbers over each.`,
      args: groupArguments(entity),
    },
  ];
}

function entityMutations(entity: Entity): readonly SdlField[] {
  return [...createMutations(entity), ...updateMutations(entity), ...deleteMutations(entity)];
}

function createMutations(entity: Entity): readonly SdlField[] {
  const input = `${names.createInput(entity)}!`;
  return [
    {
      name: names.create(entity),
      type: `${entity.name}!`,
      description: `Makes ${withArticle(entity.singular)}.`,
      args: [{ name: 'input', type: input, description: 'Its values.' }],
    },
    {
      name: names.createMany(entity),
      type: `[${entity.name}!]!`,
      description: `Makes several ${entity.plural}: all of them or none.`,
      args: [
        {
          name: 'inputs',
          type: `[${input}]!`,
          description: 'The values of each, in the order of the answer.',
        },
      ],
    },
  ];
}

function updateMutations(entity: Entity): readonly SdlField[] {
  const input = `${names.updateInput(entity)}!`;
  return [
    {
      name: names.update(entity),
      type: `${entity.name}!`,
      description: `Updates ${withArticle(entity.singular)}.`,
      args: [
        idArgument(entity),
        { name: 'input', type: input, description: 'Its new values.' },
        ...versionArgument(entity),
      ],
    },
    {
      name: names.updateMany(entity),
      type: `${names.batch(entity)}!`,
      description: `Updates all ${entity.plural} for which a condition holds.`,
      args: [
        requiredWhere(entity),
        { name: 'input', type: input, description: 'The new values of all of them.' },
      ],
    },
    {
      name: names.upsert(entity),
      type: `${entity.name}!`,
      description: `Updates the ${entity.singular} that \`by\` finds, or else makes it, atomically.`,
      args: [
        { name: 'by', type: `${names.unique(entity)}!`, description: `The ${entity.singular} to look for.` },
        {
          name: 'create',
          type: `${names.createInput(entity)}!`,
          description: 'Values of the new one if there is none.',
        },
        { name: 'update', type: input, description: 'New values if there is one.' },
      ],
    },
  ];
}

function deleteMutations(entity: Entity): readonly SdlField[] {
  return [
    {
      name: names.delete(entity),
      type: `${entity.name}!`,
      description: `Deletes ${withArticle(entity.singular)} and answers it as it was.`,
      args: [idArgument(entity), ...versionArgument(entity)],
    },
    {
      name: names.deleteMany(entity),
      type: `${names.batch(entity)}!`,
      description: `Deletes all ${entity.plural} for which a condition holds.`,
      args: [requiredWhere(entity)],
    },
  ];
}

function idArgument(entity: Entity): SdlArgument {
  return { name: 'id', type: 'ID!', description: `The id of the ${entity.singular}.` };
}

function requiredWhere(entity: Entity): SdlArgument {
  return { ...whereArgument(entity), type: `${names.where(entity)}!` };
}

/** Only where the author keeps a `@version`: without one there is nothing to compare. */
function versionArgument(entity: Entity): readonly SdlArgument[] {
  const field = entity.fields.find((each) => each.kind === 'scalar' && each.maintained === 'version');
  if (!field) return [];
  return [
    {
      name: 'expectVersion',
      type: 'Int',
      description: `Fails with CONFLICT unless \`${field.name}\` is this.`,
    },
  ];
}
