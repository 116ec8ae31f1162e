import type { AppModel, Entity, Field, RelationField } from '../../model/app-model.ts';
import { isOrderable, uniqueParts, visibleUniques } from '../../model/exposed-fields.ts';
import { names } from '../../model/names.ts';
import { describe, targetOf } from './api-context.ts';
import { filterName } from './filters.ts';
import type { SdlDefinition, SdlField } from './sdl.ts';

/** How rows of an entity are found and ordered: `TaskWhere`, its relation filters, `TaskOrderBy`, `TaskUnique`. */
export function emitWhereTypes(app: AppModel, entity: Entity): readonly SdlDefinition[] {
  return [
    whereInput(app, entity),
    relationFilter(entity),
    listRelationFilter(entity),
    orderByInput(app, entity),
    uniqueInput(entity),
    ...compositeUniqueInputs(entity),
  ];
}

function whereInput(app: AppModel, entity: Entity): SdlDefinition {
  const self = names.where(entity);
  return {
    kind: 'input',
    name: self,
    description: `A condition on ${entity.plural}. Everything given must hold.`,
    fields: [
      ...entity.fields
        .filter((field) => field.exposure.output)
        .flatMap((field) => whereFields(app, entity, field)),
      { name: 'AND', type: `[${self}!]`, description: 'All of these hold; of none, always.' },
      { name: 'OR', type: `[${self}!]`, description: 'At least one of these holds; of none, never.' },
      { name: 'NOT', type: self, description: 'This does not hold.' },
    ],
  };
}

function whereFields(app: AppModel, entity: Entity, field: Field): readonly SdlField[] {
  const common = { name: field.name, description: describe(entity, field), deprecated: field.deprecated };
  switch (field.kind) {
    case 'scalar':
    case 'computed':
      return [{ ...common, type: filterName(field.type) }];
    case 'relation': {
      const target = targetOf(app, field);
      return [
        { ...common, type: field.many ? names.listRelationFilter(target) : names.relationFilter(target) },
      ];
    }
    case 'resolved':
      return [];
  }
}

function relationFilter(entity: Entity): SdlDefinition {
  const where = names.where(entity);
  return {
    kind: 'input',
    name: names.relationFilter(entity),
    description: `A condition on a related ${entity.singular}. Everything given must hold.`,
    fields: [
      { name: 'is', type: where, description: 'There is one, and this holds for it.' },
      { name: 'isNot', type: where, description: 'There is none for which this holds.' },
      { name: 'isNull', type: 'Boolean', description: 'There is none (`true`), or there is one (`false`).' },
    ],
  };
}

function listRelationFilter(entity: Entity): SdlDefinition {
  const where = names.where(entity);
  return {
    kind: 'input',
    name: names.listRelationFilter(entity),
    description: `A condition on related ${entity.plural}. Everything given must hold.`,
    fields: [
      { name: 'some', type: where, description: 'This holds for at least one of them.' },
      { name: 'every', type: where, description: 'This holds for all of them; of none, always.' },
      { name: 'none', type: where, description: 'This holds for none of them.' },
    ],
  };
}

function orderByInput(app: AppModel, entity: Entity): SdlDefinition {
  return {
    kind: 'input',
    name: names.orderBy(entity),
    description: `One step of the order of ${entity.plural}: exactly one key.`,
    fields: entity.fields
      .filter((field) => field.exposure.output)
      .flatMap((field) => orderFields(app, field)),
  };
}

function orderFields(app: AppModel, field: Field): readonly SdlField[] {
  const { name, deprecated } = field;
  switch (field.kind) {
    case 'scalar':
    case 'computed':
      if (!isOrderable(field.type)) return [];
      return [{ name, type: 'SortOrder', description: `By \`${name}\`.`, deprecated }];
    case 'relation':
      return [{ name, deprecated, ...relationOrder(targetOf(app, field), field) }];
    case 'resolved':
      return [];
  }
}

function relationOrder(target: Entity, relation: RelationField): Pick<SdlField, 'type' | 'description'> {
  return relation.many
    ? { type: 'CountOrderBy', description: `By the number of \`${relation.name}\`.` }
    : { type: names.orderBy(target), description: `By a value of the \`${relation.name}\`.` };
}

function uniqueInput(entity: Entity): SdlDefinition {
  return {
    kind: 'input',
    name: names.unique(entity),
    description: `What tells one ${entity.singular} from all others: exactly one key.`,
    oneOf: true,
    fields: [
      { name: 'id', type: 'ID', description: `The id of the ${entity.singular}.` },
      ...visibleUniques(entity).map((key) => {
        const [part] = uniqueParts(entity, key);
        const isSingle = key.fields.length === 1 && part !== undefined;
        return {
          name: names.uniqueKey(key),
          type: isSingle ? part.type.name : names.compositeUnique(entity, key),
          description: `The unique ${key.fields.map((field) => `\`${field}\``).join(', ')}.`,
        };
      }),
    ],
  };
}

function compositeUniqueInputs(entity: Entity): readonly SdlDefinition[] {
  return visibleUniques(entity)
    .filter((key) => key.fields.length > 1)
    .map((key) => ({
      kind: 'input',
      name: names.compositeUnique(entity, key),
      description: `Values that together tell one ${entity.singular} from all others.`,
      fields: uniqueParts(entity, key).map((part) => ({
        name: part.name,
        type: `${part.type.name}!`,
        description: `\`${part.name}\` of the ${entity.singular}.`,
      })),
    }));
}
