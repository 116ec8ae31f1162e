import { assertNever } from '../../kit/assert-never.ts';
import type { CompareOp, TextOp } from '../../model/expr.ts';
import { harmonise, literalOperand, type Operand } from './operand.ts';
import { allOf, anyOf, param, raw, type Sql, sql } from './sql.ts';

const OPERATOR: Record<CompareOp, string> = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' };

/** Null where a side is null. A literal that nothing equals is different from everything and has no order. */
export function compareAtom(op: CompareOp, left: Operand, right: Operand, insensitive = false): Sql {
  const [a, b] = harmonise(left, right);
  if (b.impossible) return op === 'ne' ? sql`${a.sql} IS NOT NULL` : raw('FALSE');
  if (a.impossible) return op === 'ne' ? sql`${b.sql} IS NOT NULL` : raw('FALSE');
  const operator = raw(` ${OPERATOR[op]} `);
  return insensitive ? sql`lower(${a.sql})${operator}lower(${b.sql})` : sql`${a.sql}${operator}${b.sql}`;
}

/** `negated` holds where the item is surely not in the list: neither is null and nothing equals. */
export function inAtom(item: Operand, list: Operand | readonly Operand[], negated: boolean): Sql {
  if (Array.isArray(list)) {
    const terms = (list as readonly Operand[]).map((one) => compareAtom(negated ? 'ne' : 'eq', item, one));
    return negated ? allOf(terms) : anyOf(terms);
  }
  const [one, all] = harmonise(item, list as Operand);
  if (one.impossible) return negated ? sql`array_position(${all.sql}, NULL) IS NULL` : raw('FALSE');
  if (!negated) return sql`${one.sql} = ANY(${asArray(all)})`;
  return sql`${one.sql} <> ALL(${asArray(all)})`;
}

/** Literals become patterns, so that a trigram index can serve them. */
export function textAtom(op: TextOp, value: Operand, needle: Operand, insensitive: boolean): Sql {
  if (op === 'matches') return sql`${asText(value)} ${raw(insensitive ? '~*' : '~')} ${needle.sql}`;
  if (needle.literal && typeof needle.literal.value === 'string') {
    const pattern = param(likePattern(op, needle.literal.value), 'text');
    return sql`${asText(value)} ${raw(insensitive ? 'ILIKE' : 'LIKE')} ${pattern}`;
  }
  const a = insensitive ? sql`lower(${asText(value)})` : asText(value);
  const b = insensitive ? sql`lower(${asText(needle)})` : asText(needle);
  if (op === 'startsWith') return sql`starts_with(${a}, ${b})`;
  if (op === 'endsWith') return sql`right(${a}, char_length(${b})) = ${b}`;
  return sql`strpos(${a}, ${b}) > 0`;
}

function asText(operand: Operand): Sql {
  return operand.type.pg === 'text' ? operand.sql : sql`(${operand.sql})::text`;
}

/** The LIKE pattern of a text that is taken literally. */
export function likePattern(op: Exclude<TextOp, 'matches'>, needle: string): string {
  const literal = needle.replace(/[\\%_]/g, (character) => `\\${character}`);
  if (op === 'startsWith') return `${literal}%`;
  return op === 'endsWith' ? `%${literal}` : `%${literal}%`;
}

/** With a cast, since ANY of a bare subselect means its rows and not the array that it answers. */
function asArray(list: Operand): Sql {
  return sql`(${list.sql})::${raw(list.type.pg)}[]`;
}

export function listAtom(
  op: 'has' | 'hasSome' | 'hasEvery' | 'isEmpty',
  value: Operand,
  operand: Operand | undefined,
): Sql {
  if (op === 'isEmpty') return sql`cardinality(${value.sql}) = 0`;
  if (!operand) throw new Error(`${op} needs something to compare with`);
  const element = { ...value.type, list: op !== 'has' };
  const typed = operand.literal && !value.literal ? literalOperand(operand.literal.value, element) : operand;
  const [list, other] = harmonise(value, typed);
  switch (op) {
    case 'has':
      return other.impossible
        ? sql`(${list.sql} IS NULL AND NULL)`
        : sql`${other.sql} = ANY(${asArray(list)})`;
    case 'hasSome':
      return sql`${list.sql} && ${other.sql}`;
    case 'hasEvery':
      return everyAtom(list, other);
    default:
      return assertNever(op);
  }
}

/** `hasEvery` of something impossible must be false: an element was left out of the parameter. */
function everyAtom(value: Operand, other: Operand): Sql {
  const wanted = other.literal?.value;
  const contains = sql`${value.sql} @> ${other.sql}`;
  if (!Array.isArray(wanted)) return contains;
  const possible = wanted.every((one) => !literalOperand(one, { ...value.type, list: false }).impossible);
  return possible ? contains : sql`(${contains} AND FALSE)`;
}
