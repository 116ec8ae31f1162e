import { and, type Expr, not, or, type RowPath, THIS, UNKNOWN, VIEWER } from '../model/expr.ts';
import { entityNamed, relationNamed } from './field-type.ts';
import type { RuleCheck } from './rule-check.ts';
import type { RowTerm } from './term.ts';
import { transform } from './transform.ts';

/**
 * Another rule with `row` as its `this`, and with names of its own for the rows that it binds. Where there is no such
 * row the answer is unknown, whatever the rule says of a row without values.
 */
export function inlineRule(check: RuleCheck, rule: Expr, { row }: RowTerm): Expr {
  const names = new Map<string, string>();
  const rename = (name: string): string => {
    const fresh = check.freshName(name.replace(/_\d+$/, ''));
    names.set(name, fresh);
    return fresh;
  };
  const inlined = transform(rule, {
    expr: (expr) => expr,
    value: (value) => value,
    name: rename,
    row: (path): RowPath => {
      if (path.from === THIS)
        return { ...path, from: row.from, entity: row.entity, steps: [...row.steps, ...path.steps] };
      // A name is bound, and so renamed, before anything mentions it.
      return { ...path, from: names.get(path.from) ?? path.from };
    },
  });
  if (isSurelyThere(check, row)) return inlined;
  const absent: Expr = { kind: 'noRow', row };
  return or(and(not(absent), inlined), and(absent, UNKNOWN));
}

/** Every step is a required key: the row exists. The viewer's own row need not. */
function isSurelyThere(check: RuleCheck, row: RowPath): boolean {
  if (row.from === VIEWER) return false;
  let entity = entityNamed(check.app, row.entity);
  return row.steps.every((step) => {
    const relation = relationNamed(entity, step.relation);
    entity = entityNamed(check.app, relation.target);
    return relation.required && relation.storage.kind === 'key';
  });
}
