import type { ValueType } from '../model/app-model.ts';
import { and, type Expr, FALSE, or } from '../model/expr.ts';
import { asRow, checkCompare } from './check-compare.ts';
import { plainLiteral } from './check-literal.ts';
import { bindRows } from './check-rows.ts';
import { knowledge, matchTypes, notAValue, type Placed } from './match-types.ts';
import type { RuleCheck } from './rule-check.ts';
import type { Syntax } from './syntax.ts';
import { describe, FAILED, type RowsTerm, type Term, type ValueTerm } from './term.ts';

type ListNode = Syntax & { readonly kind: 'list' };

/** `item in list`: constants, a list column, `viewer.roles`, a claim, the rows of a relation, or `rows.map(m, m.value)`. */
export function checkIn(check: RuleCheck, node: Syntax, item: Placed, list: Placed): Term {
  const { term } = list;
  if (item.term.kind === 'failed' || term.kind === 'failed') return FAILED;
  switch (term.kind) {
    case 'list':
      return inItems(check, node, item, list, term.items);
    case 'claim':
      return inKnowledge(check, item, term.path);
    case 'value':
      return inValue(check, node, item, list, term);
    case 'rows':
      return inRows(check, node, item, list, term);
    case 'mapped': {
      const { rows, as, where } = term.rows;
      const equal = checkCompare(check, node, 'eq', item, { node: list.node, term: term.item });
      if (equal.kind !== 'condition') return FAILED;
      return condition({ kind: 'exists', rows, as, where: and(where, equal.expr) });
    }
    default: {
      const text = `"${list.node.text}" is ${describe(term)}, not a list.`;
      return check.fail(
        list.node,
        'RULE_TYPE',
        `${text} After "in" comes [ … ], a list field, viewer.roles or a relation.`,
      );
    }
  }
}

const condition = (expr: Expr): Term => ({ kind: 'condition', expr });

/** One IN where every item is a constant; else the comparisons that IN stands for. */
function inItems(check: RuleCheck, node: Syntax, item: Placed, list: Placed, items: readonly Term[]): Term {
  const nodes = list.node.kind === 'list' ? (list.node as ListNode).items : [];
  const placed = items.map((term, index): Placed => ({ term, node: nodes[index] ?? list.node }));
  if (placed.length === 0) return condition(FALSE);
  const plain = placed.every(({ term }) => term.kind === 'constant' && term.value !== null);
  const single = item.term.kind === 'value' || item.term.kind === 'claim' || item.term.kind === 'constant';
  if (plain && single) return inConstants(check, node, item, placed);
  const tests = placed.map((one) => checkCompare(check, node, 'eq', item, one));
  const exprs = tests.flatMap((test) => (test.kind === 'condition' ? [test.expr] : []));
  return exprs.length < tests.length ? FAILED : condition(or(...exprs));
}

function inConstants(check: RuleCheck, node: Syntax, item: Placed, placed: readonly Placed[]): Term {
  const pairs = placed.map((one) => matchTypes(check, node, item, one));
  const found = pairs.filter((pair) => pair !== undefined);
  const [first] = found;
  if (!first || found.length < pairs.length) return FAILED;
  const values = found.flatMap(([, { value }]) => (value.kind === 'literal' ? [value.value] : []));
  const types = new Set(found.map(([, { type }]) => type.name));
  if (types.size > 1) {
    const tests = found.map(([left, right]): Expr => compareEq(left, right));
    return condition(or(...tests));
  }
  const type: ValueType = { ...first[1].type, list: true };
  return condition({ kind: 'in', item: first[0].value, list: { kind: 'literal', value: values, type } });
}

function compareEq(left: ValueTerm, right: ValueTerm): Expr {
  return { kind: 'compare', op: 'eq', left: left.value, right: right.value };
}

/** A claim, or `viewer.roles`: its elements are read as what is looked for. */
function inKnowledge(
  check: RuleCheck,
  item: Placed,
  path: readonly ['roles'] | readonly ['claims', ...string[]],
): Term {
  const single = singleValue(check, item);
  if (!single) return FAILED;
  const list = knowledge(path, { type: { ...single.type, list: true }, keyTo: single.keyTo });
  return condition({ kind: 'in', item: single.value, list: list.value });
}

function singleValue(check: RuleCheck, item: Placed): ValueTerm | undefined {
  const { term } = item;
  if (term.kind === 'constant' && term.value !== null) return plainLiteral(term);
  if (term.kind === 'claim')
    return knowledge(term.path, plainLiteral({ kind: 'constant', value: '', text: '' }));
  if (term.kind === 'value' && !term.type.list) return term;
  check.fail(item.node, 'RULE_TYPE', notAValue(item));
  return undefined;
}

function inValue(check: RuleCheck, node: Syntax, item: Placed, list: Placed, term: ValueTerm): Term {
  if (!term.type.list) {
    const remedy =
      term.type.kind === 'scalar' && term.type.name === 'String'
        ? `Write ${list.node.text}.contains(${item.node.text}).`
        : `Write "${item.node.text} == ${list.node.text}".`;
    return check.fail(
      list.node,
      'RULE_TYPE',
      `"${list.node.text}" is ${describe(term)}, not a list. ${remedy}`,
    );
  }
  if (term.value.kind === 'viewer') return inKnowledge(check, item, ['roles']);
  const element: ValueTerm = { ...term, type: { ...term.type, list: false } };
  const pair = matchTypes(check, node, item, { node: list.node, term: element });
  if (!pair) return FAILED;
  return condition({ kind: 'list', op: 'has', value: term.value, operand: pair[0].value });
}

function inRows(check: RuleCheck, node: Syntax, item: Placed, list: Placed, term: RowsTerm): Term {
  if (!asRow(check, item.term)) {
    const text = list.node.text;
    const message = `"${text}" holds rows of ${term.entity.name}, not values. Write ${text}.exists(m, m.id == ${item.node.text}).`;
    return check.fail(node, 'RULE_TYPE', message);
  }
  const bound = bindRows(check, term, 'row');
  const one: Term = {
    kind: 'row',
    row: { from: bound.as, entity: bound.entity.name, steps: [] },
    entity: bound.entity,
  };
  const equal = checkCompare(check, node, 'eq', { node: list.node, term: one }, item);
  if (equal.kind !== 'condition') return FAILED;
  return condition({ kind: 'exists', rows: bound.rows, as: bound.as, where: and(bound.where, equal.expr) });
}
