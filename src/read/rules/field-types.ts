import type { TypeNode } from 'graphql';
import { didYouMean } from '../../kit/suggest.ts';
import { SCALARS } from '../../model/scalars.ts';
import type { Unclear } from '../field-kind.ts';
import { placeOf } from '../locate.ts';
import { printType, typeShape } from '../type-shape.ts';
import type { Judged, Rule } from './rule.ts';
import { everyType, type ModelField, modelFields } from './walk.ts';

/** Fields of models whose type cannot be stored, related or computed. */
export const fieldTypes: Rule = (judged) => {
  for (const field of modelFields(judged)) {
    if (field.kind.kind !== 'unclear') continue;
    const [code, message] = explain(judged, field, field.kind.because);
    judged.problems.error(placeOf(field.node.type), code, message);
  }
};

function explain(
  judged: Judged,
  { node, path }: ModelField,
  because: Unclear,
): [code: string, message: string] {
  const { name } = typeShape(node.type);
  const written = printType(node.type);
  switch (because) {
    case 'unknownType':
      return ['UNKNOWN_TYPE', unknownType(judged, name)];
    case 'customType':
      return [
        'CUSTOM_TYPE_STORED',
        `${path} cannot be stored, because ${name} has no @model. Add @model to ${name} to make it a relation, use JSON to store it as a document, or add @computed to answer it from a resolver.`,
      ];
    case 'customScalar':
      return [
        'CUSTOM_SCALAR_STORED',
        `${path} cannot be stored, because Plinth does not know how to store your scalar ${name}. Use a built-in scalar, or add @computed to answer it from a resolver.`,
      ];
    case 'inputType':
      return [
        'INPUT_AS_OUTPUT',
        `${name} is an input and cannot be the type of a field. Use a type or a scalar.`,
      ];
    case 'listOfLists':
      return [
        'LIST_OF_LISTS',
        `${path} is a list of lists, which cannot be stored. Use one list, a JSON field, or a model in between.`,
      ];
    case 'nullableItems':
      return [
        'NULLABLE_LIST_ITEMS',
        `The elements of ${path} may be null (${written}), which stored lists do not allow. Write [${name}!]${written.endsWith('!') ? '!' : ''}.`,
      ];
    case 'relationListShape':
      return [
        'RELATION_LIST_SHAPE',
        `A list of related rows is never null and has no nulls in it. Write [${name}!]! instead of ${written}.`,
      ];
    case 'computedRelation':
      return [
        'COMPUTED_RELATION',
        `${path} leads to the model ${name} and cannot be computed in SQL. Remove sql to answer it from a resolver, or remove @computed to make it a relation.`,
      ];
  }
}

/** Says that a type does not exist, with the nearest that does. */
export function unknownType({ schema }: Judged, name: string): string {
  const known = [...everyType(schema).map((type) => type.name.value), ...Object.keys(SCALARS)];
  return `There is no type called ${name}.${didYouMean(name, known)} Define it or correct the name.`;
}

export function namedTypePlace(type: TypeNode): ReturnType<typeof placeOf> {
  return type.kind === 'NamedType' ? placeOf(type) : namedTypePlace(type.type);
}
