import { type ConstValueNode, Kind, type TypeNode } from 'graphql';
import { didYouMean } from '../../kit/suggest.ts';
import { ARGUMENT_ENUMS, DIRECTIVES } from '../directives.ts';
import { placeOf } from '../locate.ts';
import type { Rule } from './rule.ts';
import { directiveUses } from './walk.ts';

/** A directive's argument of the wrong type; what was read without it would not be what the author meant. */
export const argumentTypes: Rule = (judged) => {
  for (const { used } of directiveUses(judged)) {
    const definition = DIRECTIVES.get(used.name.value);
    for (const given of used.arguments ?? []) {
      const wanted = definition?.arguments?.find((item) => item.name.value === given.name.value);
      const fault = wanted && misfit(given.value, wanted.type);
      if (!fault) continue;
      const message = `The argument "${given.name.value}" of @${used.name.value} ${fault}`;
      judged.problems.error(placeOf(given.value), 'ARGUMENT_TYPE', message);
    }
  }
};

/** What is wrong, as the end of a sentence; undefined where the value fits. */
function misfit(value: ConstValueNode, type: TypeNode): string | undefined {
  if (type.kind === Kind.NON_NULL_TYPE) {
    return value.kind === Kind.NULL
      ? 'cannot be null. Give a value or leave it out.'
      : misfit(value, type.type);
  }
  if (value.kind === Kind.NULL) return undefined;
  if (type.kind === Kind.LIST_TYPE) {
    if (value.kind !== Kind.LIST) return misfit(value, type.type);
    return value.values.map((item) => misfit(item, type.type)).find((fault) => fault !== undefined);
  }
  return scalarMisfit(value, type.name.value);
}

function scalarMisfit(value: ConstValueNode, name: string): string | undefined {
  const choices = ARGUMENT_ENUMS.get(name);
  if (choices) {
    const given = value.kind === Kind.ENUM || value.kind === Kind.STRING ? value.value : '';
    if (value.kind === Kind.ENUM && choices.includes(given)) return undefined;
    return `takes one of ${choices.join(', ')}. Write it without quotes.${given ? didYouMean(given, choices) : ''}`;
  }
  switch (name) {
    case 'String':
      return value.kind === Kind.STRING ? undefined : 'takes a text. Put it in quotes.';
    case 'Int':
      return value.kind === Kind.INT && Math.abs(Number(value.value)) <= 2147483647
        ? undefined
        : 'takes a whole number. Write it without quotes.';
    case 'Boolean':
      return value.kind === Kind.BOOLEAN ? undefined : 'takes true or false. Write it without quotes.';
    default:
      return undefined;
  }
}
