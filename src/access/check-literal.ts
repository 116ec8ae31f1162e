import { didYouMean } from '../kit/suggest.ts';
import type { Entity, JsonValue, ValueType } from '../model/app-model.ts';
import type { Value } from '../model/expr.ts';
import { NUMERIC } from './compare-values.ts';
import { storageOf } from './field-type.ts';
import { readAs } from './read-as.ts';
import type { RuleCheck } from './rule-check.ts';
import type { Syntax } from './syntax.ts';
import { scalarOf, type Term, type ValueTerm } from './term.ts';

type ConstantTerm = Term & { readonly kind: 'constant' };

/** What a constant is when nothing else types it. */
export function plainLiteral(term: ConstantTerm): ValueTerm {
  const { value } = term;
  switch (typeof value) {
    case 'bigint': {
      const small = value >= -(2n ** 31n) && value < 2n ** 31n;
      return literal(small ? Number(value) : String(value), scalarOf(small ? 'Int' : 'BigInt'));
    }
    case 'number':
      return literal(value, scalarOf('Float'));
    case 'boolean':
      return literal(value, scalarOf('Boolean'));
    default:
      return literal(value === null ? null : value, scalarOf('String'));
  }
}

export function literal(value: JsonValue, type: ValueType, keyTo?: Entity): ValueTerm {
  const made: Value = { kind: 'literal', value, type };
  return { kind: 'value', value: made, type, keyTo };
}

/** `term` as a value of the type it is compared with; an error with a remedy where it can be none. */
export function literalAs(
  check: RuleCheck,
  node: Syntax,
  term: ConstantTerm,
  type: ValueType,
  keyTo: Entity | undefined,
): ValueTerm | Term {
  if (type.kind === 'enum') return enumLiteral(check, node, term, type);
  const storage = storageOf(type, keyTo);
  const plain = plainLiteral(term);
  if (NUMERIC.has(storage) && type.name !== 'ID') {
    return NUMERIC.has(storageOf(plain.type, undefined))
      ? numberAs(term, plain, storage, type)
      : wrong(check, node, term, type);
  }
  if (storage === 'timestamptz') return wrongInstant(check, node, term);
  const read = readAs(idText(term, type), type, keyTo?.idKind);
  return read === null ? wrong(check, node, term, type, keyTo) : literal(read, type, keyTo);
}

/** `this.account.id == 5` reads well where ids are integers, and means the same. */
function idText(term: ConstantTerm, type: ValueType): unknown {
  return type.name === 'ID' && typeof term.value === 'bigint' ? String(term.value) : term.value;
}

/** Keeps every digit for a Decimal; elsewhere numbers of different kinds are compared as what they are. */
function numberAs(term: ConstantTerm, plain: ValueTerm, storage: string, type: ValueType): ValueTerm {
  if (storage !== 'numeric' && !(storage === 'int8' && typeof term.value === 'bigint')) return plain;
  const read = readAs(typeof term.value === 'bigint' ? String(term.value) : term.text, type);
  return read === null ? plain : literal(read, type);
}

function enumLiteral(check: RuleCheck, node: Syntax, term: ConstantTerm, type: ValueType): ValueTerm | Term {
  const values = check.app.enumByName.get(type.name)?.values.map((value) => value.name) ?? [];
  if (typeof term.value === 'string' && values.includes(term.value))
    return literal(term.value, { ...type, list: false });
  const remedy =
    didYouMean(String(term.value), values) ||
    ` Its values are ${values.map((name) => `'${name}'`).join(', ')}.`;
  return check.fail(node, 'RULE_LITERAL', `${term.text} is not a value of the enum ${type.name}.${remedy}`);
}

function wrongInstant(check: RuleCheck, node: Syntax, term: ConstantTerm): Term {
  const example = typeof term.value === 'string' ? term.value : '2030-01-31T00:00:00Z';
  const message = `A DateTime is not compared with ${term.text}. Write timestamp("${example}").`;
  return check.fail(node, 'RULE_LITERAL', message);
}

const REMEDIES: Readonly<Record<string, string>> = {
  text: 'Write a string in quotes.',
  bool: 'Write true or false.',
  uuid: 'Write a UUID in quotes.',
  date: "Write a date as '2030-01-31'.",
  time: "Write a time as '09:30:00'.",
  float8: 'Write a number.',
  int4: 'Write a whole number.',
  int8: 'Write a whole number.',
  numeric: 'Write a number.',
};

function wrong(check: RuleCheck, node: Syntax, term: ConstantTerm, type: ValueType, keyTo?: Entity): Term {
  const storage = storageOf(type, keyTo);
  const what = keyTo ? `the id of ${keyTo.name}` : `a ${type.name}`;
  const remedy = REMEDIES[storage] ?? 'Such values cannot be compared in rules.';
  return check.fail(node, 'RULE_LITERAL', `${term.text} cannot be compared with ${what}. ${remedy}`);
}
