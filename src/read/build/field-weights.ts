import { Kind } from 'graphql';
import { argument, directive, type WithDirectives } from '../arguments.ts';
import type { Reading } from './reading.ts';

/** `@cost(weight:)` by `Type.field`, wherever the author has put it. */
export function fieldWeights({ schema }: Reading): ReadonlyMap<string, number> {
  const types = [...schema.models.values(), ...schema.customTypes.values()].flatMap((type) => {
    const isAnswered =
      type.kind === Kind.OBJECT_TYPE_DEFINITION || type.kind === Kind.INTERFACE_TYPE_DEFINITION;
    return isAnswered ? (type.fields ?? []).map((node) => ({ owner: type.name.value, node })) : [];
  });
  const roots = schema.roots.map(({ root, node }) => ({ owner: root, node }));
  return new Map(
    [...types, ...roots].flatMap(({ owner, node }): [string, number][] => {
      const weight = weightOf(node);
      return weight === undefined ? [] : [[`${owner}.${node.name.value}`, weight]];
    }),
  );
}

export const HEAVIEST = 1_000_000;

/** The weight as a number: it may be written as one, or as text, as the cost specification has it. */
export function weightOf(node: WithDirectives): number | undefined {
  const value = argument(directive(node, 'cost'), 'weight');
  const isText = value?.kind === Kind.STRING || value?.kind === Kind.INT || value?.kind === Kind.FLOAT;
  if (!isText) return undefined;
  const number = /^\d+(\.\d+)?(e\+?\d+)?$/i.test(value.value) ? Number(value.value) : Number.NaN;
  return number <= HEAVIEST ? number : undefined;
}
