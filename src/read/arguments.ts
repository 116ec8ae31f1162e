import { type ConstDirectiveNode, type ConstValueNode, Kind, type StringValueNode } from 'graphql';
import type { RuleSource } from '../model/app-model.ts';
import { ruleSource } from './locate.ts';

export type WithDirectives = { readonly directives?: readonly ConstDirectiveNode[] | undefined };

/** The first use of a directive on a node. */
export function directive(node: WithDirectives, name: string): ConstDirectiveNode | undefined {
  return node.directives?.find((used) => used.name.value === name);
}

/** Every use of a repeatable directive on a node. */
export function directives(node: WithDirectives, name: string): readonly ConstDirectiveNode[] {
  return (node.directives ?? []).filter((used) => used.name.value === name);
}

/** An argument's value as written; undefined where it is left out or null. */
export function argument(used: ConstDirectiveNode | undefined, name: string): ConstValueNode | undefined {
  const value = used?.arguments?.find((given) => given.name.value === name)?.value;
  return value?.kind === Kind.NULL ? undefined : value;
}

function stringNode(used: ConstDirectiveNode | undefined, name: string): StringValueNode | undefined {
  const value = argument(used, name);
  return value?.kind === Kind.STRING ? value : undefined;
}

/*
 * Below: an argument of the wrong type counts as left out. That it is wrong is told by rules/argument-types.ts.
 */

export function stringArgument(used: ConstDirectiveNode | undefined, name: string): string | undefined {
  return stringNode(used, name)?.value;
}

/** A rule or an SQL text, with its place. A blank one counts as left out, too: rules/ report it, and once is enough. */
export function ruleArgument(used: ConstDirectiveNode | undefined, name: string): RuleSource | undefined {
  const node = stringNode(used, name);
  return node && node.value.trim() !== '' ? ruleSource(node) : undefined;
}

export function enumArgument(used: ConstDirectiveNode | undefined, name: string): string | undefined {
  const value = argument(used, name);
  return value?.kind === Kind.ENUM ? value.value : undefined;
}

export function intArgument(used: ConstDirectiveNode | undefined, name: string): number | undefined {
  const value = argument(used, name);
  return value?.kind === Kind.INT ? Number(value.value) : undefined;
}

export function booleanArgument(used: ConstDirectiveNode | undefined, name: string): boolean | undefined {
  const value = argument(used, name);
  return value?.kind === Kind.BOOLEAN ? value.value : undefined;
}

/** `["a", "b"]`, or one string standing for a list of one, as GraphQL coerces. */
export function stringNodes(used: ConstDirectiveNode | undefined, name: string): readonly StringValueNode[] {
  const value = argument(used, name);
  if (value?.kind === Kind.STRING) return [value];
  if (value?.kind !== Kind.LIST) return [];
  return value.values.filter((item): item is StringValueNode => item.kind === Kind.STRING);
}
