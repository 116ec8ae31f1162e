import {
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isListType,
  Kind,
  valueFromASTUntyped,
} from 'graphql';
import { count, type Source, type Times } from './formula.ts';
import { ASSUMED_ROWS, type PriceList } from './price-list.ts';

/** Arguments whose number is the size of a page. */
const PAGE_SIZES: readonly string[] = ['limit', 'first', 'last'];
/** Arguments with an element for each row that is answered. */
const LISTS: readonly string[] = ['ids', 'inputs'];

/** A field as it is asked. */
export interface AskedField {
  readonly type: GraphQLNamedType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  readonly isRoot: boolean;
  /** Values of variables that are not sent. */
  readonly unsent: Readonly<Record<string, unknown>>;
}

/** How many rows a list, connection or batch has at most. */
export function rowsAsked(prices: PriceList, asked: AskedField): Times {
  const { type, field, isRoot } = asked;
  if (!isMany(prices, field)) return 1;
  const { pageDefault, pageMax, inputRows } = prices.limits;
  const sizes = sourcesOf(asked, PAGE_SIZES);
  const lists = sourcesOf(asked, LISTS);
  const otherwise = isRoot ? pageDefault : Math.min(pageDefault, ASSUMED_ROWS);
  // More than the largest page is refused in words of its own, which say more than a cost does.
  const most = prices.isCustom(type.name, field.name)
    ? Number.POSITIVE_INFINITY
    : Math.max(pageMax, lists.length > 0 ? inputRows : 0);
  return count([...sizes, ...lists], otherwise, most);
}

function isMany({ kinds }: PriceList, { type }: GraphQLField<unknown, unknown>): boolean {
  const kind = kinds.get(getNamedType(type).name);
  return isListType(getNullableType(type)) || kind === 'connection' || kind === 'batch';
}

function sourcesOf({ field, node, unsent }: AskedField, wanted: readonly string[]): readonly Source[] {
  return field.args
    .filter(({ name }) => wanted.includes(name))
    .map((argument) => sourceOf(argument, node, unsent));
}

function sourceOf(argument: GraphQLArgument, node: FieldNode, unsent: AskedField['unsent']): Source {
  const given = node.arguments?.find(({ name }) => name.value === argument.name)?.value;
  if (!given) return { value: argument.defaultValue };
  if (given.kind !== Kind.VARIABLE) return { value: valueFromASTUntyped(given) };
  const variable = given.name.value;
  return { variable, unsent: unsent[variable] ?? argument.defaultValue };
}
