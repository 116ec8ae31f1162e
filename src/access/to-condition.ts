import { type Expr, FALSE, TRUE, UNKNOWN } from '../model/expr.ts';
import type { RuleCheck } from './rule-check.ts';
import type { Syntax } from './syntax.ts';
import { describe, type Term } from './term.ts';

/** A term where a condition is wanted; reports what to write instead where it is none. */
export function toCondition(check: RuleCheck, node: Syntax, term: Term): Expr {
  switch (term.kind) {
    case 'condition':
      return term.expr;
    case 'constant':
      if (typeof term.value === 'boolean') return term.value ? TRUE : FALSE;
      break;
    case 'value':
      if (term.type.name === 'Boolean' && !term.type.list) return { kind: 'truth', value: term.value };
      break;
    case 'claim': {
      const type = { kind: 'scalar', name: 'Boolean', list: false } as const;
      return { kind: 'truth', value: { kind: 'viewer', path: term.path, as: { type } } };
    }
    case 'failed':
      return UNKNOWN;
    default:
      break;
  }
  check.fail(
    node,
    'RULE_TYPE',
    `"${node.text}" is ${describe(term)}, not a condition. ${remedy(node, term)}`,
  );
  return UNKNOWN;
}

function remedy(node: Syntax, term: Term): string {
  switch (term.kind) {
    case 'row':
    case 'viewer':
      return `Write "${node.text} != null", or compare it.`;
    case 'rows':
      return `Write "${node.text}.size() > 0" or "${node.text}.exists(m, …)".`;
    default:
      return 'Compare it with something.';
  }
}
