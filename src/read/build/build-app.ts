import type { DefinitionNode, EnumTypeDefinitionNode } from 'graphql';
import { deepFreeze } from '../../kit/deep-freeze.ts';
import type { AppModel, CustomField, EnumType } from '../../model/app-model.ts';
import { directive, ruleArgument, stringArgument } from '../arguments.ts';
import { hasDirective } from '../author-schema.ts';
import { placeOf } from '../locate.ts';
import { buildEntity } from './build-entity.ts';
import { cacheHints } from './cache-hints.ts';
import { fieldWeights } from './field-weights.ts';
import type { Reading } from './reading.ts';

/** The whole model, frozen; as much of it as could be understood. */
export function buildApp(reading: Reading): AppModel {
  const { schema } = reading;
  const entities = [...schema.models.values()].map((node) => buildEntity(reading, node));
  const enums = [...schema.enums.values()].map(buildEnum);
  const entityByName = new Map(entities.map((entity) => [entity.name, entity]));
  const userNode = [...schema.models.values()].find((node) => hasDirective(node, 'user'));
  return deepFreeze({
    entities,
    enums,
    customFields: customFields(reading),
    customTypes: [...schema.customTypes.values()] as DefinitionNode[],
    entityByName,
    enumByName: new Map(enums.map((type) => [type.name, type])),
    weights: fieldWeights(reading),
    cacheHints: cacheHints(schema),
    user: userNode && entityByName.get(userNode.name.value),
  });
}

function buildEnum(node: EnumTypeDefinitionNode): EnumType {
  const values = new Map((node.values ?? []).map((value) => [value.name.value, value]));
  return {
    name: node.name.value,
    description: node.description?.value,
    values: [...values.values()].map((value) => {
      const deprecated = directive(value, 'deprecated');
      return {
        name: value.name.value,
        description: value.description?.value,
        deprecated: deprecated && (stringArgument(deprecated, 'reason') ?? 'No longer supported'),
      };
    }),
    place: placeOf(node),
  };
}

/** Root fields that say who may call them; the others are problems. */
function customFields({ schema }: Reading): readonly CustomField[] {
  return schema.roots.flatMap(({ root, node }) => {
    const call = ruleArgument(directive(node, 'access'), 'call');
    if (!call) return [];
    const directives = (node.directives ?? []).filter((used) => used.name.value !== 'access');
    return [{ root, name: node.name.value, node: { ...node, directives }, call, place: placeOf(node) }];
  });
}
