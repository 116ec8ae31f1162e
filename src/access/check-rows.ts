import { and, type Expr, not, or, TRUE, type Value } from '../model/expr.ts';
import { scalarType } from '../model/scalars.ts';
import type { RuleCheck } from './rule-check.ts';
import type { Syntax } from './syntax.ts';
import { type BoundRows, describe, FAILED, type RowsTerm, scalarOf, type Term } from './term.ts';
import { toCondition } from './to-condition.ts';

type Call = Syntax & { readonly kind: 'call' };
/** Checks a node in the current scope (`checkTerm`, handed in because the two files need each other). */
export type CheckNode = (node: Syntax) => Term;

export const ROW_MACROS = ['exists', 'all', 'exists_one', 'filter', 'map'] as const;
type RowMacro = (typeof ROW_MACROS)[number];

export function isRowMacro(name: string): name is RowMacro {
  return (ROW_MACROS as readonly string[]).includes(name);
}

/** The rows with a name for each: the one that an earlier `filter` gave, or a new one. */
export function bindRows(check: RuleCheck, term: RowsTerm, stem: string): BoundRows {
  if (term.bound) return term.bound;
  return { rows: term.rows, entity: term.entity, as: check.freshName(stem), where: TRUE };
}

/** `list.exists(m, condition)` and its like, over the rows of a relation or over constants in `[ ]`. */
export function checkRowMacro(
  check: RuleCheck,
  node: Call,
  receiver: Term,
  name: RowMacro,
  inner: CheckNode,
): Term {
  const [variable, body, extra] = node.args;
  if (receiver.kind === 'failed') return FAILED;
  if (variable?.kind !== 'name' || !body || extra) {
    return check.fail(
      node,
      'RULE_TYPE',
      `Write ${node.name}(m, …): a name for each row, and what is asked of it.`,
    );
  }
  const reserved = ['this', 'viewer', 'now'].includes(variable.name);
  if (reserved)
    return check.fail(
      variable,
      'RULE_UNKNOWN_NAME',
      `"${variable.name}" has a meaning already. Choose another name.`,
    );
  if (receiver.kind === 'list')
    return overItems(check, node, receiver.items, name, variable.name, () => inner(body), body);
  if (receiver.kind !== 'rows') return notRows(check, node, receiver);
  const bound = bindRows(check, receiver, variable.name);
  const row: Term = {
    kind: 'row',
    row: { from: bound.as, entity: bound.entity.name, steps: [] },
    entity: bound.entity,
  };
  const term = check.within(variable.name, row, () => inner(body));
  if (name === 'map') return term.kind === 'failed' ? FAILED : { kind: 'mapped', rows: bound, item: term };
  const where = toCondition(check, body, term);
  return quantified(name, bound, where, receiver);
}

function quantified(name: Exclude<RowMacro, 'map'>, bound: BoundRows, where: Expr, receiver: RowsTerm): Term {
  const { rows, as } = bound;
  switch (name) {
    case 'exists':
      return condition({ kind: 'exists', rows, as, where: and(bound.where, where) });
    case 'all':
      return condition({ kind: 'all', rows, as, where: or(not(bound.where), where) });
    case 'filter':
      return { ...receiver, bound: { ...bound, where: and(bound.where, where) } };
    default: {
      const count: Value = { kind: 'count', rows, as, where: and(bound.where, where) };
      const one: Value = { kind: 'literal', value: 1, type: scalarOf('Int') };
      return condition({ kind: 'compare', op: 'eq', left: count, right: one });
    }
  }
}

const condition = (expr: Expr): Term => ({ kind: 'condition', expr });

/** `['a', 'b'].exists(r, r in viewer.roles)`: written out, item by item. */
function overItems(
  check: RuleCheck,
  node: Call,
  items: readonly Term[],
  name: RowMacro,
  variable: string,
  inner: () => Term,
  body: Syntax,
): Term {
  if (name !== 'exists' && name !== 'all') {
    return check.fail(
      node,
      'RULE_UNSUPPORTED',
      `${name}() works on the rows of a relation. Use exists() or all() over constants.`,
    );
  }
  const tests = items.map((item) => toCondition(check, body, check.within(variable, item, inner)));
  return condition(name === 'exists' ? or(...tests) : and(...tests));
}

function notRows(check: RuleCheck, node: Call, receiver: Term): Term {
  const text = node.receiver?.text ?? '';
  const isList = receiver.kind === 'claim' || (receiver.kind === 'value' && receiver.type.list);
  const remedy = isList ? `Write "value in ${text}".` : 'Use it on a relation with many rows.';
  return check.fail(node, 'RULE_TYPE', `${node.name}() does not work on ${describe(receiver)}. ${remedy}`);
}

/** `size(x)` and `x.size()`: code points of a string, elements of a list, rows of a relation. */
export function checkSize(check: RuleCheck, node: Syntax, subject: Syntax, term: Term): Term {
  const int = scalarOf('Int');
  switch (term.kind) {
    case 'failed':
      return FAILED;
    case 'rows': {
      const { rows, as, where } = bindRows(check, term, 'row');
      return { kind: 'value', value: { kind: 'count', rows, as, where }, type: int, keyTo: undefined };
    }
    case 'list':
      return { kind: 'constant', value: BigInt(term.items.length), text: String(term.items.length) };
    case 'value': {
      if (!term.type.list && !isText(term)) break;
      const fn = term.type.list ? 'size' : 'length';
      return {
        kind: 'value',
        value: { kind: 'call', fn, args: [term.value], type: int },
        type: int,
        keyTo: undefined,
      };
    }
    default:
      break;
  }
  const message = `"${subject.text}" is ${describe(term)}, which has no size. size() takes a string, a list or a relation.`;
  return check.fail(node, 'RULE_TYPE', message);
}

function isText(term: Term & { kind: 'value' }): boolean {
  return term.type.kind === 'scalar' && scalarType(term.type.name)?.text === true;
}
