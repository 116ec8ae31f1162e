import { Kind, type TypeNode } from 'graphql';

/** A type reference taken apart: `[Task!]!` is `Task` in one list, both required. */
export interface TypeShape {
  readonly name: string;
  /** Number of lists around the name. */
  readonly depth: number;
  readonly required: boolean;
  /** For lists: the elements are `!`. */
  readonly itemRequired: boolean;
}

export function typeShape(node: TypeNode): TypeShape {
  const required = node.kind === Kind.NON_NULL_TYPE;
  const inner = node.kind === Kind.NON_NULL_TYPE ? node.type : node;
  if (inner.kind === Kind.NAMED_TYPE) {
    return { name: inner.name.value, depth: 0, required, itemRequired: false };
  }
  const item = typeShape(inner.type);
  return { name: item.name, depth: item.depth + 1, required, itemRequired: item.required };
}

/** The reference as the author would write it. */
export function printType(node: TypeNode): string {
  if (node.kind === Kind.NON_NULL_TYPE) return `${printType(node.type)}!`;
  return node.kind === Kind.LIST_TYPE ? `[${printType(node.type)}]` : node.name.value;
}
