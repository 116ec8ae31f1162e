import { assertNever } from '../kit/assert-never.ts';
import type { JsonValue, ValueType } from '../model/app-model.ts';
import type { CompareOp, Expr, Value } from '../model/expr.ts';
import type { Predicate } from '../model/predicate.ts';

/** The four questions that two-valued logic can put to a three-valued condition. */
type Polarity = 'true' | 'false' | 'notTrue' | 'notFalse';

const ALWAYS: Predicate = Object.freeze({ kind: 'always' });
const NEVER: Predicate = Object.freeze({ kind: 'never' });

/** "`expr` is true" as a predicate without negation above an atom. `expr` is bound: no viewer value, no `now`. */
export function lower(expr: Expr): Predicate {
  return ask(expr, 'true');
}

const OPPOSITE: Readonly<Record<Polarity, Polarity>> = {
  true: 'false',
  false: 'true',
  notTrue: 'notFalse',
  notFalse: 'notTrue',
};

function ask(expr: Expr, polarity: Polarity): Predicate {
  switch (expr.kind) {
    case 'constant':
      return askConstant(expr.value, polarity);
    case 'and':
    case 'or': {
      const terms = expr.terms.map((term) => ask(term, polarity));
      const conjunction = (expr.kind === 'and') === (polarity === 'true' || polarity === 'notFalse');
      return conjunction ? both(...terms) : either(...terms);
    }
    case 'not':
      return ask(expr.term, OPPOSITE[polarity]);
    case 'sure':
      return ask(expr.term, polarity === 'true' || polarity === 'notFalse' ? 'true' : 'notTrue');
    case 'exists':
    case 'all':
      return askRows(expr, polarity);
    default:
      return askAtom(expr, polarity);
  }
}

function askConstant(value: boolean | null, polarity: Polarity): Predicate {
  const holds = {
    true: value === true,
    false: value === false,
    notTrue: value !== true,
    notFalse: value !== false,
  }[polarity];
  return holds ? ALWAYS : NEVER;
}

/** Kleene's OR over rows is true where one row is true, and false where every row is false; AND is its mirror. */
function askRows(expr: Expr & { kind: 'exists' | 'all' }, polarity: Polarity): Predicate {
  const { rows, as } = expr;
  const some = (inner: Polarity): Predicate => {
    const where = ask(expr.where, inner);
    return where.kind === 'never' ? NEVER : { kind: 'some', rows, as, where };
  };
  const none = (inner: Polarity): Predicate => {
    const where = ask(expr.where, inner);
    return where.kind === 'never' ? ALWAYS : { kind: 'none', rows, as, where };
  };
  const asked = expr.kind === 'exists' ? polarity : OPPOSITE[polarity];
  const about = (inner: Polarity): Polarity => (expr.kind === 'exists' ? inner : OPPOSITE[inner]);
  switch (asked) {
    case 'true':
      return some(about('true'));
    case 'false':
      return none(about('notFalse'));
    case 'notTrue':
      return none(about('true'));
    case 'notFalse':
      return some(about('notFalse'));
    default:
      return assertNever(asked);
  }
}

type Atom = Exclude<Expr, { kind: 'constant' | 'and' | 'or' | 'not' | 'sure' | 'exists' | 'all' }>;

/** An atom that is true, an atom that is false, and where it is neither. */
interface AtomForms {
  readonly holds: Predicate;
  readonly fails: Predicate;
  readonly unknown: Predicate;
}

function askAtom(atom: Atom, polarity: Polarity): Predicate {
  const { holds, fails, unknown } = formsOf(atom);
  switch (polarity) {
    case 'true':
      return holds;
    case 'false':
      return fails;
    case 'notTrue':
      return either(fails, unknown);
    case 'notFalse':
      return either(holds, unknown);
    default:
      return assertNever(polarity);
  }
}

const OPPOSITE_OP: Readonly<Record<CompareOp, CompareOp>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'gte',
  gte: 'lt',
  gt: 'lte',
  lte: 'gt',
};

function formsOf(atom: Atom): AtomForms {
  switch (atom.kind) {
    case 'compare': {
      const sides = { left: atom.left, right: atom.right, insensitive: atom.insensitive === true };
      const holds: Predicate = { kind: 'compare', op: atom.op, ...sides };
      const fails: Predicate = { kind: 'compare', op: OPPOSITE_OP[atom.op], ...sides };
      return decided(holds, fails, [atom.left, atom.right]);
    }
    case 'in':
      return formsOfIn(atom);
    case 'isNull':
      return { holds: nullTest(atom.value, false), fails: nullTest(atom.value, true), unknown: NEVER };
    case 'noRow': {
      const id: Value = { kind: 'column', row: atom.row, field: 'id' };
      return { holds: nullTest(id, false), fails: nullTest(id, true), unknown: NEVER };
    }
    case 'text': {
      const { op, value, needle } = atom;
      const text = { kind: 'text', op, value, needle, insensitive: atom.insensitive === true } as const;
      return decided({ ...text, negated: false }, { ...text, negated: true }, [value, needle]);
    }
    case 'list':
      return formsOfList(atom);
    case 'json': {
      const { op, value, path, operand } = atom;
      const json = { kind: 'json', op, value, path, operand } as const;
      return decided({ ...json, negated: false }, { ...json, negated: true }, [jsonAt(value, path)]);
    }
    case 'truth': {
      const truth = { kind: 'truth', value: atom.value } as const;
      return decided({ ...truth, negated: false }, { ...truth, negated: true }, [atom.value]);
    }
    default:
      return assertNever(atom);
  }
}

/** Unknown exactly where one of the operands is null; with a null literal among them, always. */
function decided(holds: Predicate, fails: Predicate, operands: readonly Value[]): AtomForms {
  const unknown = either(...operands.map((operand) => nullTest(operand, false)));
  return unknown.kind === 'always' ? { holds: NEVER, fails: NEVER, unknown } : { holds, fails, unknown };
}

/** Nulls are taken out of a literal list here, so that SQL and Prisma only see lists of values. */
function formsOfIn(atom: Atom & { kind: 'in' }): AtomForms {
  const { item, list } = atom;
  if (list.kind === 'list') {
    const terms = list.items.map((right): Expr => ({ kind: 'compare', op: 'eq', left: item, right }));
    return formsOfExpr({ kind: 'or', terms });
  }
  if (list.kind !== 'literal') return formsOf({ kind: 'list', op: 'has', value: list, operand: item });
  if (list.value === null) return { holds: NEVER, fails: NEVER, unknown: ALWAYS };
  const all = Array.isArray(list.value) ? (list.value as readonly JsonValue[]) : [list.value];
  const values = all.filter((value) => value !== null);
  const hasNull = values.length < all.length;
  if (all.length === 0) return { holds: NEVER, fails: ALWAYS, unknown: NEVER };
  if (values.length === 0) return { holds: NEVER, fails: NEVER, unknown: ALWAYS };
  const test = { kind: 'in', item, list: { ...list, value: values } } as const;
  const forms = decided({ ...test, negated: false }, { ...test, negated: true }, [item]);
  if (!hasNull) return forms;
  return { holds: forms.holds, fails: NEVER, unknown: either(forms.fails, forms.unknown) };
}

function formsOfExpr(expr: Expr): AtomForms {
  return {
    holds: ask(expr, 'true'),
    fails: ask(expr, 'false'),
    unknown: both(ask(expr, 'notTrue'), ask(expr, 'notFalse')),
  };
}

/** `x = ANY('{}')` is false in SQL even for a null x; here it is unknown, so the negation says that x is there. */
function formsOfList(atom: Atom & { kind: 'list' }): AtomForms {
  const { op, value, operand } = atom;
  const list = { kind: 'list', op, value, ...(operand && { operand }) } as const;
  const fails: Predicate = { ...list, negated: true };
  const guarded = operand ? both(fails, nullTest(operand, true)) : fails;
  return decided({ ...list, negated: false }, guarded, operand ? [value, operand] : [value]);
}

const TEXT_LIST: ValueType = Object.freeze({ kind: 'scalar', name: 'String', list: true });
const JSON_TYPE: ValueType = Object.freeze({ kind: 'scalar', name: 'JSON', list: false });

function jsonAt(value: Value, path: readonly string[]): Value {
  if (path.length === 0) return value;
  return {
    kind: 'call',
    fn: 'at',
    args: [value, { kind: 'literal', value: path, type: TEXT_LIST }],
    type: JSON_TYPE,
  };
}

function nullTest(value: Value, negated: boolean): Predicate {
  if (value.kind === 'literal') return (value.value === null) !== negated ? ALWAYS : NEVER;
  if (value.kind === 'count' || value.kind === 'list') return negated ? ALWAYS : NEVER;
  return { kind: 'isNull', value, negated };
}

function both(...terms: readonly Predicate[]): Predicate {
  const kept = terms.flatMap((term) => (term.kind === 'and' ? term.terms : [term]));
  if (kept.some((term) => term.kind === 'never')) return NEVER;
  return joined(
    'and',
    kept.filter((term) => term.kind !== 'always'),
    ALWAYS,
  );
}

function either(...terms: readonly Predicate[]): Predicate {
  const kept = terms.flatMap((term) => (term.kind === 'or' ? term.terms : [term]));
  if (kept.some((term) => term.kind === 'always')) return ALWAYS;
  return joined(
    'or',
    kept.filter((term) => term.kind !== 'never'),
    NEVER,
  );
}

function joined(kind: 'and' | 'or', terms: readonly Predicate[], empty: Predicate): Predicate {
  const [first] = terms;
  return first === undefined ? empty : terms.length === 1 ? first : { kind, terms };
}
